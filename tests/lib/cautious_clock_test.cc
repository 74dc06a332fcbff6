#include "lib/cautious_clock.h"

#include <doctest/doctest.h>

using namespace signalbox;

namespace {

constexpr Millis kDay = hours(24);
constexpr Instant kStart{WallTime(kDay * 20000), MonoTime(hours(3))};

/// The clock at `passed` since the start, when somebody has set it by `step`.
Instant after(Millis passed, Millis step = Millis(0)) {
  return {kStart.wall + passed + step, kStart.mono + passed};
}

}  // namespace

TEST_CASE("a clock that nobody sets is believed") {
  CautiousClock clock;
  for (int i = 0; i < 1000; ++i) CHECK(clock.at(after(minutes(5) * i)) == after(minutes(5) * i).wall);
}

TEST_CASE("one that runs ahead a little, again and again, is followed") {
  CautiousClock clock;
  for (int i = 0; i < 1000; ++i)
    CHECK(clock.at(after(minutes(5) * i, seconds(i))) == after(minutes(5) * i, seconds(i)).wall);
}

TEST_CASE("a day ahead and back ages nothing") {
  CautiousClock clock;
  clock.at(after(Millis(0)));
  for (int i = 1; i < 100; ++i) CHECK(clock.at(after(minutes(5) * i, kDay)) == after(minutes(5) * i).wall);
  CHECK(clock.at(after(hours(9))) == after(hours(9)).wall);
}

TEST_CASE("a step ahead that stands for a day is believed, and from then on") {
  CautiousClock clock;
  clock.at(after(Millis(0)));
  CHECK(clock.at(after(hours(1), 50 * kDay)) == after(hours(1)).wall);
  CHECK(clock.at(after(hours(24), 50 * kDay)) == after(hours(24)).wall);
  CHECK(clock.at(after(hours(25), 50 * kDay)) == after(hours(25), 50 * kDay).wall);
  CHECK(clock.at(after(hours(26), 50 * kDay)) == after(hours(26), 50 * kDay).wall);
}

TEST_CASE("a step back is followed at once, and its end is a step ahead") {
  CautiousClock clock;
  clock.at(after(Millis(0)));
  CHECK(clock.at(after(hours(1), -kDay)) == after(hours(1), -kDay).wall);
  CHECK(clock.at(after(hours(2))) == after(hours(2), -kDay).wall);
  CHECK(clock.at(after(hours(26))) == after(hours(26)).wall);
}
