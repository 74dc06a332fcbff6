#!/bin/sh
# Installs what is missing, builds, and runs the everyday tests: `tests/run.sh [PRESET]` (debug by default; asan, tsan).
# `tests/run.sh system` runs those that put the agent beside real programs from Debian's packages (tests/system): they
# take minutes, and need root.
# Runs on a fresh Debian 12, as root or with sudo. Ends with ctest's summary; the exit code says whether all passed.
set -eu
cd "$(dirname "$0")/.."
. agent/packages.sh
preset=${1:-debug}
beside_programs=""
at_once=4  # mostly waiting
case $preset in
  system) preset=debug beside_programs=yes ;;
  debug) ;;
  *) at_once=2 ;;  # sanitized, they are busy where they only waited
esac

# What a test of tests/system starts, a package a line.
system_packages="
binutils
chromium
clang-14
dpkg-dev
haproxy
libclang-rt-14-dev
lintian
mmdebstrap
mount
nginx-light
prometheus
systemd
systemd-container
"
# A Node.js from elsewhere has its npm with it, and Debian's of either would fight with it.
command -v node >/dev/null || system_packages="$system_packages nodejs"
command -v npm >/dev/null || system_packages="$system_packages npm"

# shellcheck disable=SC2086
install_packages $build_packages doctest-dev ccache clang-format-14 python3 python3-jsonschema python3-yaml util-linux groff-base bash \
  curl faketime nodejs openssl
# shellcheck disable=SC2086
[ -z "$beside_programs" ] || install_packages $system_packages
# Another checkout of the same sources is served from the cache.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
say "checking the format of the sources"
tests/format.sh --check
say "building the preset $preset"
by_folder=""
[ -f "build/$preset/CMakeCache.txt" ] || by_folder=-DSIGNALBOX_BY_FOLDER=ON  # the first build, in a third of the time
# shellcheck disable=SC2086
cmake --preset "$preset" $by_folder >/dev/null
cmake --build --preset "$preset"
if [ -n "$beside_programs" ]; then
  say "building the Debian package"
  /usr/bin/python3 tests/system/package.py
  say "fetching what drives the browser"
  PYTHONPATH=tests/e2e /usr/bin/python3 tests/system/chromium.py
fi
run_tests() { ctest --test-dir "build/$preset" --output-on-failure --timeout 300 "$@"; }
say "testing"
[ -n "$beside_programs" ] || { run_tests -LE system --parallel "$at_once"; exit; }
passed=0
run_tests -L system -LE measures --parallel "$at_once" || passed=$?
# One after the other, and with a second try: what measures measures the machine as well.
run_tests -L measures --repeat until-pass:2 || passed=$?
exit "$passed"
