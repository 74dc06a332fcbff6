# shellcheck shell=bash
# For the benches in shell: a directory for the run, and programs that end with it. Sourced.
# Sets $work; a program that is started adds its process id to $started.
work=$(mktemp -d)
started=()
# shellcheck disable=SC2317  # the trap calls it
finish() {
  local one
  for one in "${started[@]}"; do kill "$one" 2>/dev/null || true; done
  for one in "${started[@]}"; do wait "$one" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
