#include "agent/log_repeats.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("a line is written once a minute, and says how many there were") {
  LogRepeats repeats;
  const MonoTime start{hours(5)};
  CHECK(repeats.pass("history: disk full", start) == 0);
  CHECK(repeats.pass("another", start) == 0);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(repeats.pass("history: disk full", start + Millis(i)));
  CHECK_FALSE(repeats.pass("history: disk full", start + Millis(59'999)));
  CHECK(repeats.pass("history: disk full", start + minutes(1)) == 1001);
  CHECK_FALSE(repeats.pass("history: disk full", start + minutes(1)));
  CHECK(repeats.pass("history: disk full", start + minutes(3)) == 1);
  CHECK(repeats.pass("another", start + minutes(3)) == 0);
}

TEST_CASE("a flood of different lines is bounded too") {
  LogRepeats repeats;
  const MonoTime start{};
  int written = 0;
  for (int i = 0; i < 100'000; ++i) written += repeats.pass("line " + std::to_string(i), start).has_value() ? 1 : 0;
  CHECK(written > 100);
  CHECK(written < 300);
  CHECK(repeats.pass("after a minute", start + minutes(1)) == 0);
}
