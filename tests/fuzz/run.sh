#!/bin/bash
# Fuzzes what comes from outside, with libFuzzer: `tests/fuzz/run.sh [SECONDS] [TARGET...]`, 10 s of each by default.
# Installs what is missing, builds, runs two targets at a time ($SIGNALBOX_FUZZ_AT_ONCE), prints a table. What a run
# finds is made small and put into tests/fuzz/regressions/TARGET, where the everyday tests replay it; then the exit code
# is 1.
# SIGNALBOX_SEED=N starts each target's random numbers at N, as ctest does; otherwise every run tries others.
# Inputs that reach new code are kept in build/fuzz/run/TARGET for the next time, with a log beside them.
set -eu
cd "$(dirname "$0")/../.."
. agent/packages.sh
seconds=10
if [[ ${1:-} =~ ^[0-9]+$ ]]; then seconds=$1; shift; fi

# shellcheck disable=SC2086
install_packages $build_packages clang-14 libclang-rt-14-dev ccache python3
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
binaries=$PWD/build/fuzz/tests/fuzz
run=$PWD/build/fuzz/run
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd "$binaries" && find . -maxdepth 1 -name 'fuzz_*' -type f -executable -printf '%f\n' | sed 's/^fuzz_//' | sort)
/usr/bin/python3 tests/fuzz/seeds.py "$run" "${targets[@]}"
# The regular expressions of libstdc++ recurse over each byte, in frames that AddressSanitizer makes several times larger.
ulimit -s 65536

# fuzz_one TARGET
fuzz_one() {
  local target=$1 longest dictionary options=()
  # Longer ones reach nothing that shorter ones do not, and take the time of thousands.
  case $target in
    page_*) longest=16384 ;;
    request_head) longest=20000 ;;
    configuration | report | otlp_json | replay_lines | exchange_reply) longest=8192 ;;
    rfc3339 | http_dates) longest=64 ;;
    *) longest=2048 ;;
  esac
  dictionary=tests/fuzz/dictionaries/$(sed -n "s/^$target //p" tests/fuzz/dictionaries/which).dict
  [ ! -f "$dictionary" ] || options+=("-dict=$dictionary")
  mkdir -p "$run/found/$target"
  "$binaries/fuzz_$target" "$run/$target" "${options[@]}" -max_total_time="$seconds" -max_len=$longest -timeout=60 \
    -rss_limit_mb=1024 -print_final_stats=1 -seed="${SIGNALBOX_SEED:-0}" -artifact_prefix="$run/found/$target/" >"$run/$target.log" 2>&1 || true
}
export -f fuzz_one
export binaries run seconds
rm -rf "$run/found"
printf '%s\n' "${targets[@]}" | xargs -P "${SIGNALBOX_FUZZ_AT_ONCE:-2}" -I TARGET bash -c 'fuzz_one TARGET'

failed=0
printf '%-18s %12s %8s %7s %7s %7s  %s\n' target executions "per s" cov ft corpus result
for target in "${targets[@]}"; do
  log=$run/$target.log result=ok
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  rate=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
  last=$(grep -E '^#[0-9]+.* cov: ' "$log" | tail -1)
  figure() { sed -n "s/.* $1: \([0-9]*\).*/\1/p" <<<"$last"; }
  if ! grep -q '^Done ' "$log"; then
    failed=1 result="BROKEN: $(grep -hE 'what\(\)|ERROR: |runtime error: ' "$log" | head -1)"
    for input in "$run/found/$target"/*; do
      [ -f "$input" ] || continue
      keep=tests/fuzz/regressions/$target
      mkdir -p "$keep"
      "$binaries/fuzz_$target" -minimize_crash=1 -max_total_time=20 -exact_artifact_path="$run/found/$target.small" \
        "$input" >/dev/null 2>&1 || true
      [ -s "$run/found/$target.small" ] || cp "$input" "$run/found/$target.small"
      mv "$run/found/$target.small" "$keep/$(sha256sum "$input" | cut -c 1-12)"
    done
  fi
  printf '%-18s %12s %8s %7s %7s %7s  %s\n' "$target" "${executions:--}" "${rate:--}" "$(figure cov)" "$(figure ft)" \
    "$(figure corp)" "$result"
done
[ "$failed" -eq 0 ] || echo "what was found is in tests/fuzz/regressions; the logs are in $run"
exit "$failed"
