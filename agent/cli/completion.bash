# Completion of signalbox for bash: commands, options, and the targets that the agent knows.

# The targets, a line each. Names of other characters than a target may have are never offered.
_signalbox_targets() {
  timeout 2 "$1" ${2:+--url "$2"} status --json 2>/dev/null |
    grep -o '"target" *: *"[A-Za-z0-9._:@/-]*"' | sed 's/^.*"\(.*\)"$/\1/'
}

# The words that a command takes after a dash.
_signalbox_options() {
  case $1 in
    status) echo --json --watch ;;
    history) echo --since --limit --json ;;
    serve) echo --config --listen --state-dir --runtime-dir ;;
    doctor) echo --config --components ;;
    backup) echo --config --state-dir ;;
  esac
  echo --url --no-color --help --version
}

_signalbox() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command="" url="" i
  # bash breaks words at ":" and "="; put together what was typed as one.
  local line=${COMP_LINE:0:COMP_POINT}
  [[ $line == *[[:space:]] ]] && current="" || current=${line##*[[:space:]]}
  local words
  read -r -a words <<<"$line"
  for ((i = 1; i < ${#words[@]}; i++)); do
    case ${words[i]} in
      --url) url=${words[i + 1]-} && ((i++)) ;;
      --url=*) url=${words[i]#--url=} ;;
      -*) ;;
      *) [[ -z $command && ${words[i]} != "$current" ]] && command=${words[i]} ;;
    esac
  done

  COMPREPLY=()
  case $previous in
    --config) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    --state-dir | --runtime-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current") && return ;;
    --since) mapfile -t COMPREPLY < <(compgen -W "30m 1h 24h 7d" -- "$current") && return ;;
    --listen | --limit | --url) return ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_signalbox_options "$command")" -- "$current")
    return
  fi
  case $command in
    '') mapfile -t COMPREPLY < <(compgen -W "status why history doctor check-config backup completion serve" -- "$current") ;;
    status | why | history)
      mapfile -t COMPREPLY < <(compgen -W "$(_signalbox_targets "$1" "$url")" -- "$current")
      # What stands before the last colon is on the line already.
      local typed=${current%"${current##*:}"}
      COMPREPLY=("${COMPREPLY[@]#"$typed"}") ;;
    check-config | backup) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    completion) mapfile -t COMPREPLY < <(compgen -W bash -- "$current") ;;
  esac
}

complete -F _signalbox signalbox
