#!/usr/bin/env bash
# Finds out what is missing before anything is built, and installs it where that is possible.
# usage: tools.sh run | test
set -euo pipefail

purpose=${1:?run or test}

# command : Debian package
needed=(cargo: node: npm: git:git cc:gcc g++:g++ cmake:cmake make:make)
packages=()
if [ "$purpose" = test ]; then
  needed+=(chromium:chromium initdb:postgresql pdftotext:poppler-utils strace:strace
    ip:iproute2 python3:python3 pip:python3-pip unzip:unzip)
fi
# The Chinese face of printed reports.
[ -f /usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf ] ||
  packages+=(fonts-droid-fallback)
has() {
  command -v "$1" >/dev/null 2>&1 || { [ "$1" = initdb ] && compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
}

if [ "$purpose" = test ] && [ "$(id -u)" != 0 ]; then
  echo "The stories in Chromium and LiveKit's SDKs need a network namespace of their own, and so root." >&2
  echo "Run this as root, or one part alone: docs/acceptance/README.md names them." >&2
  exit 1
fi

missing=()
for entry in "${needed[@]}"; do
  command=${entry%%:*} package=${entry#*:}
  has "$command" && continue
  if [ -n "$package" ]; then packages+=("$package"); else missing+=("$command"); fi
done

if [ ${#missing[@]} -gt 0 ]; then
  echo "missing: ${missing[*]}" >&2
  echo "Plenary needs Rust 1.95 (rustup) and Node.js 20 or later; install them, then run this again." >&2
  exit 1
fi
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' || {
  echo "missing: Node.js 20 or later; this is $(node --version)" >&2
  exit 1
}
if [ ${#packages[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing: ${packages[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  else
    echo "missing: ${packages[*]}" >&2
    echo "As root: apt-get install ${packages[*]}" >&2
    exit 1
  fi
fi
