#!/usr/bin/env bash
# Feeds every parser with new inputs, guided by coverage, SECONDS each (default 60).
# Needs clang's runtime; installs cargo-fuzz where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${SECONDS_EACH:-60}
export RUSTC_BOOTSTRAP=1
command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --version 0.13.2 --locked
for corpus in fuzz/corpus/*/; do
  name=$(basename "$corpus")
  found=target/fuzz-corpus/$name
  mkdir -p "$found"
  echo "== $name, $seconds s"
  PLENARY_PARSER=$name cargo fuzz run --fuzz-dir fuzz/targets parser "$PWD/$found" "$PWD/$corpus" \
    -- -max_total_time="$seconds" -print_final_stats=1 2>&1 | grep -E '^stat::|ERROR|panicked|BINGO' || true
done
