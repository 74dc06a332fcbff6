/// Cumulative counts as what came since, and never twice.
#include <doctest/doctest.h>

#include "lib/otlp/series.h"

using namespace signalbox;
using namespace signalbox::otlp;

namespace {

const WallTime kBorn = WallTime(hours(500'000));  ///< of the memory

struct Story {
  SeriesMemory memory{kBorn};
  MonoTime now{};
  SeriesId id{"checkout/i-1", 7};

  /// What a point of `at_s` seconds after the memory's birth counts; -1: there is no place for it.
  int64_t take(int64_t at_s, uint64_t count, int64_t start_s = -60) {
    const auto increment =
        memory.take(id, {kBorn + seconds(start_s), kBorn + seconds(at_s), count}, now + seconds(at_s));
    return increment ? static_cast<int64_t>(increment->count) : -1;
  }
  void settle(int64_t at_s, bool taken_in) { memory.settle(id, kBorn + seconds(at_s), taken_in); }
};

}  // namespace

TEST_CASE("a series counts what came since its last point, from then on") {
  Story story;
  CHECK(story.take(10, 100) == 0);
  CHECK(story.take(20, 107) == 7);
  CHECK(story.take(30, 107) == 0);
  const auto increment = story.memory.take(story.id, {kBorn - seconds(60), kBorn + seconds(50), 110}, story.now);
  REQUIRE(increment);
  CHECK(increment->count == 3);
  CHECK(increment->from == kBorn + seconds(30));
}

TEST_CASE("a series that began before the memory did counts nothing at first: a restart counts nothing twice") {
  CHECK(Story().take(10, 100, 0) == 0);
  CHECK(Story().take(10, 100, -1) == 0);
  SeriesMemory memory{kBorn};
  CHECK(memory.take({"r", 1}, {WallTime{}, kBorn + seconds(9), 100}, {})->count == 0);  // start unknown
}

TEST_CASE("a series that began later counts whole, from its start") {
  Story story;
  const auto increment = story.memory.take(story.id, {kBorn + seconds(1), kBorn + seconds(10), 100}, story.now);
  REQUIRE(increment);
  CHECK(increment->count == 100);
  CHECK(increment->from == kBorn + seconds(1));
}

TEST_CASE("a count that falls is where counting begins again") {
  Story story;
  story.take(10, 100);
  CHECK(story.take(20, 90) == 0);
  CHECK(story.take(30, 95) == 5);
}

TEST_CASE("a retry counts the same again, and what is older than the last point counts nothing") {
  Story story;
  story.take(10, 100);
  CHECK(story.take(20, 107) == 7);
  CHECK(story.take(20, 107) == 7);
  CHECK(story.take(10, 100) == 0);
  CHECK(story.take(20, 106) == 0);  // at the same time another count: another writer
  CHECK(story.take(30, 109) == 2);
}

TEST_CASE("what was refused is counted with what comes after it") {
  Story story;
  story.take(10, 100);
  story.settle(10, true);
  CHECK(story.take(20, 107) == 7);
  story.settle(20, false);
  CHECK(story.take(30, 109) == 9);
  story.settle(30, true);
  CHECK(story.take(40, 110) == 1);
}

TEST_CASE("what was refused and comes again counts as it would have") {
  Story story;
  CHECK(story.take(10, 5, 1) == 5);
  story.settle(10, false);
  CHECK(story.take(10, 5, 1) == 5);
  story.settle(10, true);
  CHECK(story.take(20, 6, 1) == 1);
}

TEST_CASE("a retry that is refused does not take back what was taken in") {
  Story story;
  story.take(10, 100);
  CHECK(story.take(20, 107) == 7);
  story.settle(20, true);
  CHECK(story.take(20, 107) == 7);
  story.settle(20, false);
  CHECK(story.take(30, 109) == 2);
}

TEST_CASE("where counting began stays, also when its batch was refused") {
  Story story;
  CHECK(story.take(10, 100) == 0);
  story.settle(10, false);
  CHECK(story.take(20, 103) == 3);
}

TEST_CASE("a series that was silent for an hour is forgotten, and begins without counting what it may have told") {
  Story story;
  CHECK(story.take(10, 100, 1) == 100);
  story.id.key = 8;
  story.take(3700, 1, 3699);
  CHECK(story.memory.size() == 1);
  story.id.key = 7;
  CHECK(story.take(3710, 120, 1) == 0);
  CHECK(story.take(3720, 121, 1) == 1);
  story.id.key = 9;
  CHECK(story.take(3730, 4, 20) == 4);  // began after the last point of whatever was forgotten
}

TEST_CASE("one reporter's series push out nobody's: it finds no place, others do") {
  Story story;
  for (story.id.key = 0; story.id.key < kMaxSeriesOfReporter; ++story.id.key) CHECK(story.take(10, 1) == 0);
  CHECK(story.take(10, 1) == -1);
  story.id.reporter = "search/i-1";
  CHECK(story.take(10, 1) == 0);
}

TEST_CASE("the memory is bounded, and series at work keep their places") {
  Story story;
  for (int reporter = 0; story.memory.size() < kMaxSeries; ++reporter) {
    story.id.reporter = std::to_string(reporter);
    for (story.id.key = 0; story.id.key < kMaxSeriesOfReporter; ++story.id.key) story.take(10, 1);
  }
  story.id = {"another", 1};
  CHECK(story.take(10, 1) == -1);
  CHECK(story.memory.size() == kMaxSeries);
  story.id = {"0", 1};
  CHECK(story.take(20, 3) == 2);
}
