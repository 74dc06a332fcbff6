#!/bin/sh
# The check that keeps the core pure fails when it should: each sample is a core that does what it must not.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

# expect VERDICT NAME < SOURCE: `pure` or `impure`.
expect() {
  rm -rf "${work:?}"/*
  mkdir "$work/lib"
  cat > "$work/lib/sample.cc"
  c++ -std=c++20 -c "$work/lib/sample.cc" -o "$work/sample.o"
  ar rc "$work/sample.a" "$work/sample.o"
  verdict=pure
  "$here/check_purity.sh" "$work/sample.a" "$work/lib" 2>/dev/null || verdict=impure
  if [ "$verdict" = "$1" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$2: $verdict, expected $1"; fi
}

expect pure "arithmetic" <<'S'
int sum(int a, int b) { return a + b; }
S
expect impure "a socket" <<'S'
#include <sys/socket.h>
int f() { return socket(1, 1, 0); }
S
expect impure "a thread" <<'S'
#include <thread>
void f() { std::thread([] {}).join(); }
S
expect impure "SQLite" <<'S'
#include <sqlite3.h>
int f() { return sqlite3_shutdown(); }
S
expect impure "a symbol without its header" <<'S'
extern "C" int sqlite3_shutdown();
int f() { return sqlite3_shutdown(); }
S
expect impure "the clock" <<'S'
#include <chrono>
long f() { return std::chrono::steady_clock::now().time_since_epoch().count(); }
S
expect impure "a file" <<'S'
#include <cstdio>
bool f() { return std::fopen("x", "r") != nullptr; }
S
expect impure "randomness" <<'S'
#include <cstdlib>
int f() { return std::rand(); }
S
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
