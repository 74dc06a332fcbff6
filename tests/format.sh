#!/bin/sh
# Formats every source file, or with --check says which are not formatted.
set -eu
cd "$(dirname "$0")/.."
mode=-i
[ "${1:-}" = --check ] && mode='--dry-run --Werror'
# shellcheck disable=SC2086
find lib agent tests -name '*.h' -o -name '*.cc' | xargs clang-format-14 $mode
