#!/bin/bash
# Boots a real systemd in a throw-away root tree, in about a second, and leaves nothing behind on the host:
#   boot.sh ROOT [ARGUMENT OF systemd-nspawn ...]
# ROOT stays as it is: what changes is in memory. Ends when the system inside is powered off, or on SIGTERM. Needs root.
# Enforced inside: notify, watchdog, DynamicUser, ProtectSystem, seccomp, capabilities. Not enforced on every host: MemoryMax.
set -eu
root=$1 group=signalbox-test-$$
shift
# Where there is a cgroup tree of our own to make (hybrid hosts have two), systemd inside gets it, and not the host's root.
# shellcheck disable=SC2016
exec unshare --mount --propagation private bash -euc '
  root=$1 group=$2
  shift 2
  trees=""
  for tree in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do [ -d $tree ] && trees="$trees $tree"; done
  for tree in $trees; do mkdir $tree/$group; echo $$ > $tree/$group/cgroup.procs; done
  leave() {
    for tree in $trees; do
      echo $$ > $tree/cgroup.procs
      find $tree/$group -depth -type d -exec rmdir {} +
    done
  }
  trap leave EXIT
  mkdir -p /run/systemd
  mount -t tmpfs tmpfs /run/systemd
  systemd-nspawn --boot -D "$root" --volatile=overlay --register=no --keep-unit --private-network --console=pipe \
    --rlimit=RLIMIT_NOFILE=20000:20000 "$@" </dev/null &
  inside=$!
  trap "kill -TERM $inside 2>/dev/null || true" TERM
  while kill -0 $inside 2>/dev/null; do wait $inside || true; done
' boot "$root" "$group" "$@"
