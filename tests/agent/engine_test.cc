#include "agent/engine.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "lib/json.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

/// A store in memory whose disk can hang and fail.
class FakeStore final : public Store {
 public:
  Ticket submit(std::vector<Record> records) override {
    const std::lock_guard lock(mutex_);
    if (refuses) return kRefused;
    for (Record& record : records) records_.push_back(std::move(record));
    return ++tickets_;
  }
  /// Commits while somebody waits, as a disk that takes a moment.
  bool wait(Ticket ticket, Millis timeout) override {
    const std::lock_guard lock(mutex_);
    waited_.push_back(timeout);
    if (!hangs && timeout > Millis(0)) committed_ = tickets_;
    return committed_ >= ticket;
  }
  void recover() {
    const std::lock_guard lock(mutex_);
    hangs = false;
    committed_ = tickets_;
  }
  Ticket committed() const override {
    const std::lock_guard lock(mutex_);
    return committed_;
  }
  void listen(std::function<void()>) override {}
  StoreStatus status() const override { return {.ok = !fails, .detail = fails ? "disk full" : ""}; }
  Result<std::unique_ptr<History>> open_history() override { return Error{"none"}; }

  std::vector<Record> records() {
    const std::lock_guard lock(mutex_);
    return records_;
  }
  std::vector<Millis> waited() {
    const std::lock_guard lock(mutex_);
    return waited_;
  }
  std::atomic<bool> hangs = false;
  std::atomic<bool> fails = false;
  std::atomic<bool> refuses = false;

 private:
  mutable std::mutex mutex_;
  std::vector<Record> records_;
  std::vector<Millis> waited_;
  Ticket tickets_ = 0;
  Ticket committed_ = 0;
};

/// An engine on a thread of its own, with a clock that stands still unless it is moved.
struct Running {
  FakeStore store;
  std::atomic<int64_t> passed_ms = 0;
  Instant start = ManualClock{}.now;
  Engine engine{start_core(config({provider("claude")}), {.generation = 7}, start), store, "abc",
                [this] { return start + Millis(passed_ms.load()); }};
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<SnapshotPtr> published;
  std::jthread thread;

  void run() {
    thread = std::jthread([this](const std::stop_token& stop) {
      engine.run(stop, [this](const SnapshotPtr& snapshot) {
        const std::lock_guard lock(mutex);
        published.push_back(snapshot);
        changed.notify_all();
      });
    });
  }
  /// The first snapshot published for which `fits` holds; fails the test after ten seconds.
  template <class Fits>
  SnapshotPtr await(Fits fits) {
    std::unique_lock lock(mutex);
    SnapshotPtr found;
    const auto look = [&] {
      for (const SnapshotPtr& snapshot : published) {
        if (!found && fits(*snapshot)) found = snapshot;
      }
      return found != nullptr;
    };
    REQUIRE(changed.wait_for(lock, seconds(10), look));
    return found;
  }
  void poll(O level) { REQUIRE(engine.post(observed(page(level), start + Millis(passed_ms.load())))); }
};

bool told(const Snapshot& snapshot, State state) { return snapshot.targets.at("claude").state == state; }

}  // namespace

TEST_CASE("there is an answer before the engine runs") {
  Running running;
  CHECK(told(*running.engine.latest(), State::unknown));
  CHECK(running.engine.latest()->etag == "W/\"abc-7\"");
}

TEST_CASE("a change is stored, waited for, and then published") {
  Running running;
  running.run();
  running.poll(O::major);
  const SnapshotPtr red = running.await([](const Snapshot& s) { return told(s, State::unhealthy); });
  CHECK(red->persistence == "ok");
  CHECK(red->generation == 8);
  bool stored = false;
  for (const Record& record : running.store.records()) {
    const auto* change = std::get_if<TransitionRecord>(&record);
    stored |= change != nullptr && change->to == State::unhealthy;
  }
  CHECK(stored);
  CHECK(std::ranges::count(running.store.waited(), Millis(250)) == 1);
}

TEST_CASE("a disk that hangs delays the signal once, by a quarter of a second at most, and is said") {
  Running running;
  running.store.hangs = true;
  running.run();
  running.poll(O::major);
  const SnapshotPtr red = running.await([](const Snapshot& s) { return told(s, State::unhealthy); });
  CHECK(red->persistence == "failing");
  CHECK((*parse_json(red->readyz))["checks"]["store:persistence"][0]["output"] ==
        "not stored: the disk has not answered yet");
  running.poll(O::critical);
  running.await([](const Snapshot& s) { return s.targets.at("claude").primary_weight == 5; });
  CHECK(std::ranges::count(running.store.waited(), Millis(250)) == 1);

  running.store.recover();
  running.poll(O::major);
  running.await(
      [](const Snapshot& s) { return s.persistence == "ok" && s.targets.at("claude").primary_weight == 10; });
}

TEST_CASE("a store that fails stops nothing") {
  Running running;
  running.store.fails = true;
  running.run();
  running.poll(O::major);
  const SnapshotPtr red = running.await([](const Snapshot& s) { return told(s, State::unhealthy); });
  CHECK(red->persistence == "failing");
  CHECK(std::ranges::count(running.store.waited(), Millis(250)) == 0);
}

TEST_CASE("what the store gave up for good is not waited for, then or later") {
  Running running;
  running.store.refuses = true;
  running.run();
  running.poll(O::major);
  running.await([](const Snapshot& s) { return told(s, State::unhealthy); });
  running.store.refuses = false;
  running.poll(O::critical);
  running.await(
      [](const Snapshot& s) { return s.persistence == "ok" && s.targets.at("claude").primary_weight == 5; });
}

TEST_CASE("what happens is counted") {
  Running running;
  running.run();
  running.poll(O::none);
  running.await([](const Snapshot& s) { return told(s, State::healthy); });
  running.poll(O::critical);
  running.await([](const Snapshot& s) { return told(s, State::unhealthy); });
  const EngineCounts counts = running.engine.counts();
  CHECK(counts.sources.at({"claude", "page"}).fetches.sum == doctest::Approx(0.2));
  CHECK(counts.transitions.at("claude").at(static_cast<size_t>(State::unhealthy)).at(0) == 1);
  CHECK(counts.reported.contains({"claude", ""}));
}

TEST_CASE("after the end nothing is taken any more") {
  Running running;
  running.run();
  running.poll(O::none);
  running.await([](const Snapshot& s) { return told(s, State::healthy); });
  running.thread.request_stop();
  running.thread.join();
  CHECK_FALSE(running.engine.post(observed(page(O::none), running.start)));
}
