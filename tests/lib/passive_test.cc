#include "lib/passive/passive.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

const OutcomeCounts kWell = counts({{Outcome::ok, 2}});
const OutcomeCounts kDown = counts({{Outcome::overloaded, 2}});
const std::vector<std::string> kThree = {"east", "west", "north"};

/// Claude with a green page and five minutes of clients that are well.
struct Calm : World {
  explicit Calm(const std::string& target = "claude") : World({provider("claude")}) {
    poll(page(O::none));
    clients(target, 300, kWell);
    poll(page(O::none));
  }

  /// Seconds of these outcomes until the target is unhealthy, at most `most`.
  int until_unhealthy(const OutcomeCounts& met, int most = 120, const std::string& target = "claude") {
    for (int second = 1; second <= most; ++second) {
      clients(target, 1, met);
      if (at(target).health.state == State::unhealthy) return second;
    }
    return most + 1;
  }
};

}  // namespace

TEST_CASE("a total outage under a green page is told within seconds, in words and with a small weight") {
  Calm world;
  CHECK(world.state() == "healthy 100");
  CHECK(world.level() == "normal");
  const int after = world.until_unhealthy(kDown);
  CHECK(after <= 9);
  CHECK(after >= 6);  // no five seconds alone are enough
  CHECK(world.level() == "failing");
  CHECK(world.at("claude").health.weight <= 25);
  CHECK(world.why().find("overloaded") != std::string::npos);
  CHECK(world.why().find("3 reporters") != std::string::npos);
}

TEST_CASE("five seconds of failures are a spike: retries absorb it") {
  Calm world;
  for (int spike = 0; spike < 6; ++spike) {
    world.clients("claude", 5, kDown);
    CHECK(world.state() != "unhealthy 5");
    world.clients("claude", 60, kWell);
  }
  for (const TransitionRecord& transition : world.transitions) CHECK(transition.to != State::unhealthy);
}

TEST_CASE("throttles, client errors and cancelled requests change nothing") {
  Calm world;
  const uint64_t told = world.core.generation;
  for (const Outcome outcome : {Outcome::throttled, Outcome::client_error, Outcome::cancelled}) {
    world.clients("claude", 60, counts({{outcome, 50}}));
    world.poll(page(O::none));
  }
  CHECK(world.core.generation == told);
  CHECK(world.state() == "healthy 100");
  CHECK(world.core.passive.evidence({"claude", ""}, world.clock.now.mono)
            .outcomes.at(static_cast<size_t>(Outcome::cancelled)) == 9000);
}

TEST_CASE("a provider whose 429 means no capacity is configured to count it") {
  ProviderConfig vertex = provider("claude");
  vertex.count_throttled = true;
  World world({vertex});
  world.clients("claude", 120, kWell);
  world.clients("claude", 12, counts({{Outcome::throttled, 2}}));
  CHECK(world.level() == "failing");
  CHECK(world.core.passive.evidence({"claude", ""}, world.clock.now.mono).failures >= 60);
}

TEST_CASE("a few failures in a hundred are normal; 15 % are elevated and never unhealthy") {
  Calm world;
  world.clients("claude", 600, counts({{Outcome::ok, 33}, {Outcome::server_error, 1}}));
  CHECK(world.level() == "normal");
  world.clients("claude", 60, counts({{Outcome::ok, 17}, {Outcome::server_error, 3}}));
  CHECK(world.state() == "degraded 100");
  CHECK(world.level() == "elevated");
  for (const TransitionRecord& transition : world.transitions) CHECK(transition.to != State::unhealthy);
}

TEST_CASE("failing ends when enough requests go well, and never by silence alone within five minutes") {
  Calm world;
  world.until_unhealthy(kDown);
  world.pass(minutes(4));
  CHECK(world.level() == "failing");
  const auto canary = [&](int requests) {  // few requests, from each client in turn
    for (int i = 0; i < requests; ++i) {
      world.report("claude", counts({{Outcome::ok, 1}}), kThree.at(static_cast<size_t>(i) % 3));
      world.pass(seconds(5));
    }
  };
  canary(14);
  CHECK(world.level() == "failing");
  canary(10);
  CHECK(world.level() == "elevated");  // it takes more to end that
  canary(10);
  CHECK(world.level() == "normal");
  CHECK(world.at("claude").health.state == State::recovering);
}

TEST_CASE(
    "after five minutes without any outcome nothing is known, and a green page alone does not end an outage") {
  Calm world;
  world.until_unhealthy(kDown);
  for (int i = 0; i < 10; ++i) {
    world.pass(seconds(30));
    world.poll(page(O::none));
  }
  CHECK(world.level() == "insufficient");
  CHECK(world.at("claude").health.state == State::unhealthy);
  for (int i = 0; i < 14; ++i) {
    world.pass(seconds(30));
    world.poll(page(O::none));
  }
  CHECK(world.at("claude").health.state != State::unhealthy);
}

TEST_CASE("a second is (s, s+1], judged 100 ms after its end") {
  Calm world;
  REQUIRE(world.core.passive.wake_at().has_value());
  world.pass(seconds(400));
  CHECK(!world.core.passive.wake_at().has_value());
  const Millis into = world.clock.now.mono.time_since_epoch() % seconds(1);
  world.pass(seconds(1) - into);  // on the full second: it belongs to the one that ends
  world.report("claude", kWell);
  CHECK(*world.core.passive.wake_at() == world.clock.now.mono + Millis(100));
  world.pass(Millis(100));
  world.pass(Millis(1));
  world.report("claude", kWell);
  CHECK(*world.core.passive.wake_at() == world.clock.now.mono + Millis(999));
}

TEST_CASE("one batch that covers a minute is one second of evidence") {
  Calm world;
  ReportBatch batch{.reporter = "slow", .batch_id = "1", .at = world.clock.now};
  batch.reports = {{.target = {"claude", ""},
                    .to = world.clock.now.wall,
                    .span = minutes(1),
                    .counts = counts({{Outcome::overloaded, 1000}})}};
  world.send({batch});
  world.pass(seconds(20));
  CHECK(world.state() == "healthy 100");
}

TEST_CASE("one failing reporter of three is that client's trouble, whatever its volume") {
  for (const int64_t volume : {20, 200}) {
    Calm world;
    for (int second = 0; second < 600; ++second) {
      world.report("claude", kWell, "east");
      world.report("claude", kWell, "west");
      world.report("claude", counts({{Outcome::timeout, volume}}), "north");
      world.pass(seconds(1));
    }
    CAPTURE(volume);
    for (const TransitionRecord& transition : world.transitions) CHECK(transition.to != State::unhealthy);
    CHECK(world.core.passive.evidence({"claude", ""}, world.clock.now.mono).set_aside ==
          std::vector<std::string>{"north"});
  }
}

TEST_CASE("one large reporter that says all is well does not hide the outage of the others") {
  Calm world;
  for (int second = 0; second < 120; ++second) {
    for (const char* name : {"east", "west", "north", "south"}) world.report("claude", kWell, name);
    world.report("claude", counts({{Outcome::ok, 20}}), "liar");
    world.pass(seconds(1));
  }
  int seconds_until = 0;
  for (; seconds_until < 60 && world.at("claude").health.state != State::unhealthy; ++seconds_until) {
    for (const char* name : {"east", "west", "north", "south"}) world.report("claude", kDown, name);
    world.report("claude", counts({{Outcome::ok, 20}}), "liar");
    world.pass(seconds(1));
  }
  CHECK(seconds_until <= 20);
}

TEST_CASE("nor does one that has only just come") {
  Calm world;
  int seconds_until = 0;
  for (; seconds_until < 60 && world.at("claude").health.state != State::unhealthy; ++seconds_until) {
    world.clients("claude", 1, kDown);
    world.report("claude", counts({{Outcome::ok, 60}}), "new");
  }
  CHECK(seconds_until <= 15);
}

TEST_CASE("a model that fails alone is unhealthy, its provider degraded and its other models as they were") {
  Calm world("claude/opus");
  world.clients("claude/haiku", 60, kWell);
  for (int second = 0; second < 20; ++second) {
    for (const char* name : {"east", "west", "north"}) {
      world.report("claude/opus", kDown, name);
      world.report("claude/haiku", kWell, name);
    }
    world.pass(seconds(1));
  }
  CHECK(world.at("claude/opus").health.state == State::unhealthy);
  CHECK(world.state("claude/haiku") == "healthy 100");
  CHECK(world.state("claude") == "degraded 100");
}

TEST_CASE("two failing models are a failing provider, also for a model that nobody uses just now") {
  Calm world("claude/idle");
  world.clients("claude/opus", 60, kWell);
  world.clients("claude/haiku", 60, kWell);
  world.pass(seconds(300));  // nothing is heard of `idle`
  world.poll(page(O::none));
  for (int second = 0; second < 20; ++second) {
    for (const char* name : {"east", "west", "north"}) {
      world.report("claude/opus", kDown, name);
      world.report("claude/haiku", kDown, name);
    }
    world.pass(seconds(1));
  }
  CHECK(world.at("claude").health.state == State::unhealthy);
  CHECK(world.at("claude/idle").health.state == State::unhealthy);
  const std::string note = world.core.passive.evidence({"claude", "idle"}, world.clock.now.mono).note;
  CHECK(note.starts_with("judged by the provider's other traffic: "));
  CHECK(note.ends_with(" requests failed in 21 s"));
}

TEST_CASE("a configured model of which nothing was ever heard says by what it is judged") {
  ProviderConfig claude = provider("claude");
  claude.models = {"opus"};
  World world({claude});
  world.clients("claude", 300, kWell);
  world.poll(page(O::none));
  world.clients("claude", 10, kDown);
  CHECK(world.at("claude/opus").health.state == State::unhealthy);
  CHECK(world.why("claude/opus").starts_with("no reports from clients; judged by the provider's other traffic: "));
}

TEST_CASE("one failing model alone makes its provider failing, and an unused sister at most elevated") {
  Calm world("claude/opus");
  world.clients("claude/haiku", 1, kWell);
  world.pass(seconds(299));
  world.poll(page(O::none));
  world.until_unhealthy(kDown, 30, "claude/opus");
  CHECK(world.level("claude") == "failing");
  CHECK(world.level("claude/haiku") == "elevated");
}

TEST_CASE("a model becomes known by a report with what its provider is told, and is forgotten after a quiet hour") {
  World world({provider("claude")});
  world.poll(page(O::major));
  const uint64_t told = world.core.generation;
  world.report("claude/opus", kWell);
  CHECK(world.state("claude/opus") == world.state("claude"));
  CHECK(world.core.generation == told);
  for (int i = 0; i < 60; ++i) {
    world.poll(page(O::none));
    world.pass(minutes(1));
  }
  CHECK(world.core.targets.contains({"claude", "opus"}));
  world.pass(minutes(2));
  CHECK(!world.core.targets.contains({"claude", "opus"}));
}

TEST_CASE("made-up models push nobody out: they count for their provider, and why says so") {
  ProviderConfig claude = provider("claude");
  claude.models = {"configured"};
  World world({claude});
  for (int i = 0; i < 300; ++i) world.report(fmt::format("claude/made-up-{}", i), kWell);
  world.report("claude/configured", kWell);
  world.pass(seconds(2));
  CHECK(world.core.targets.size() == 258);  // the provider, 256 models, and the one that is configured
  CHECK(world.core.passive.knows({"claude", "configured"}));
  CHECK(world.core.passive.evidence({"claude", ""}, world.clock.now.mono).note ==
        "more models are reported than the 257 that are told apart: the rest count for the provider only");
  CHECK(world.core.passive.evidence({"claude", ""}, world.clock.now.mono).requests == 602);
}

TEST_CASE("made-up reporters push nobody out: they are heard as one") {
  Calm world;
  for (int i = 0; i < 200; ++i) world.report("claude", kWell, fmt::format("made-up-{}", i));
  const auto& all = world.core.passive.reporters().all();
  CHECK(all.size() == 64);
  for (const char* name : {"east", "west", "north"}) CHECK(std::ranges::count(all, name, &Reporter::name) == 1);
}

TEST_CASE("what is older than five minutes is history and no evidence") {
  Calm world;
  for (int second = 0; second < 60; ++second) {
    ReportBatch batch{.reporter = "late", .batch_id = fmt::format("late-{}", second), .at = world.clock.now};
    batch.reports = {
        {.target = {"claude", ""}, .to = world.clock.now.wall - minutes(6), .span = seconds(1), .counts = kDown}};
    world.send({batch});
    CHECK(pick<BatchRecord>(world.last.effects).size() == 1);
    world.pass(seconds(1));
  }
  CHECK(world.state() == "healthy 100");
}

TEST_CASE("while the page is red half of the evidence is enough") {
  Calm green;
  Calm red;
  red.poll(page(O::major));
  const auto half = counts({{Outcome::ok, 1}, {Outcome::overloaded, 1}});
  int with_green = 0;
  while (green.level() != "failing" && with_green < 120) {
    green.clients("claude", 1, half);
    ++with_green;
  }
  int with_red = 0;
  while (red.level() != "failing" && with_red < 120) {
    red.clients("claude", 1, half);
    ++with_red;
  }
  CHECK(with_red < with_green);
}

TEST_CASE("a spike is a spike under a red page too: clients that are well keep their weight") {
  Calm world;
  for (int i = 0; i < 6; ++i) {  // the page stays red for longer than any hold
    world.poll(page(O::critical));
    world.clients("claude", 30, kWell);
  }
  REQUIRE(world.state() == "degraded 50");
  world.clients("claude", 4, kDown);
  world.clients("claude", 20, kWell);
  CHECK(world.state() == "degraded 50");
  world.poll(page(O::critical));
  CHECK(world.until_unhealthy(kDown) <= 7);
}
