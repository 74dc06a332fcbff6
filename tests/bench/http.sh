#!/bin/bash
# The HTTP front against nginx's `return 200` with the same bytes, then a thousand idle routers, then the memory.
# Needs wrk, nginx, curl, python3, and a release build of front_server:
#   cmake --preset release && cmake --build --preset release --target front_server && tests/bench/http.sh
# Or measures a running agent: http.sh --url http://127.0.0.1:9529 --pid PID
# Exits 1 when a bar of the design is missed. Takes about two minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
server=$here/../../build/release/tests/bench/front_server
pairs=7 seconds=3 url='' pid='' path=/v1/health/claude
bar_ratio=0.9 bar_p99_ms=50 bar_rss_kb=20480

while [ $# -gt 0 ]; do
  case $1 in
    --url) url=${2%/}; shift 2 ;;
    --pid) pid=$2; shift 2 ;;
    --server) server=$2; shift 2 ;;
    --pairs) pairs=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 64 ;;
  esac
done

# shellcheck source=tests/bench/programs.sh
. "$here/programs.sh"
ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -Hn)"

answers() {  # URL: within five seconds
  curl -s -o /dev/null --retry 50 --retry-delay 0 --retry-max-time 5 --retry-connrefused --max-time 2 "$1"
}

start_front() {
  [ -n "$url" ] && return
  "$server" >"$work/address" &
  pid=$!
  started+=("$pid")
  local _
  for _ in $(seq 50); do [ -s "$work/address" ] && break; read -rt 0.1 <> <(:) || true; done
  url=http://$(cat "$work/address")
}

start_nginx() {  # the same body and headers, one worker
  local body etag port
  body=$(curl -s "$url$path" | sed "s/[\\\\']/\\\\&/g")
  etag=$(curl -sI "$url$path" | tr -d '\r' | sed -n 's/^ETag: //p')
  port=$(free_port)
  cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; worker_processes 1; pid $work/nginx.pid; error_log $work/error.log;
events { worker_connections 4096; }
http {
  access_log off; server_tokens off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
  server {
    listen 127.0.0.1:$port backlog=4096;
    location / { add_header ETag '$etag'; add_header Cache-Control max-age=1; return 200 '$body'; }
  }
}
CONF
  nginx -c "$work/nginx.conf" -e "$work/error.log" &
  nginx_pid=$!
  started+=("$nginx_pid")
  nginx_url=http://127.0.0.1:$port
  answers "$nginx_url$path"
  cmp <(curl -s "$url$path") <(curl -s "$nginx_url$path")
}

cpu_ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }

# Prints requests/s, and microseconds of CPU a request, which a busy machine disturbs less.
measure() {  # URL CONNECTIONS PID
  local before after
  [ -n "$3" ] && before=$(cpu_ticks "$3")
  timeout $((seconds + 20)) wrk -t1 -c"$2" -d"${seconds}s" "$1$path" >"$work/wrk"
  [ -n "$3" ] && after=$(cpu_ticks "$3")
  if grep -qE 'Non-2xx|Socket errors' "$work/wrk"; then cat "$work/wrk" >&2; return 1; fi
  awk -v ticks="$((${after:-0} - ${before:-0}))" -v hz="$(getconf CLK_TCK)" \
    '/requests in/ {n = $1} /^Requests\/sec/ {printf "%d %.1f\n", $2, ticks / hz * 1e6 / n}' "$work/wrk"
}

median() { sort -g | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

missed=0
bar() {  # WHAT VALUE OPERATOR LIMIT
  if awk "BEGIN {exit !($2 $3 $4)}"; then echo "  ok: $1 $2 $3 $4"; else echo "  MISSED: $1 $2, wanted $3 $4"; missed=1; fi
}

compare() {  # CONNECTIONS
  local i ours theirs
  : >"$work/ratios"
  for i in $(seq "$pairs"); do
    # Whoever comes second has the warmer machine: take turns.
    if ((i % 2)); then
      ours=$(measure "$url" "$1" "$pid"); theirs=$(measure "$nginx_url" "$1" "$nginx_pid")
    else
      theirs=$(measure "$nginx_url" "$1" "$nginx_pid"); ours=$(measure "$url" "$1" "$pid")
    fi
    awk "BEGIN {printf \"%.3f\n\", ${ours% *} / ${theirs% *}}" >>"$work/ratios"
    echo "  $1 connections: ours ${ours% *}/s (${ours#* } us CPU each), nginx ${theirs% *}/s (${theirs#* } us)," \
      "ratio $(tail -1 "$work/ratios")"
  done
  bar "median ratio at $1 connections" "$(median <"$work/ratios")" '>=' "$bar_ratio"
}

start_front
answers "$url$path"
start_nginx
echo "GET $path against nginx return 200, $(curl -s "$url$path" | wc -c) bytes, $pairs pairs of ${seconds} s"
compare 64
compare 1000
echo "1000 kept-alive routers, one request a second each, 10 s"
routers=$(timeout 60 /usr/bin/python3 "$here/routers.py" "$url$path" || true)
echo "  $routers"
field() { /usr/bin/python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$routers" "$1"; }
bar "lost requests" "$(field lost)" '==' 0
bar "p99 in ms" "$(field p99_ms)" '<' "$bar_p99_ms"
if [ -n "$pid" ]; then
  bar "resident memory in kB" "$(awk '/^VmRSS/ {print $2}' "/proc/$pid/status")" '<' "$bar_rss_kb"
fi
exit "$missed"
