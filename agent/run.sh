#!/bin/sh
# Installs what is missing, builds the agent and starts it: `agent/run.sh [arguments of signalbox serve]`.
# Runs on a fresh Debian 12, as root or with sudo.
set -eu
cd "$(dirname "$0")/.."
. agent/packages.sh

# shellcheck disable=SC2086
install_packages $build_packages
say "building (the first time takes some minutes)"
cmake --preset release -DSIGNALBOX_TESTS=OFF >/dev/null
cmake --build --preset release --target signalbox
say "starting: build/release/signalbox serve $*"
say "in another terminal: build/release/signalbox status"
exec build/release/signalbox serve "$@"
