#!/usr/bin/env bash
# Feeds every parser with new inputs, guided by coverage, SECONDS_EACH each (default 60).
# Installs cargo-fuzz where it is missing. Fails at the first crash; prints the executions of each.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${SECONDS_EACH:-60}
only=${PARSER:-}
export RUSTC_BOOTSTRAP=1
command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --version 0.13.2 --locked
for corpus in fuzz/corpus/*/; do
  name=$(basename "$corpus")
  [ -z "$only" ] || [ "$only" = "$name" ] || continue
  found=target/fuzz-corpus/$name
  log=target/fuzz-corpus/$name.log
  mkdir -p "$found"
  if ! PLENARY_PARSER=$name cargo fuzz run --sanitizer none --fuzz-dir fuzz/targets --target-dir target/fuzz \
    parser "$PWD/$found" "$PWD/$corpus" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1; then
    tail -n 40 "$log"
    echo "fuzz: $name: a crash; its input is named above" >&2
    exit 1
  fi
  echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions in $seconds s, no crash"
done
