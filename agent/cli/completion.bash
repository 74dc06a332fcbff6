# Completion of signalbox for bash: commands, options, and the targets that the agent knows.

# The targets, a line each. Names of other characters than a target may have are never offered.
_signalbox_targets() {
  timeout 2 "$1" ${2:+--url "$2"} ${token_file:+--token-file "$token_file"} ${ca_file:+--ca-file "$ca_file"} status --json 2>/dev/null |
    grep -o '"target" *: *"[A-Za-z0-9._:@/-]*"' | sed 's/^.*"\(.*\)"$/\1/'
}

# The words that a command takes after a dash.
_signalbox_options() {
  case $1 in
    status) echo --json --watch ;;
    history) echo --since --limit --json ;;
    serve) echo --config --listen --state-dir --runtime-dir ;;
    doctor) echo --config --components ;;
    backup | notify) echo --config --state-dir ;;
    guard) echo --fail-open ;;
    report) echo --provider --model --reporter --span --batch-id --retry-for ;;
    override) echo --reason --ttl --weight --by --history --json ;;
    replay) echo --config ;;
  esac
  echo --url --token-file --ca-file --no-color --help --version
}

_signalbox_complete_target() {
  mapfile -t COMPREPLY < <(compgen -W "$(_signalbox_targets "$1" "$2")" -- "$3")
  # What stands before the last colon is on the line already.
  local typed=${3%"${3##*:}"}
  COMPREPLY=("${COMPREPLY[@]#"$typed"}")
}

# What may stand before "=" in a report.
_signalbox_outcomes="ok= overloaded= server_error= timeout= connect_error= throttled= client_error= cancelled= status:"

_signalbox() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command="" action="" target="" url="" i
  local token_file="" ca_file=""  # of the line, for _signalbox_targets
  # bash breaks words at ":" and "="; put together what was typed as one.
  local line=${COMP_LINE:0:COMP_POINT}
  [[ $line == *[[:space:]] ]] && current="" || current=${line##*[[:space:]]}
  local words
  read -r -a words <<<"$line"
  for ((i = 1; i < ${#words[@]}; i++)); do
    case ${words[i]} in
      --url) url=${words[i + 1]-} && ((i++)) ;;
      --url=*) url=${words[i]#--url=} ;;
      --token-file) token_file=${words[i + 1]-} && ((i++)) ;;
      --token-file=*) token_file=${words[i]#--token-file=} ;;
      --ca-file) ca_file=${words[i + 1]-} && ((i++)) ;;
      --ca-file=*) ca_file=${words[i]#--ca-file=} ;;
      -*) ;;
      *)
        [[ ${words[i]} == "$current" ]] && continue
        if [[ -z $command ]]; then
          command=${words[i]}
        elif [[ -z $action ]]; then
          action=${words[i]}
        elif [[ -z $target ]]; then
          target=${words[i]}
        fi ;;
    esac
  done

  token_file=${token_file/#\~\//$HOME/} ca_file=${ca_file/#\~\//$HOME/}
  COMPREPLY=()
  case $previous in
    --config | --token-file | --ca-file) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    --state-dir | --runtime-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
    --since | --ttl) mapfile -t COMPREPLY < <(compgen -W "30m 1h 24h 7d" -- "$current") && return ;;
    --provider) mapfile -t COMPREPLY < <(compgen -W "$(_signalbox_targets "$1" "$url" | grep -v /)" -- "$current") && return ;;
    --listen | --limit | --url | --reason | --weight | --by | --model | --reporter | --span | --batch-id | --retry-for) return ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_signalbox_options "$command")" -- "$current")
    return
  fi
  case $command in
    '') mapfile -t COMPREPLY < <(compgen -W "status why history guard report override replay demo doctor check-config backup notify completion serve" -- "$current") ;;
    notify) [[ -n $action ]] || mapfile -t COMPREPLY < <(compgen -W "test list" -- "$current") ;;
    override)
      case $action in
        '') mapfile -t COMPREPLY < <(compgen -W "set clear list" -- "$current") ;;
        set)
          if [[ -z $target ]]; then
            _signalbox_complete_target "$1" "$url" "$current"
          else
            mapfile -t COMPREPLY < <(compgen -W "healthy degraded unhealthy" -- "$current")
          fi ;;
        clear) _signalbox_complete_target "$1" "$url" "$current" ;;
      esac ;;
    report)
      mapfile -t COMPREPLY < <(compgen -W "$_signalbox_outcomes" -- "$current")
      compopt -o nospace 2>/dev/null ;;
    status | why | history | guard) _signalbox_complete_target "$1" "$url" "$current" ;;
    check-config | backup | replay) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    completion) mapfile -t COMPREPLY < <(compgen -W bash -- "$current") ;;
  esac
}

complete -F _signalbox signalbox
