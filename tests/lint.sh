#!/bin/sh
# clang-tidy over the sources of the core and the shell, or of the folders that are named, with the short list of .clang-tidy.
set -eu
cd "$(dirname "$0")/.."
cmake --preset debug -B build/lint -DSIGNALBOX_BY_FOLDER=OFF >/dev/null
# Clang 14 knows coroutines but does not say so in the way that libstdc++ and Asio ask. Prints what is found, not the
# count of what was suppressed.
find ${*:-lib agent} -name '*.cc' |
  xargs -P "$(nproc)" -n 8 clang-tidy-14 -p build/lint --quiet --extra-arg=-D__cpp_impl_coroutine=201902L \
    --extra-arg=-DASIO_HAS_CO_AWAIT --extra-arg=-DASIO_HAS_STD_COROUTINE 2>/dev/null
