#!/bin/sh
# Installs what is missing, builds, and runs the everyday tests: `tests/run.sh [PRESET]` (debug by default; asan, tsan).
# Runs on a fresh Debian 12, as root or with sudo. Ends with ctest's summary; the exit code says whether all passed.
set -eu
cd "$(dirname "$0")/.."
. agent/packages.sh
preset=${1:-debug}

# shellcheck disable=SC2086
install_packages $build_packages doctest-dev ccache clang-format-14 python3 python3-jsonschema util-linux groff-base bash
# Another checkout of the same sources is served from the cache.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
say "checking the format of the sources"
tests/format.sh --check
say "building the preset $preset"
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
say "testing"
exec ctest --test-dir "build/$preset" --output-on-failure --timeout 300
