#!/bin/sh
# A client of signalbox for cron jobs and scripts: asks where a request goes, retries and sheds as it is told, and reports
# what was met. It needs a POSIX shell and curl (7.84), nothing else. Copy it, and change what does not fit.
#
#     . ./signalbox.sh
#     ask() {   # $1: the target. Prints what curl prints: the status, and Retry-After. The answer goes to a file.
#       case $1 in
#         claude/*) curl -s --max-time 60 -o answer -w '%{http_code} %header{retry-after}\n' -H @claude.headers ... ;;
#         openai)   curl -s --max-time 60 -o answer -w '%{http_code} %header{retry-after}\n' -H @openai.headers ... ;;
#       esac
#     }
#     signalbox_run chat nightly-report "claude/claude-opus-4-6 openai" ask || exit   # the targets: primary first
#     [ "$signalbox_degraded" = false ] || echo "$signalbox_notice"                   # who answered: $signalbox_target
#
# In a terminal:
#     signalbox.sh guard claude                     exit 0: use it; 1: do not. 0 too when signalbox does not answer
#     signalbox.sh decide chat nightly-report "claude/claude-opus-4-6 openai"
#     signalbox.sh report claude/claude-opus-4-6 ok=95 overloaded=4 status:529=1
#
# SIGNALBOX_URL is the agent, SIGNALBOX_TOKEN_FILE a token for it where it wants one, SIGNALBOX_WAIT_S how long it is waited
# for. Answers of routes are kept in $XDG_CACHE_HOME/signalbox, for when it is away.

signalbox_url=${SIGNALBOX_URL:-http://127.0.0.1:9529}
signalbox_wait_s=${SIGNALBOX_WAIT_S:-0.5}
signalbox_full_budget_ms=8000   # as for `unknown`: a spike of overload is over by then
signalbox_shed_budget_ms=4000   # who was shed has waited for 8 s

signalbox_say() { echo "signalbox: $*" >&2; }

# curl to the agent. A token goes by standard input: the process list is read by everybody.
signalbox_curl() {
  if [ -n "${SIGNALBOX_TOKEN_FILE:-}" ]; then
    printf 'header = "Authorization: Bearer %s"\n' "$(cat "$SIGNALBOX_TOKEN_FILE")"
  fi | curl --config - --silent --noproxy '*' "$@"
}

# Percent-encodes every byte, which is allowed.
signalbox_encoded() { printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '%'; }

# A string of the answer, or a number or true or false, by what stands before it. Quotes inside of texts are escaped there, so
# that no text looks like it.
signalbox_field() { printf '%s' "$signalbox_answer" | sed -n "s/.*$1\"\\([^\"]*\\)\".*/\\1/p"; }
signalbox_word() { printf '%s' "$signalbox_answer" | sed -n "s/.*$1\\([a-z0-9]*\\).*/\\1/p"; }

# signalbox_decide ROUTE KEY TARGETS: sets signalbox_target, _degraded, _notice, _budget_ms and _shed. Without an
# answer the last one holds until it expires, then what holds for `unknown`.
signalbox_decide() {
  signalbox_cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/signalbox
  signalbox_kept=$signalbox_cache/$(printf '%s' "$1/$2" | cksum | tr ' ' '-')
  signalbox_said=$(signalbox_curl --max-time "$signalbox_wait_s" --write-out '\n%{http_code}' \
    "$signalbox_url/v1/routes/$(signalbox_encoded "$1")?key=$(signalbox_encoded "$2")")
  signalbox_answer=${signalbox_said%????}
  case $signalbox_said in
    *200) (umask 077 && mkdir -p "$signalbox_cache" && echo "$signalbox_answer" >"$signalbox_kept.$$" &&
      mv "$signalbox_kept.$$" "$signalbox_kept" && find "$signalbox_cache" -type f -mtime +0 -exec rm -f {} +) || : ;;
    *) signalbox_say "no advice: $signalbox_said"
      signalbox_answer=$(cat "$signalbox_kept" 2>/dev/null || :) ;;
  esac
  signalbox_now=$(date -u +%Y-%m-%dT%H:%M:%S)
  signalbox_first=$(printf '%s\n' "$signalbox_now" "$(signalbox_field '"expires_at":')" | LC_ALL=C sort | head -n 1)
  if [ "$signalbox_first" = "$signalbox_now" ]; then
    signalbox_target=$(signalbox_field '{"route":"[^"]*","target":')
    signalbox_degraded=$(signalbox_word '{"route":[^}]*"degraded":')
    signalbox_notice=$(signalbox_field '{"route":[^}]*"degraded":[a-z]*,"notice":')
    signalbox_budget_ms=$(signalbox_word '"retry_budget_ms":')
    signalbox_shed=$(signalbox_field '"shed":{"target":')
    signalbox_shed_degraded=$(signalbox_word '"shed":{[^}]*"degraded":')
    signalbox_shed_notice=$(signalbox_field '"shed":{[^}]*"notice":')
  else
    signalbox_target=${3%% *} signalbox_degraded=false signalbox_notice='' signalbox_budget_ms=$signalbox_full_budget_ms
    signalbox_shed=$(printf '%s ' "$3" | cut -d ' ' -f 2) signalbox_shed_degraded=true signalbox_shed_notice=''
  fi
}

# One report of a batch, as JSON: TARGET, then OUTCOME=COUNT or status:CODE=COUNT.
signalbox_part() {
  case $1 in *[!A-Za-z0-9._:@/-]* | '') signalbox_say "\"$1\" is no target"; return 64 ;; esac
  signalbox_json=$(printf '{"provider":"%s"' "${1%%/*}")
  case $1 in */*) signalbox_json="$signalbox_json,\"model\":\"${1#*/}\"" ;; esac
  signalbox_codes='' signalbox_names=''
  shift
  for signalbox_count in "$@"; do
    case $signalbox_count in
      *[!a-z0-9_:=]* | *=*[!0-9]* | *= | [!a-z]* | *=*=* | status:=*) signalbox_name='' ;;
      status:*=*) signalbox_name=${signalbox_count#status:}
        signalbox_codes="$signalbox_codes,\"${signalbox_name%=*}\":${signalbox_count#*=}" ;;
      *=*) signalbox_name=${signalbox_count%=*}
        signalbox_names="$signalbox_names,\"$signalbox_name\":${signalbox_count#*=}" ;;
      *) signalbox_name='' ;;
    esac
    [ -n "$signalbox_name" ] || { signalbox_say "\"$signalbox_count\": give OUTCOME=COUNT or status:CODE=COUNT"; return 64; }
  done
  printf '%s,"status":{%s},"outcomes":{%s}}' "$signalbox_json" "${signalbox_codes#,}" "${signalbox_names#,}"
}

# Posts reports, for 20 s at most. curl repeats what is not answered, 429 and 503, after Retry-After, with the same batch_id:
# it counts once. No times stand in it, so that a late try says nothing wrong: what was met counts when it arrives.
signalbox_send() {
  signalbox_batch=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  signalbox_said=$(signalbox_curl --max-time 5 --retry 9 --retry-max-time 20 --retry-all-errors --write-out '\n%{http_code}' \
    --header 'Content-Type: application/json' "$signalbox_url/v1/reports" \
    --data "{\"reporter\":\"$(uname -n)\",\"batch_id\":\"$signalbox_batch\",\"reports\":[$1]}")
  case $signalbox_said in
    *'"ignored":[]'*200) ;;
    *) signalbox_say "not counted, or not all of it: $signalbox_said"; return 69 ;;
  esac
}

signalbox_report() { signalbox_reports=$(signalbox_part "$@") && signalbox_send "$signalbox_reports"; }

# signalbox_guard TARGET: for scripts with nowhere else to go. Unknown moves no traffic, so no answer says: use it.
signalbox_guard() {
  signalbox_status=$(signalbox_curl --max-time "$signalbox_wait_s" --output /dev/null --write-out '%{http_code}' \
    "$signalbox_url/v1/check/$1")
  case $signalbox_status in
    200) ;;
    503) return 1 ;;
    404) signalbox_say "no such target: $1"; return 64 ;;
    *) signalbox_say "no answer ($signalbox_status): $1 is used" ;;
  esac
}

# Tries COMMAND with TARGET, and again until BUDGET_MS are spent; what each try met goes to signalbox_met. Exit 0:
# answered; 1: the request's own fault, which nothing makes better; 75: nothing came of it.
signalbox_attempt() {
  signalbox_ends=$(($(date +%s) + ($2 + 999) / 1000)) signalbox_pause_ms=500
  while :; do
    signalbox_ended=0
    signalbox_line=$("$3" "$1") || signalbox_ended=$?
    signalbox_line=$(printf '%s' "$signalbox_line" | tail -n 1)
    signalbox_what=${signalbox_line%% *} signalbox_after=${signalbox_line##* }
    case $signalbox_what in
      000 | '') [ $signalbox_ended -eq 28 ] && signalbox_what=timeout || signalbox_what=connect_error ;;  # 28: curl's
      [1-5][0-9][0-9]) signalbox_what=status:$signalbox_what ;;
      ok | overloaded | server_error | timeout | connect_error | throttled | client_error | cancelled) ;;
      *) signalbox_say "\"$signalbox_line\" is neither a status nor an outcome"; signalbox_what=server_error ;;
    esac
    signalbox_met="$signalbox_met${signalbox_met:+,}$(signalbox_part "$1" "$signalbox_what=1")"
    case $signalbox_what in
      status:2* | ok) return 0 ;;
      status:429) ;;
      status:[34]* | client_error | cancelled) return 1 ;;
    esac
    case $signalbox_line in *' '[0-9]*) ;; *) signalbox_after=0 ;; esac
    signalbox_jitter=$(od -An -N1 -tu1 /dev/urandom)  # half of the pause to all of it
    signalbox_wait_ms=$((${signalbox_after%%[!0-9]*} * 1000 + signalbox_pause_ms * (256 + signalbox_jitter) / 512))
    [ $(($(date +%s) * 1000 + signalbox_wait_ms)) -lt $((signalbox_ends * 1000)) ] || return 75
    sleep "$(printf '%d.%03d' $((signalbox_wait_ms / 1000)) $((signalbox_wait_ms % 1000)))"
    [ $signalbox_pause_ms -ge 2000 ] || signalbox_pause_ms=$((2 * signalbox_pause_ms))
  done
}

# signalbox_run ROUTE KEY TARGETS COMMAND: see above. COMMAND's last line is an HTTP status, 000 where there was none, or
# the name of an outcome ("overloaded" for an error inside a stream), then Retry-After if there was one.
# shellcheck disable=SC2034  # signalbox_degraded and signalbox_notice are for the caller
signalbox_run() {
  signalbox_decide "$1" "$2" "$3"
  signalbox_met='' signalbox_result=0
  signalbox_attempt "$signalbox_target" "$signalbox_budget_ms" "$4" || signalbox_result=$?
  if [ $signalbox_result -eq 75 ] && [ -n "$signalbox_shed" ]; then
    signalbox_target=$signalbox_shed signalbox_degraded=$signalbox_shed_degraded signalbox_notice=$signalbox_shed_notice
    signalbox_result=0
    signalbox_attempt "$signalbox_target" "$signalbox_shed_budget_ms" "$4" || signalbox_result=$?
  fi
  signalbox_send "$signalbox_met" || :
  return $signalbox_result
}

signalbox_usage='usage: signalbox.sh guard TARGET | decide ROUTE KEY TARGETS | report TARGET OUTCOME=COUNT...'
case ${0##*/}:${1:-} in
  signalbox.sh:guard) signalbox_guard "${2:?$signalbox_usage}" ;;
  signalbox.sh:report) shift && signalbox_report "${@:?$signalbox_usage}" ;;
  signalbox.sh:decide)
    signalbox_decide "${2:?$signalbox_usage}" "${3:?$signalbox_usage}" "${4:?$signalbox_usage}" &&
      echo "$signalbox_target degraded=$signalbox_degraded retry_budget_ms=$signalbox_budget_ms shed=$signalbox_shed" ;;
  signalbox.sh:*) echo "$signalbox_usage" >&2; exit 64 ;;
esac
