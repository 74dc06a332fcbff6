#!/bin/bash
# The same sources give the same bytes: `tests/reproducible.sh`, by hand (two whole builds, without the compiler's cache).
# Builds the last commit in two directories that differ in path, length of path, umask, time zone, language and number of
# jobs, and compares the binary, its list of parts and, where the tree makes one, the Debian package.
set -eu
cd "$(dirname "$0")/.."
. agent/packages.sh
# shellcheck disable=SC2086
install_packages $build_packages python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH CCACHE_DISABLE=1

# build DIRECTORY JOBS
build() {
  mkdir -p "$1"
  git archive HEAD | tar -x -C "$1"
  (
    cd "$1"
    cmake --preset release -DSIGNALBOX_TESTS=OFF >/dev/null
    cmake --build --preset release --target signalbox -j "$2" >/dev/null
    systemd/sbom.py build/release/signalbox build/release 0 >build/signalbox.cdx.json
    if grep -qs 'include(CPack)' CMakeLists.txt systemd/*; then
      cmake --build --preset release --target package >/dev/null
      mv build/release/*.deb build/signalbox.deb
    fi
  )
}
say "the first build"
(umask 022 && TZ=UTC LC_ALL=C.UTF-8 build "$work/a" 2)
say "the second build"
(umask 077 && TZ=Asia/Kathmandu LC_ALL=C HOME=$work build "$work/another/directory/with a longer name" 1)

failed=0
for file in build/release/signalbox build/signalbox.cdx.json build/signalbox.deb; do
  [ -f "$work/a/$file" ] || continue
  sum=$(sha256sum "$work/a/$file" | cut -c 1-16)
  if cmp "$work/a/$file" "$work/another/directory/with a longer name/$file"; then
    echo "ok      $file: the same $(stat -c %s "$work/a/$file") bytes, sha256 $sum"
  else
    failed=1
    echo "DIFFERS $file"
  fi
done
if strings -a "$work/a/build/release/signalbox" | grep -F "$work"; then
  failed=1
  echo "DIFFERS the binary names the directory of its build"
fi
exit "$failed"
