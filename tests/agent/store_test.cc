#include "agent/store.h"

#include <doctest/doctest.h>

#include "tests/support/records.h"
#include "tests/support/scratch_directory.h"

using namespace signalbox;

namespace {

/// Longer than any commit takes on a busy machine: a test that needs it has failed.
constexpr Millis kDeadline = seconds(30);

Store::Opened open_store(const std::string& directory, const Retention& retention = {}, WallTime now = kMorning) {
  auto opened = Store::open(directory, retention, now);
  REQUIRE_MESSAGE(opened, opened.error().message);
  return std::move(*opened);
}

void keep(Store& store, std::vector<Record> records) {
  REQUIRE(store.wait(store.submit(std::move(records)), kDeadline));
}

std::vector<TransitionRecord> all_transitions(Store& store) {
  auto history = store.open_history();
  REQUIRE(history);
  auto page = (*history)->transitions({.limit = 1000});
  REQUIRE_MESSAGE(page, page.error().message);
  return page->rows;
}

}  // namespace

TEST_CASE("a new database has an instance of its own and nothing else") {
  ScratchDirectory scratch;
  const auto opened = open_store(scratch.file("state"));
  CHECK(opened.restored.instance.size() == 16);
  CHECK(opened.restored.instance.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(opened.restored.generation == 0);
  CHECK(opened.restored.healths.empty());
  CHECK(opened.store->status().ok);
}

TEST_CASE("what was stored is restored") {
  ScratchDirectory scratch;
  std::string instance;
  {
    auto [store, restored] = open_store(scratch.path());
    instance = restored.instance;
    const Target model{"claude", "claude-opus-4-6"};
    keep(*store, {health("{1}"), health("{model}", model), source(), GenerationRecord{41}, transition(1),
                  incident("a"), payload("first"), payload("second"), payload("other", kMorning, "components")});
    keep(*store, {health("{2}"), GenerationRecord{42}, GenerationRecord{7}});
    IncidentRecord over = incident("b");
    over.resolved_at = kMorning;
    keep(*store, {over});
  }
  auto [store, restored] = open_store(scratch.path());
  CHECK(restored.instance == instance);
  CHECK(restored.generation == 42);
  CHECK(restored.healths == std::vector{health("{2}"), health("{model}", {"claude", "claude-opus-4-6"})});
  CHECK(restored.sources == std::vector{source()});
  CHECK(restored.open_incidents == std::vector{incident("a")});
  CHECK(restored.payloads == std::vector{payload("second"), payload("other", kMorning, "components")});
  CHECK(all_transitions(*store) == std::vector{transition(1)});
}
