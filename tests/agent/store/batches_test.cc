/// What clients report, kept: each batch once, summed, over restarts and bad disks.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <array>
#include <condition_variable>
#include <limits>
#include <mutex>

#include "agent/store/count_sums.h"
#include "agent/store/migrations.h"
#include "tests/support/faulty_disk.h"
#include "tests/support/process.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

const Target kClaude{"claude", ""};
const Target kOpus{"claude", "claude-opus-4-6"};
const Target kHaiku{"claude", "claude-haiku-4-5"};

std::vector<CountStep> counts_of(Store& store, const Target& target, Millis step = kFineStep,
                                 WallTime since = kMorning - hours(24 * 500),
                                 WallTime until = kMorning + hours(24 * 500)) {
  auto history = std::move(*store.open_history());
  auto counts = history->counts({target, since, until, step});
  REQUIRE_MESSAGE(counts, counts.error().message);
  return *counts;
}

using Steps = std::vector<CountStep>;

/// Keys and times, as they are restored.
std::vector<BatchRecord> keys(std::vector<BatchRecord> batches) {
  for (BatchRecord& record : batches) record.rows.clear();
  return batches;
}

int64_t number(const std::string& directory, const char* sql) {
  SqliteConnection connection;
  REQUIRE_FALSE(connection.open(database_path(directory), SqliteMode::read_only, kDeadline));
  int64_t found = -1;
  REQUIRE_FALSE(Statement(connection, sql).rows([&](const SqlRow& row) { found = row.integer(0); }));
  return found;
}

}  // namespace

TEST_CASE("outcomes are summed by target and step, in both tiers; a provider's hold its models'") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  keep(*store, {batch(1, outcomes(3, 1)), batch(2, outcomes(5), kMorning + Millis(9'999))});
  keep(*store, {batch(3, outcomes(7), kMorning + seconds(10)), batch(4, outcomes(1), kMorning, kHaiku),
                batch(5, outcomes(0, 2), kMorning + minutes(5), kClaude)});
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, outcomes(8, 1)}, {kMorning + seconds(10), outcomes(7)}});
  CHECK(counts_of(*store, kHaiku) == Steps{{kMorning, outcomes(1)}});
  CHECK(counts_of(*store, kClaude) == Steps{{kMorning, outcomes(9, 1)},
                                            {kMorning + seconds(10), outcomes(7)},
                                            {kMorning + minutes(5), outcomes(0, 2)}});
  CHECK(counts_of(*store, kOpus, kCoarseStep) == Steps{{kMorning, outcomes(15, 1)}});
  CHECK(counts_of(*store, kClaude, kCoarseStep) ==
        Steps{{kMorning, outcomes(16, 1)}, {kMorning + minutes(5), outcomes(0, 2)}});
}

TEST_CASE("each of the eight outcomes has its own column") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  const OutcomeCounts all = {1, 2, 3, 4, 5, 6, 7, 8};
  keep(*store, {batch(1, all)});
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, all}});
  CHECK(counts_of(*store, kOpus, kCoarseStep) == Steps{{kMorning, all}});
}

TEST_CASE("a timeline's steps begin at multiples of the step, and its range takes whole steps") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  std::vector<Record> batches;
  for (uint64_t i = 0; i < 12; ++i) batches.emplace_back(batch(i, outcomes(1), kMorning + seconds(10 * i)));
  keep(*store, std::move(batches));
  CHECK(counts_of(*store, kOpus, seconds(30), kMorning + seconds(35), kMorning + seconds(61)) ==
        Steps{{kMorning + seconds(30), outcomes(3)}, {kMorning + seconds(60), outcomes(3)}});
  CHECK(counts_of(*store, kOpus, seconds(30), kMorning + seconds(35), kMorning + seconds(60)) ==
        Steps{{kMorning + seconds(30), outcomes(3)}});
  CHECK(counts_of(*store, kOpus, minutes(10)) == Steps{{kMorning, outcomes(12)}});
  CHECK(counts_of(*store, {"openai", ""}).empty());
}

TEST_CASE("a timeline's step is a multiple of 10 s") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  auto history = std::move(*store->open_history());
  for (const Millis step : {Millis(0), Millis(-10'000), Millis(1), Millis(5'000), Millis(15'000)}) {
    CHECK(history->counts({kClaude, kMorning, kMorning, step}).error() == Error{"step: not a multiple of 10 s"});
  }
}

TEST_CASE("a batch that is stored already adds nothing, in the same group, a later one, or after a restart") {
  ScratchDirectory scratch;
  {
    auto store = open_store(scratch.path()).store;
    keep(*store, {batch(1, outcomes(3)), batch(1, outcomes(3))});
    keep(*store, {batch(1, outcomes(3), kMorning + seconds(20))});
  }
  auto [store, restored] = open_store(scratch.path());
  CHECK(restored.batches == keys({batch(1, {})}));
  keep(*store, {batch(1, outcomes(3), kMorning + seconds(40)), batch(2, outcomes(1))});
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, outcomes(4)}});
}

TEST_CASE("a heartbeat is a batch without counts: its key is kept") {
  ScratchDirectory scratch;
  { keep(*open_store(scratch.path()).store, {BatchRecord{7, kMorning, {}}}); }
  CHECK(open_store(scratch.path()).restored.batches == std::vector{BatchRecord{7, kMorning, {}}});
}

TEST_CASE("keys of all 64 bits are restored for an hour, oldest first") {
  ScratchDirectory scratch;
  const BatchRecord old = batch(1, outcomes(1), kMorning - hours(1));
  const BatchRecord young = batch(~uint64_t{0}, outcomes(1), kMorning - minutes(59));
  const BatchRecord now = batch(uint64_t{1} << 63, outcomes(1));
  { keep(*open_store(scratch.path()).store, {old, young, now}); }
  CHECK(open_store(scratch.path()).restored.batches == keys({young, now}));
}

TEST_CASE("counts saturate where readers' numbers end") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  keep(*store, {batch(1, outcomes(kMostCounted - 1)), batch(2, outcomes(kMostCounted))});
  keep(*store, {batch(3, outcomes(std::numeric_limits<int64_t>::max(), 1))});
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, outcomes(kMostCounted, 1)}});
  CHECK(counts_of(*store, kClaude, minutes(10)) == Steps{{kMorning, outcomes(kMostCounted, 1)}});
}

TEST_CASE("counts and keys go when they are over their age, and a target with the last of its counts") {
  ScratchDirectory scratch;
  const WallTime later = kMorning + hours(48) + minutes(1);
  {
    auto store = open_store(scratch.path()).store;
    std::vector<Record> batches;
    for (uint64_t i = 0; i < 70; ++i) {
      batches.emplace_back(batch(i, outcomes(1), kMorning, {"claude", fmt::format("model-{}", i)}));
    }
    keep(*store, std::move(batches));
    keep(*store, {batch(100, outcomes(1)), batch(101, outcomes(2), later)});
  }
  {
    auto [store, restored] = open_store(scratch.path(), {}, later);
    for (int step = 0; step < 5; ++step) keep(*store, {transition(1)});
    CHECK(counts_of(*store, kOpus) == Steps{{later, outcomes(2)}});
    CHECK(counts_of(*store, kOpus, kCoarseStep) ==
          Steps{{kMorning, outcomes(1)}, {later - minutes(1), outcomes(2)}});
  }
  CHECK(number(scratch.path(), "SELECT count(*) FROM batches") == 1);
  CHECK(number(scratch.path(), "SELECT count(*) FROM count_targets") == 72);
  {
    auto store = open_store(scratch.path(), {}, later + hours(24 * 401)).store;
    for (int step = 0; step < 5; ++step) keep(*store, {transition(1)});
  }
  CHECK(number(scratch.path(), "SELECT count(*) FROM coarse_counts") == 0);
  CHECK(number(scratch.path(), "SELECT count(*) FROM count_targets") == 0);
}

TEST_CASE("a target whose row was deleted counts again") {
  // The deleting at start may be faster than the first batch; then there is nothing to see, and it is tried again.
  bool deleted = false;
  for (int attempt = 0; attempt < 50 && !deleted; ++attempt) {
    ScratchDirectory scratch;
    auto [store, restored] = open_store(scratch.path(), {}, kMorning + hours(24 * 401));
    keep(*store, {batch(1, outcomes(1))});
    for (int step = 0; step < 5; ++step) keep(*store, {transition(1)});
    deleted = number(scratch.path(), "SELECT count(*) FROM count_targets") == 0;
    if (!deleted) continue;
    keep(*store, {batch(2, outcomes(2), kMorning + hours(24 * 401))});
    CHECK(counts_of(*store, kOpus) == Steps{{kMorning + hours(24 * 401), outcomes(2)}});
  }
  CHECK(deleted);
}

TEST_CASE("batches are refused while the disk is full; what was taken is counted once when there is room") {
  ScratchDirectory scratch;
  FaultyDisk disk;
  auto [store, restored] = open_store(scratch.path());
  keep(*store, {batch(1, outcomes(1))});
  disk.fail_with(SQLITE_FULL);
  const Store::Ticket taken = store->submit({batch(2, outcomes(2))});
  disk.wait_for_failures(2);
  CHECK(store->submit({batch(3, outcomes(4))}) == Store::kRefused);
  CHECK(store->submit({transition(1), batch(3, outcomes(4))}) == Store::kRefused);
  CHECK(store->submit({transition(2)}) != Store::kRefused);
  CHECK(store->committed() < taken);
  disk.heal();
  CHECK(store->wait(taken, kDeadline));
  keep(*store, {batch(3, outcomes(4))});
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, outcomes(7)}});
  CHECK(all_transitions(*store) == std::vector{transition(2)});
  CHECK(store->status().dropped == 0);
}

TEST_CASE("whichever write of a group of batches fails, each is counted once") {
  for (int good = 0; good < 40; good += 3) {
    CAPTURE(good);
    ScratchDirectory scratch;
    {
      FaultyDisk disk;
      auto [store, restored] = open_store(scratch.path());
      keep(*store, {batch(1, outcomes(1))});
      disk.fail_once_after(good, SQLITE_IOERR_FSYNC);
      keep(*store, {batch(2, outcomes(2)), batch(3, outcomes(4), kMorning, kHaiku)});
      disk.heal();
    }
    auto [store, restored] = open_store(scratch.path());
    CHECK(restored.batches.size() == 3);
    CHECK(counts_of(*store, kClaude) == Steps{{kMorning, outcomes(7)}});
  }
}

TEST_CASE("every batch that was confirmed is counted once after kill -9, and none in part") {
  ScratchDirectory scratch;
  std::array<int, 2> confirmations{};
  REQUIRE(pipe(confirmations.data()) == 0);
  ChildProcess child([&] {
    auto opened = Store::open(scratch.path(), {}, kMorning);
    for (uint64_t i = 1; opened; ++i) {
      const bool stored = opened->store->wait(opened->store->submit({batch(i, outcomes(1, 1))}), kDeadline);
      if (!stored || write(confirmations[1], &i, sizeof i) != sizeof i) return;
    }
  });
  close(confirmations[1]);
  uint64_t confirmed = 0;
  while (confirmed < 50 && read(confirmations[0], &confirmed, sizeof confirmed) == sizeof confirmed) continue;
  child.kill();
  while (read(confirmations[0], &confirmed, sizeof confirmed) == sizeof confirmed) continue;
  child.wait();
  close(confirmations[0]);
  REQUIRE(confirmed >= 50);

  auto [store, restored] = open_store(scratch.path());
  const auto stored = static_cast<int64_t>(restored.batches.size());
  CHECK(restored.batches.size() >= confirmed);
  CHECK(restored.batches.size() <= confirmed + 1);
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, outcomes(stored, stored)}});
  for (uint64_t i = 1; i <= confirmed; ++i) store->submit({batch(i, outcomes(1, 1))});
  keep(*store, {transition(1)});
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, outcomes(stored, stored)}});
}

TEST_CASE("the listener is called after each attempt, until it is ended") {
  ScratchDirectory scratch;
  FaultyDisk disk;
  auto [store, restored] = open_store(scratch.path());
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<Store::Ticket, bool>> seen;
  store->listen([&] {
    const std::lock_guard lock(mutex);
    seen.emplace_back(store->committed(), store->status().ok);
    changed.notify_all();
  });
  const auto see = [&](Store::Ticket committed, bool ok) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, kDeadline, [&] { return seen.back() == std::pair(committed, ok); });
  };
  const Store::Ticket first = store->submit({batch(1, outcomes(1))});
  {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, kDeadline, [&] { return !seen.empty(); }));
  }
  CHECK(see(first, true));
  disk.fail_with(SQLITE_FULL);
  const Store::Ticket second = store->submit({batch(2, outcomes(1))});
  CHECK(see(first, false));
  disk.heal();
  CHECK(see(second, true));
  store->listen({});
  const size_t calls = seen.size();
  keep(*store, {batch(3, outcomes(1))});
  CHECK(seen.size() == calls);
}

TEST_CASE("a database of version 1 with data is brought up to date and keeps it") {
  ScratchDirectory scratch;
  {
    SqliteConnection old;
    REQUIRE_FALSE(old.open(database_path(scratch.path()), SqliteMode::create, kDeadline));
    REQUIRE_FALSE(migrate(old, migrations().first(1)));
    REQUIRE_FALSE(
        old.execute("INSERT INTO transitions VALUES "
                    "(1, 1795428000000, 'claude', '', 'healthy', 'unhealthy', 'why', '{}', 1)"));
    REQUIRE_FALSE(old.execute("UPDATE meta SET value = 41 WHERE key = 'generation'"));
  }
  auto [store, restored] = open_store(scratch.path());
  CHECK(restored.generation == 41);
  CHECK(all_transitions(*store).size() == 1);
  keep(*store, {batch(1, outcomes(1)), advice(kMorning + minutes(1), State::recovering, 25)});
  CHECK(counts_of(*store, kOpus) == Steps{{kMorning, outcomes(1)}});
  auto history = std::move(*store->open_history());
  CHECK(*history->states({kClaude, kMorning + seconds(1), kMorning + hours(1)}) ==
        StateSeries{StateChange{kMorning, State::unhealthy, std::nullopt},
                    {{kMorning + minutes(1), State::recovering, 25}}});
}
