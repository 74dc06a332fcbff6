#include "agent/store/store_queue.h"

#include <doctest/doctest.h>

#include "tests/support/records.h"

using namespace signalbox;

namespace {

constexpr StoreQueue::Limits kThreeRows{.rows = 3, .bytes = 1'000'000};

std::vector<Record> rows(std::vector<Record> expected) { return expected; }

}  // namespace

TEST_CASE("checkpoints replace the one before, rows keep their order") {
  StoreQueue queue(StoreQueue::Limits{});
  CHECK(queue.push({health("{1}"), transition(1), GenerationRecord{5}}, 1));
  CHECK(queue.push({transition(2), health("{2}"), GenerationRecord{4}, source()}, 2));
  const RecordGroup group = queue.take();
  CHECK(queue.empty());
  CHECK(group.last == 2);
  CHECK(group.rows == rows({transition(1), transition(2)}));
  CHECK(group.checkpoints.healths == std::map<Target, HealthRecord>{{{"claude", ""}, health("{2}")}});
  CHECK(group.checkpoints.sources.size() == 1);
  CHECK(group.checkpoints.generation == 5);
}

TEST_CASE("what could not be written comes first again, newer checkpoints win") {
  StoreQueue queue(StoreQueue::Limits{});
  queue.push({transition(1), health("{1}"), health("{other}", {"openai", ""}), GenerationRecord{5}}, 1);
  RecordGroup group = queue.take();
  queue.push({transition(2), health("{2}")}, 2);
  queue.put_back(std::move(group));
  const RecordGroup merged = queue.take();
  CHECK(merged.last == 2);
  CHECK(merged.rows == rows({transition(1), transition(2)}));
  CHECK(merged.checkpoints.healths.at({"claude", ""}).body == "{2}");
  CHECK(merged.checkpoints.healths.at({"openai", ""}).body == "{other}");
  CHECK(merged.checkpoints.generation == 5);
}

TEST_CASE("a full queue gives up payloads first, the oldest before the newer") {
  StoreQueue queue(kThreeRows);
  CHECK(queue.push({payload("a"), payload("b"), transition(1)}, 1));
  CHECK(queue.push({transition(2)}, 2));
  CHECK(queue.dropped() == 1);
  CHECK(queue.take().rows == rows({payload("b"), transition(1), transition(2)}));
}

TEST_CASE("a queue full of transitions refuses, and says so; checkpoints still fit") {
  StoreQueue queue(kThreeRows);
  CHECK(queue.push({transition(1), transition(2), transition(3)}, 1));
  CHECK(queue.push({payload("a")}, 2));
  CHECK_FALSE(queue.push({transition(4), health("{}"), GenerationRecord{4}}, 3));
  CHECK(queue.dropped() == 2);
  const RecordGroup group = queue.take();
  CHECK(group.rows == rows({transition(1), transition(2), transition(3)}));
  CHECK(group.checkpoints.healths.size() == 1);
  CHECK(group.checkpoints.generation == 4);
}

TEST_CASE("the bound holds in bytes too, and for what is being written") {
  StoreQueue queue({.rows = 100, .bytes = 10'000});
  CHECK(queue.push({payload(std::string(6000, 'x'))}, 1));
  RecordGroup writing = queue.take();
  CHECK(queue.push({payload(std::string(6000, 'y'))}, 2));
  CHECK(queue.dropped() == 1);
  CHECK(queue.empty());
  queue.put_back(std::move(writing));
  CHECK(queue.push({payload(std::string(6000, 'z'))}, 3));
  CHECK(queue.dropped() == 2);
  CHECK(queue.take().rows == rows({payload(std::string(6000, 'z'))}));
  queue.written();
  CHECK(queue.push({payload(std::string(6000, 'w'))}, 4));
  CHECK(queue.dropped() == 2);
}

TEST_CASE("held checkpoints take the newer ones and forget what was forgotten") {
  Checkpoints held;
  held.healths = {{{"claude", ""}, health("{1}")}, {{"openai", ""}, health("{}", {"openai", ""})}};
  held.generation = 7;
  Checkpoints newer;
  newer.healths = {{{"claude", ""}, health("{2}")}, {{"openai", ""}, health("", {"openai", ""})}};
  newer.generation = 6;
  held.take(newer);
  CHECK(held.healths == std::map<Target, HealthRecord>{{{"claude", ""}, health("{2}")}});
  CHECK(held.generation == 7);
}

TEST_CASE("batches get half of the queue, also of what is being written") {
  StoreQueue queue({.rows = 4, .bytes = 1'000'000});
  CHECK(queue.fits_half({batch(1, outcomes(1)), batch(2, outcomes(1))}));
  CHECK_FALSE(queue.fits_half({batch(1, outcomes(1)), batch(2, outcomes(1)), batch(3, outcomes(1))}));
  queue.push({batch(1, outcomes(1)), batch(2, outcomes(1))}, 1);
  CHECK_FALSE(queue.fits_half({batch(3, outcomes(1))}));
  const RecordGroup group = queue.take();
  CHECK_FALSE(queue.fits_half({batch(3, outcomes(1))}));
  queue.written();
  CHECK(queue.fits_half({batch(3, outcomes(1))}));
}

TEST_CASE("a batch costs what its rows take") {
  StoreQueue queue({.rows = 1000, .bytes = 100'000});
  BatchRecord large = batch(1, outcomes(1));
  large.rows.resize(400, large.rows.front());
  CHECK_FALSE(queue.fits_half({large}));
}
