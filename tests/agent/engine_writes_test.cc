/// What is written, on its way through the engine and a store: acknowledged when it is on disk, and only then.
#include "agent/engine_writes.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <future>
#include <thread>

#include "agent/clock.h"
#include "lib/json.h"
#include "tests/support/builders.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

/// A real store whose disk can be made to hang: nothing is on disk as far as anybody is told.
class HangingStore final : public Store {
 public:
  explicit HangingStore(Store& real) : real_(real) {}
  Ticket submit(std::vector<Record> records) override {
    return refuses ? kRefused : real_.submit(std::move(records));
  }
  bool wait(Ticket ticket, Millis timeout) override {
    if (!hangs) return real_.wait(ticket, timeout);
    std::this_thread::yield();
    return false;
  }
  Ticket committed() const override { return hangs ? 0 : real_.committed(); }
  void listen(std::function<void()> on_attempt) override { real_.listen(std::move(on_attempt)); }
  StoreStatus status() const override { return real_.status(); }
  Result<std::unique_ptr<History>> open_history() override { return real_.open_history(); }
  std::atomic<bool> hangs = false;
  std::atomic<bool> refuses = false;

 private:
  Store& real_;
};

ReportBatch batch(const std::string& id, const std::string& reporter = "router-1") {
  ReportBatch made{.reporter = reporter, .batch_id = id, .at = now()};
  Report report{.target = {"claude", ""}, .to = made.at.wall, .span = seconds(1)};
  report.counts.at(static_cast<size_t>(Outcome::ok)) = 5;
  made.reports = {report};
  return made;
}

OverrideChange override_of_an_hour() {
  const Instant at = now();
  return {{"claude", ""},
          Override{.reason = "r", .by = "uid 1", .set_at = at, .expires_at = at + hours(1)},
          "uid 1",
          at};
}

struct Agent {
  explicit Agent(Millis deadline = kDeadline, int per_s = 0)
      : writes(std::make_unique<EngineWrites>(engine, store, per_s, deadline)) {}
  ~Agent() {
    thread.request_stop();
    if (thread.joinable()) thread.join();
    writes->close();
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  void run() {
    thread = std::jthread([this](const std::stop_token& stop) {
      engine.run(stop, [this](const SnapshotPtr& snapshot) {
        {
          const std::lock_guard lock(mutex);
          published = snapshot;
        }
        writes->published();
      });
    });
  }
  BatchTaken report(ReportBatch one) {
    std::promise<BatchTaken> answer;
    writes->take(std::move(one), [&](const BatchTaken& taken) { answer.set_value(taken); });
    return answer.get_future().get();
  }
  Taken change(OverrideChange one) {
    std::promise<Taken> answer;
    writes->take(std::move(one), [&](Taken taken) {
      {
        const std::lock_guard lock(mutex);
        if (published) seen = published->overrides;
      }
      answer.set_value(taken);
    });
    return answer.get_future().get();
  }

  /// What became of batches, as it is counted.
  std::string counted() const {
    const IngestCounts counts = writes->counts();
    std::string text;
    for (size_t i = 0; i < kBatchResultNames.size(); ++i) {
      if (counts.batches.at(i) == 0) continue;
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kBatchResultNames.at(i), counts.batches.at(i));
    }
    return text;
  }
  int64_t ok_reported() const { return engine.counts().reported.at({"claude", ""}).front(); }

  ScratchDirectory directory;
  Store::Opened opened = open_store(directory.path(), {}, now().wall);
  HangingStore store{*opened.store};
  Engine engine{start_core(config({provider("claude")}), {}, now()), store, "abc", now};
  std::unique_ptr<EngineWrites> writes;
  std::mutex mutex;
  SnapshotPtr published;
  std::string seen;  ///< the overrides that readers saw when a change was answered
  std::jthread thread;
};

}  // namespace

TEST_CASE("a batch is stored once, however often it comes") {
  Agent agent;
  agent.run();
  const BatchTaken first = agent.report(batch("b1"));
  CHECK(first.how == Taken::stored);
  CHECK(first.verdict.accepted == 1);
  CHECK_FALSE(first.verdict.duplicate);
  const BatchTaken second = agent.report(batch("b1"));
  CHECK(second.how == Taken::stored);
  CHECK(second.verdict.duplicate);
  CHECK(agent.counted() == "stored 1, duplicate 1");
  CHECK(agent.ok_reported() == 5);
}

TEST_CASE("a batch that the disk does not take in time is not acknowledged, nor is its repetition") {
  Agent agent(Millis(1));
  agent.store.hangs = true;
  agent.run();
  CHECK(agent.report(batch("b1")).how == Taken::not_stored);
  CHECK(agent.report(batch("b1")).how == Taken::not_stored);
}

TEST_CASE("a batch that the store refuses is not acknowledged, and stored when it comes again") {
  Agent agent;
  agent.store.refuses = true;
  agent.run();
  CHECK(agent.report(batch("b1")).how == Taken::not_stored);
  agent.store.refuses = false;
  const BatchTaken again = agent.report(batch("b1"));
  CHECK(again.how == Taken::stored);
  CHECK(agent.counted() == "stored 1, not_stored 1");
  CHECK(agent.ok_reported() == 5);
}

TEST_CASE("while the engine takes nothing more in, batches and overrides are refused at once") {
  Agent agent;
  size_t taken = 0;
  bool full = false;
  while (!full) {  // nobody empties its mailbox
    agent.writes->take(batch(std::to_string(taken++)),
                       [&](const BatchTaken& one) { full = one.how == Taken::refused; });
  }
  CHECK(taken > 1000);
  CHECK(agent.counted() == "overloaded 1");
  CHECK(agent.change(override_of_an_hour()) == Taken::refused);
}

TEST_CASE("a reporter over its rate is told when to come again") {
  Agent agent(kDeadline, 1);
  agent.run();
  const Instant at = now();
  std::vector<Taken> answers;
  for (int i = 0; i < 3; ++i) {
    ReportBatch one = batch(std::to_string(i));
    one.at = at;
    answers.push_back(agent.report(std::move(one)).how);
  }
  CHECK(answers == std::vector{Taken::stored, Taken::stored, Taken::too_fast});
  CHECK(agent.report(batch("x", "router-2")).how == Taken::stored);
  CHECK(agent.counted() == "stored 3, too_fast 1");
}

TEST_CASE("who set an override sees it when told that it is set") {
  Agent agent;
  agent.run();
  for (int i = 0; i < 20; ++i) {
    CHECK(agent.change(override_of_an_hour()) == Taken::stored);
    CHECK(agent.seen.find("\"uid 1\"") != std::string::npos);
    CHECK(agent.change({{"claude", ""}, std::nullopt, "uid 1", now()}) == Taken::stored);
    CHECK(agent.seen == R"({"overrides":[]})");
  }
}

TEST_CASE("an override that the disk does not take is in force all the same") {
  Agent agent(Millis(1));
  agent.store.hangs = true;
  agent.run();
  CHECK(agent.change(override_of_an_hour()) == Taken::not_stored);
  CHECK(agent.seen.find("\"uid 1\"") != std::string::npos);
}

TEST_CASE("after the way in is closed nobody is answered") {
  Agent agent;
  agent.store.hangs = true;
  agent.run();
  std::atomic<bool> answered = false;
  agent.writes->take(batch("b1"), [&](const BatchTaken&) { answered = true; });
  agent.writes->take(override_of_an_hour(), [&](Taken) { answered = true; });
  agent.writes->close();
  agent.store.hangs = false;
  agent.writes->published();
  CHECK_FALSE(answered);
}
