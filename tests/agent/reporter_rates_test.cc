#include "agent/reporter_rates.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

int accepted(ReporterRates& rates, const std::string& reporter, int tries, MonoTime now) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += rates.refuse(reporter, now) ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("a reporter may send a burst of two seconds, then its rate") {
  ReporterRates rates(200);
  ManualClock clock;
  CHECK(accepted(rates, "a", 1000, clock.now.mono) == 400);
  CHECK(rates.refuse("a", clock.now.mono) == Millis(5));
  clock.advance(Millis(100));
  CHECK(accepted(rates, "a", 1000, clock.now.mono) == 20);
  clock.advance(hours(1));
  CHECK(accepted(rates, "a", 1000, clock.now.mono) == 400);
}

TEST_CASE("one reporter's haste does not count against another") {
  ReporterRates rates(10);
  const MonoTime now = ManualClock().now.mono;
  CHECK(accepted(rates, "a", 100, now) == 20);
  CHECK(accepted(rates, "b", 100, now) == 20);
}

TEST_CASE("a rate of 0 is no limit") {
  ReporterRates rates(0);
  CHECK(accepted(rates, "a", 100'000, ManualClock().now.mono) == 100'000);
}

TEST_CASE("names without end neither take the bucket of a reporter at work nor get more than one share together") {
  ReporterRates rates(10, 4);
  ManualClock clock;
  CHECK(accepted(rates, "real", 20, clock.now.mono) == 20);
  int strangers = 0;
  for (int i = 0; i < 1000; ++i) strangers += accepted(rates, fmt::format("stranger-{}", i), 1, clock.now.mono);
  CHECK(strangers == 3 + 20);                   // three buckets that were free, and the shared one
  CHECK(rates.refuse("real", clock.now.mono));  // still known as spent
  clock.advance(seconds(2));
  CHECK(accepted(rates, "newcomer", 100, clock.now.mono) == 20);  // all are full again: the idlest made room
}
