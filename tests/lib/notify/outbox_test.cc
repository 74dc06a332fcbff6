#include "lib/notify/outbox.h"

#include <doctest/doctest.h>

#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

/// An outbox with a clock that moves by hand, and what it wanted stored.
struct Box {
  ManualClock clock;
  Outbox outbox;
  std::vector<Record> records;
  int notices = 0;

  explicit Box(NotifyConfig terms = {.name = "ops"}) : outbox(std::move(terms)) {}

  void add(const std::string& target, State to) {
    outbox.add(
        {.id = "n" + std::to_string(++notices), .at = clock.now.wall, .target = *parse_target(target), .to = to},
        records);
  }
  /// "claude healthy>unhealthy", the changes of the message that is due; "" when none is.
  std::string next() {
    const Message* message = outbox.next(clock.now, records);
    std::string text;
    for (const TargetNews& news : message == nullptr ? std::vector<TargetNews>{} : message->changes) {
      text += (text.empty() ? "" : ", ") + to_string(news.last.target) + " " +
              std::string(to_string(news.before.said)) + ">" + std::string(to_string(news.last.to)) +
              (news.changes > 1 ? " x" + std::to_string(news.changes) : "");
    }
    return text;
  }
  void settle(Delivery delivery, std::optional<Millis> retry_after = {}) {
    outbox.settle(delivery, retry_after, clock.now, 0, records);
  }
  /// What goes out now, told well.
  std::string tell() {
    std::string text = next();
    if (!text.empty()) settle(Delivery::done);
    return text;
  }
};

}  // namespace

TEST_CASE("a change is told at once, what follows within the interval is summed up at its end") {
  Box box;
  box.add("claude", State::unhealthy);
  CHECK(box.tell() == "claude healthy>unhealthy");
  box.clock.advance(seconds(10));
  box.add("claude", State::healthy);
  CHECK(box.tell() == "");
  CHECK(box.outbox.wake_at() == box.clock.now.mono + seconds(50));
  box.clock.advance(seconds(10));
  box.add("claude", State::unhealthy);
  box.clock.advance(seconds(10));
  box.add("claude", State::healthy);
  CHECK(box.tell() == "");
  box.clock.advance(seconds(30));
  CHECK(box.tell() == "claude unhealthy>healthy x3");
  CHECK(box.outbox.waiting() == 0);
}

TEST_CASE("what is worse than all that was told lately does not wait, and other providers do not wait for it") {
  Box box;
  box.add("claude", State::degraded);
  CHECK(box.tell() == "claude healthy>degraded");
  box.clock.advance(seconds(5));
  box.add("claude", State::unhealthy);
  CHECK(box.tell() == "claude degraded>unhealthy");
  box.add("claude/claude-opus-4-6", State::unhealthy);
  CHECK(box.tell() == "");
  box.add("openai", State::degraded);
  CHECK(box.tell() == "openai healthy>degraded");
  box.clock.advance(seconds(60));
  CHECK(box.tell() == "claude/claude-opus-4-6 healthy>unhealthy");
}

TEST_CASE("a provider and its models that change at once are one message") {
  Box box;
  box.add("claude", State::unhealthy);
  box.add("claude/claude-haiku-4-5", State::degraded);
  CHECK(box.tell() == "claude healthy>unhealthy, claude/claude-haiku-4-5 healthy>degraded");
}

TEST_CASE("what is told depends on what was told") {
  struct Row {
    std::vector<State> wanted;
    std::vector<State> states;
    std::string told;
  };
  using enum State;
  const std::vector<State> usual = NotifyConfig{}.states;
  const Row rows[] = {
      {usual, {healthy}, ""},  // an agent that starts
      {usual, {unhealthy, recovering, healthy}, "healthy>unhealthy unhealthy>healthy"},
      {usual, {unhealthy, recovering, unhealthy}, "healthy>unhealthy unhealthy>unhealthy"},
      {usual, {degraded, unknown, degraded, unknown, healthy}, "healthy>degraded degraded>healthy"},
      {usual, {unknown, healthy}, ""},
      {{unhealthy}, {unhealthy, healthy, unhealthy}, "healthy>unhealthy unhealthy>unhealthy"},
      {{unhealthy, healthy}, {degraded, healthy}, ""},
      {{unhealthy, healthy}, {unhealthy, degraded, healthy}, "healthy>unhealthy unhealthy>healthy"},
      {{unknown, healthy}, {unknown, healthy}, "healthy>unknown unknown>healthy"},
      {{recovering}, {unhealthy, recovering, healthy}, "healthy>recovering"},
  };
  for (const Row& row : rows) {
    Box box({.name = "ops", .states = row.wanted, .min_interval = Millis(0)});
    std::string told;
    for (const State state : row.states) {
      box.add("claude", state);
      const std::string line = box.tell();
      if (!line.empty()) told += (told.empty() ? "" : " ") + line.substr(line.find(' ') + 1);
      CHECK(box.outbox.waiting() == 0);
      box.clock.advance(seconds(1));
    }
    CHECK(told == row.told);
  }
}

TEST_CASE("tries are spaced by 5 s to 15 min, the message stays the same, and is given up after a day") {
  Box box;
  box.add("claude", State::unhealthy);
  const Instant start = box.clock.now;
  std::vector<int64_t> pauses;
  std::string id;
  while (const Message* message = box.outbox.next(box.clock.now, box.records)) {
    if (id.empty()) id = message->id;
    CHECK(message->id == id);
    box.settle(Delivery::again);
    CHECK(box.outbox.next(box.clock.now, box.records) == nullptr);
    const Millis pause = *box.outbox.wake_at() - box.clock.now.mono;
    pauses.push_back(std::chrono::floor<seconds>(pause).count());
    box.clock.advance(pause);
  }
  CHECK(std::vector(pauses.begin(), pauses.begin() + 10) ==
        std::vector<int64_t>{5, 10, 20, 40, 80, 160, 320, 640, 900, 900});
  CHECK(box.clock.now.mono - start.mono >= kGiveUpAfter);
  CHECK(box.clock.now.mono - start.mono < kGiveUpAfter + kLongestPause);
  CHECK(box.outbox.counts() == OutboxCounts{.failures = pauses.size(), .given_up = 1});
  CHECK(box.outbox.waiting() == 0);
  CHECK(std::get<NoticeEndRecord>(box.records.back()) == NoticeEndRecord{"ops", {"n1"}, {}});
}

TEST_CASE("Retry-After lengthens the pause and never shortens it") {
  CHECK(pause_after(1, seconds(60), 0) == seconds(60));
  CHECK(pause_after(1, seconds(1), 0) == seconds(5));
  CHECK(pause_after(1, {}, 1) == seconds(4));
  CHECK(pause_after(1000, {}, 0) == minutes(15));
}

TEST_CASE("what a status means") {
  const auto judge = [](int status) { return judge_delivery(HttpReply{.status = status}); };
  for (const int status : {200, 202, 204}) CHECK(judge(status) == Delivery::done);
  for (const int status : {408, 429, 500, 503, 599}) CHECK(judge(status) == Delivery::again);
  for (const int status : {301, 302, 307, 400, 401, 403, 404, 410}) CHECK(judge(status) == Delivery::refused);
  CHECK(judge_delivery(FetchFailure{}) == Delivery::again);
}

TEST_CASE("a refused message is not told again, and the receiver knows as little as before") {
  Box box;
  box.add("claude", State::degraded);
  CHECK(box.next() == "claude healthy>degraded");
  box.settle(Delivery::refused);
  box.add("claude", State::unhealthy);
  CHECK(box.tell() == "claude healthy>unhealthy");
  CHECK(box.outbox.counts() == OutboxCounts{.sent = 1, .failures = 1, .refused = 1});
}

TEST_CASE("what comes while a message is on its way waits behind it and is summed up") {
  Box box;
  box.add("claude", State::unhealthy);
  CHECK(box.next() == "claude healthy>unhealthy");
  box.settle(Delivery::again);
  box.add("openai", State::unhealthy);
  box.add("claude", State::healthy);
  CHECK(box.next() == "");
  box.clock.advance(seconds(5));
  CHECK(box.tell() == "claude healthy>unhealthy");
  CHECK(box.tell() == "openai healthy>unhealthy");
  CHECK(box.tell() == "");
  box.clock.advance(seconds(60));
  CHECK(box.tell() == "claude unhealthy>healthy");
}

TEST_CASE("a restart goes on with the message that was on its way, under its id, at its hour") {
  Box before;
  before.add("claude", State::unhealthy);
  CHECK(before.next() == "claude healthy>unhealthy");
  before.settle(Delivery::again);
  const auto& record = std::get<NoticeTryRecord>(before.records.back());
  CHECK(record == NoticeTryRecord{"ops", {"n1"}, "n1", 1, before.clock.now.wall + seconds(5)});
  const Notice first{.id = "n1", .at = before.clock.now.wall, .target = {"claude", ""}, .to = State::unhealthy};
  const Notice second{.id = "n2", .at = before.clock.now.wall, .target = {"claude", ""}, .to = State::healthy};

  Box after;
  after.outbox.restore(
      {{"ops", first, record.message, record.tries, record.not_before}, {"ops", second, "", 0, {}}}, {},
      after.clock.now);
  CHECK(after.next() == "");
  after.clock.advance(seconds(5));
  const Message* message = after.outbox.next(after.clock.now, after.records);
  REQUIRE(message != nullptr);
  CHECK(message->id == "n1");
  CHECK(message->changes.size() == 1);
  after.settle(Delivery::again);
  CHECK(after.outbox.next(after.clock.now, after.records) == nullptr);
  CHECK(*after.outbox.wake_at() - after.clock.now.mono == seconds(10));
}

TEST_CASE("what a receiver knows is stored, so that a restart tells nothing twice") {
  Box before;
  before.add("claude", State::unhealthy);
  before.tell();
  const Heard told{State::unhealthy, State::unhealthy, before.clock.now.wall};
  CHECK(std::get<NoticeEndRecord>(before.records.back()) ==
        NoticeEndRecord{"ops", {"n1"}, {{{"claude", ""}, told}}});
  Box after;
  after.outbox.restore({}, {{{"claude", ""}, told}}, after.clock.now);
  after.add("claude", State::unhealthy);
  CHECK(after.tell() == "");
  CHECK(after.outbox.waiting() == 0);
  after.add("claude", State::healthy);
  CHECK(after.tell() == "claude unhealthy>healthy");
  CHECK(std::get<NoticeEndRecord>(after.records.back()) ==
        NoticeEndRecord{"ops", {"n2"}, {{{"claude", ""}, {State::healthy, State::healthy, after.clock.now.wall}}}});
}

TEST_CASE("what a receiver was told last is not what has ended it unsaid, also after a restart") {
  Box before;
  const WallTime outage_at = before.clock.now.wall;
  before.add("claude", State::unhealthy);
  before.tell();
  before.clock.advance(minutes(2));
  before.add("claude", State::recovering);
  CHECK(before.tell() == "");
  const Heard told{.known = State::recovering, .said = State::unhealthy, .since = outage_at};
  CHECK(std::get<NoticeEndRecord>(before.records.back()) ==
        NoticeEndRecord{"ops", {"n2"}, {{{"claude", ""}, told}}});

  Box after;
  after.clock.now = before.clock.advance(minutes(1));
  after.outbox.restore({}, {{{"claude", ""}, told}}, after.clock.now);
  after.add("claude", State::healthy);
  const Message* message = after.outbox.next(after.clock.now, after.records);
  REQUIRE(message != nullptr);
  CHECK(message->changes.front().before == told);
}

TEST_CASE("no more than a thousand wait: the oldest go") {
  Box box;
  box.add("claude", State::unhealthy);
  CHECK(box.next() == "claude healthy>unhealthy");
  for (size_t i = 0; i < kMaxWaiting + 9; ++i) box.add("claude", i % 2 == 0 ? State::healthy : State::unhealthy);
  CHECK(box.outbox.waiting() == kMaxWaiting);
  CHECK(box.outbox.counts().given_up == 10);
  CHECK(std::get<NoticeEndRecord>(box.records.back()).ids == std::vector<std::string>{"n11"});
}

TEST_CASE("who is no receiver any more is forgotten with all that was to be told") {
  Box box;
  box.add("openai", State::unhealthy);
  box.tell();
  box.add("claude", State::unhealthy);
  CHECK(box.next() == "claude healthy>unhealthy");
  box.add("claude", State::healthy);
  box.outbox.give_up(box.records);
  CHECK(std::get<NoticeEndRecord>(box.records.back()) ==
        NoticeEndRecord{"ops", {"n3", "n2"}, {{{"openai", ""}, Heard{}}}});
  CHECK(box.outbox.waiting() == 0);
}
