#include "agent/store/store.h"

#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "tests/support/faulty_disk.h"
#include "tests/support/process.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

TEST_CASE("a new database has an instance of its own and nothing else") {
  ScratchDirectory scratch;
  const auto opened = open_store(scratch.file("deep/state"));
  CHECK(opened.restored.instance.size() == 16);
  CHECK(opened.restored.instance.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(opened.restored.generation == 0);
  CHECK(opened.restored.healths.empty());
  CHECK(opened.store->status().ok);
  CHECK(std::filesystem::status(scratch.file("deep/state")).permissions() == std::filesystem::perms(0750));
}

TEST_CASE("what was stored is restored") {
  ScratchDirectory scratch;
  std::string instance;
  const Target model{"claude", "claude-opus-4-6"};
  {
    auto [store, restored] = open_store(scratch.path());
    instance = restored.instance;
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
  CHECK(restored.healths == std::vector{health("{2}"), health("{model}", model)});
  CHECK(restored.sources == std::vector{source()});
  CHECK(restored.overrides.empty());
  CHECK(restored.batches.empty());
  CHECK(restored.payloads == std::vector{payload("second"), payload("other", kMorning, "components")});
  CHECK(all_transitions(*store) == std::vector{transition(1)});
}

TEST_CASE("an incident keeps when it was first seen and takes everything else") {
  ScratchDirectory scratch;
  IncidentRecord later = incident("a", kMorning + hours(1));
  later.status = "monitoring";
  later.scope = {};
  later.started_at = std::nullopt;
  {
    auto [store, restored] = open_store(scratch.path());
    keep(*store, {incident("a", kMorning), later});
  }
  later.first_seen_at = kMorning;
  CHECK(all_incidents(*open_store(scratch.path()).store) == std::vector{later});
}

TEST_CASE("a health without a body forgets the target") {
  ScratchDirectory scratch;
  {
    auto [store, restored] = open_store(scratch.path());
    keep(*store, {health("{}"), health("{}", {"openai", ""})});
    keep(*store, {health("")});
  }
  CHECK(open_store(scratch.path()).restored.healths == std::vector{health("{}", {"openai", ""})});
}

TEST_CASE("text of any bytes comes back as it was") {
  ScratchDirectory scratch;
  const std::string bytes("\0\xff'\";--\n", 8);
  TransitionRecord strange = transition(1);
  strange.why = bytes;
  strange.evidence = "";
  {
    auto [store, restored] = open_store(scratch.path());
    keep(*store, {strange, payload(bytes), payload("", kMorning, "empty")});
  }
  auto [store, restored] = open_store(scratch.path());
  CHECK(all_transitions(*store) == std::vector{strange});
  CHECK(restored.payloads == std::vector{payload(bytes), payload("", kMorning, "empty")});
}

TEST_CASE("a clean end leaves one file without a log") {
  ScratchDirectory scratch;
  {
    auto [store, restored] = open_store(scratch.path());
    store->submit({transition(1)});
  }
  CHECK(std::filesystem::exists(database_path(scratch.path())));
  CHECK_FALSE(std::filesystem::exists(database_path(scratch.path()) + "-wal"));
  auto [store, restored] = open_store(scratch.path());
  CHECK(all_transitions(*store) == std::vector{transition(1)});
}

TEST_CASE("submitting does not wait for a slow disk, and what piled up is one commit") {
  ScratchDirectory scratch;
  FaultyDisk disk;
  auto [store, restored] = open_store(scratch.path());
  disk.hold_syncs();
  const auto first = store->submit({transition(0)});
  disk.wait_for_held_sync();
  Store::Ticket last = first;
  for (uint64_t i = 1; i < 500; ++i) last = store->submit({transition(i), health(std::to_string(i))});
  CHECK_FALSE(store->wait(first, Millis(0)));
  CHECK_FALSE(store->wait(last, Millis(0)));
  const int syncs_before = disk.syncs();
  disk.release_syncs();
  CHECK(store->wait(last, kDeadline));
  CHECK(store->wait(first, Millis(0)));
  CHECK(disk.syncs() - syncs_before <= 2);
  CHECK(all_transitions(*store).size() == 500);
}

TEST_CASE("an empty submit is on disk when all before it is") {
  ScratchDirectory scratch;
  auto [store, restored] = open_store(scratch.path());
  CHECK(store->wait(store->submit({}), Millis(0)));
  const auto ticket = store->submit({transition(1)});
  CHECK(store->submit({}) == ticket);
}

TEST_CASE("many threads submit and wait, and all of it is there") {
  ScratchDirectory scratch;
  auto [store, restored] = open_store(scratch.path());
  std::atomic<int> confirmed = 0;
  std::vector<std::thread> producers;
  for (uint64_t producer = 0; producer < 8; ++producer) {
    producers.emplace_back([&, &writer = *store, producer] {
      for (uint64_t i = 0; i < 50; ++i) {
        if (writer.wait(writer.submit({transition(producer * 50 + i)}), kDeadline)) ++confirmed;
      }
    });
  }
  for (std::thread& thread : producers) thread.join();
  CHECK(confirmed == 400);
  CHECK(all_transitions(*store).size() == 400);
}

TEST_CASE("what wait confirmed survives kill -9") {
  ScratchDirectory scratch;
  std::array<int, 2> confirmations{};
  REQUIRE(pipe(confirmations.data()) == 0);
  ChildProcess child([&] {
    auto opened = Store::open(scratch.path(), {}, kMorning);
    for (uint64_t i = 1; opened; ++i) {
      const bool stored =
          opened->store->wait(opened->store->submit({transition(i), GenerationRecord{i}}), kDeadline);
      if (!stored || write(confirmations[1], &i, sizeof i) != sizeof i) return;
    }
  });
  close(confirmations[1]);
  uint64_t confirmed = 0;
  while (confirmed < 100 && read(confirmations[0], &confirmed, sizeof confirmed) == sizeof confirmed) continue;
  child.kill();
  while (read(confirmations[0], &confirmed, sizeof confirmed) == sizeof confirmed) continue;
  child.wait();
  close(confirmations[0]);
  REQUIRE(confirmed >= 100);

  auto [store, restored] = open_store(scratch.path());
  CHECK(restored.generation >= confirmed);
  CHECK(restored.generation <= confirmed + 1);
  auto history = store->open_history();
  const auto newest = (*history)->transitions({.limit = 1});
  REQUIRE(newest);
  CHECK(newest->rows.front().generation == restored.generation);
  CHECK(all_transitions(*store).size() == std::min<uint64_t>(restored.generation, 1000));
}

TEST_CASE("retention deletes at start what is too old, in steps") {
  ScratchDirectory scratch;
  constexpr uint64_t kOld = 700;  // more than one step
  {
    auto [store, restored] = open_store(scratch.path());
    std::vector<Record> old = {incident("old"), payload("old"), payload("newest")};
    for (uint64_t i = 0; i < kOld; ++i) old.push_back(transition(i));
    keep(*store, std::move(old));
  }
  const WallTime later = kMorning + hours(24 * 402);
  TransitionRecord young = transition(kOld);
  young.at = later;
  auto [store, restored] = open_store(scratch.path(), {}, later);
  // Between two commits stands at least one step.
  for (int step = 0; step < 4; ++step) keep(*store, {young});
  CHECK(all_transitions(*store) == std::vector(4, young));
  auto history = store->open_history();
  CHECK((*history)->incidents({})->rows.empty());
}
