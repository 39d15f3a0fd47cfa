#!/usr/bin/env bash
# Builds web/dist unless it is newer than everything it is made of.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=web/dist/.built
if [ -f "$stamp" ] && [ -z "$(find web/src web/public web/index.html web/package-lock.json web/vite.config.ts messages -newer "$stamp" -type f -print -quit 2>/dev/null)" ]; then
  exit 0
fi
cd web
if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "installing the web app's libraries …"
  npm ci --no-audit --no-fund --loglevel=error
fi
echo "building the web app …"
# Built beside and then put in place: a program that is being compiled embeds either, never half.
npm run --silent build -- --outDir dist.new --emptyOutDir
touch dist.new/.built
rm -rf dist
mv dist.new dist
