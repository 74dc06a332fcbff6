#!/bin/bash
# Durable ingest against prometheus-pushgateway: 64 connections, 20 counts a batch or a push (500 groups), taking
# turns; how long a batch takes; and what GET /v1/health/claude takes meanwhile and when idle.
# Needs prometheus-pushgateway (Debian), python3, curl, and a release build:
#   cmake --preset release && cmake --build --preset release --target signalbox load_generator && tests/bench/ingest.sh
# The database lies in --state-dir, a directory on the disk that is to be measured (default: a temporary one).
# Exits 1 when a bar of the design is missed. Takes about a minute and a half.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build/release
pairs=5 seconds=5 connections=64 state='' pushgateway=prometheus-pushgateway
bar_ratio=5 bar_p99_ms=50 bar_read_ms=10 bar_read_times=3

while [ $# -gt 0 ]; do
  case $1 in
    --build) build=$2; shift 2 ;;
    --pairs) pairs=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --state-dir) state=$2; shift 2 ;;
    --pushgateway) pushgateway=$2; shift 2 ;;
    *) sed -n '2,8s/^# //p' "$0" >&2; exit 64 ;;
  esac
done

# shellcheck source=tests/bench/programs.sh
. "$here/programs.sh"

load() { timeout $((seconds + 30)) "$build/tests/bench/load_generator" "$@"; }
field() { /usr/bin/python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$1" "$2"; }
median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
largest() { sort -g | tail -1; }

missed=0
bar() {  # WHAT VALUE OPERATOR LIMIT
  if awk "BEGIN {exit !($2 $3 $4)}"; then echo "  ok: $1 $2 $3 $4"; else echo "  MISSED: $1 $2, wanted $3 $4"; missed=1; fi
}

start_agent() {  # no status pages are asked; no limit for one reporter
  local port
  port=$(free_port)
  cat >"$work/signalbox.toml" <<CONF
[server]
listen = "127.0.0.1:$port"
state_dir = "${state:-$work/state}"
runtime_dir = "$work/run"
reporter_batches_per_s = 0
[providers.claude]
sources = []
[providers.openai]
enabled = false
[providers.gemini]
enabled = false
CONF
  "$build/signalbox" serve --config "$work/signalbox.toml" 2>"$work/agent.log" &
  started+=("$!")
  agent=127.0.0.1:$port
  curl -s -o /dev/null --retry 50 --retry-delay 0 --retry-max-time 10 --retry-connrefused "http://$agent/livez"
}

start_pushgateway() {
  local port
  port=$(free_port)
  "$pushgateway" --web.listen-address="127.0.0.1:$port" --log.level=error 2>"$work/pushgateway.log" &
  started+=("$!")
  gateway=127.0.0.1:$port
  curl -s -o /dev/null --retry 50 --retry-delay 0 --retry-max-time 10 --retry-connrefused "http://$gateway/-/ready"
  load pushes "$gateway" "$connections" 5 >/dev/null  # all 500 groups are there
}

ours() {  # a batch's figures, and beside it what a reader sees
  load health "$agent" 4 "$seconds" 5 >"$work/reader" &
  local reader=$!
  load reports "$agent" "$connections" "$seconds"
  wait "$reader"
}

start_agent
start_pushgateway
load reports "$agent" "$connections" 2 >/dev/null  # warm
idle=$(load health "$agent" 4 "$seconds" 5)
echo "idle reads: p50 $(field "$idle" p50_ms) ms, p99 $(field "$idle" p99_ms) ms"
for i in $(seq "$pairs"); do
  # Whoever comes second has the warmer machine: take turns.
  if ((i % 2)); then batches=$(ours); pushes=$(load pushes "$gateway" "$connections" "$seconds"); else
    pushes=$(load pushes "$gateway" "$connections" "$seconds"); batches=$(ours); fi
  reads=$(cat "$work/reader")
  failed=$(($(field "$batches" failed) + $(field "$pushes" failed) + $(field "$reads" failed)))
  [ "$failed" = 0 ] || { echo "  $failed requests failed: $batches $pushes $reads" >&2; exit 1; }
  awk "BEGIN {printf \"%.2f\n\", $(field "$batches" per_s) / $(field "$pushes" per_s)}" >>"$work/ratios"
  field "$batches" p99_ms >>"$work/p99"
  field "$reads" p99_ms >>"$work/reads"
  echo "  ours $(field "$batches" per_s)/s (p50 $(field "$batches" p50_ms), p99 $(field "$batches" p99_ms) ms)," \
    "pushgateway $(field "$pushes" per_s)/s (p50 $(field "$pushes" p50_ms), p99 $(field "$pushes" p99_ms) ms)," \
    "ratio $(tail -1 "$work/ratios"); reads meanwhile p99 $(field "$reads" p99_ms) ms"
done
bar "median ratio" "$(median <"$work/ratios")" '>=' "$bar_ratio"
bar "median p99 of a batch in ms" "$(median <"$work/p99")" '<' "$bar_p99_ms"
read_limit=$(awk "BEGIN {l = $bar_read_times * $(field "$idle" p99_ms); print (l > $bar_read_ms ? l : $bar_read_ms)}")
bar "median p99 of reads meanwhile in ms" "$(median <"$work/reads")" '<' "$read_limit"
echo "  largest: batch p99 $(largest <"$work/p99") ms, read p99 $(largest <"$work/reads") ms"
exit "$missed"
