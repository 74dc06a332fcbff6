#include "lib/observer.h"

#include <doctest/doctest.h>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

const OutcomeCounts kWell = counts({{Outcome::ok, 2}});
const OutcomeCounts kCutOff = counts({{Outcome::connect_error, 1}, {Outcome::timeout, 1}});
const OutcomeCounts kDown = counts({{Outcome::overloaded, 2}});

/// Three providers whose clients are well.
struct Three : World {
  Three() : World({provider("claude"), provider("openai"), provider("gemini")}) {
    answer();
    second(kWell, kWell, kWell, 120);
    answer();
  }
  void answer() {
    for (const char* name : {"claude", "openai", "gemini"}) send({observed_now(name, page(O::none), true)});
  }
  Observation observed_now(const std::string& name, const Result<PageReading>& reading, bool answered) const {
    Observation made = observed(reading, clock.now, name);
    made.answered = answered;
    return made;
  }
  void second(const OutcomeCounts& claude, const OutcomeCounts& openai, const OutcomeCounts& gemini,
              int length = 1) {
    for (int i = 0; i < length; ++i) {
      for (const char* reporter : {"east", "west", "north"}) {
        report("claude", claude, reporter);
        report("openai", openai, reporter);
        report("gemini", gemini, reporter);
      }
      asked |= last.poll_now;
      pass_watching(seconds(1));
    }
  }
  void pass_watching(Millis duration) {
    const MonoTime end = clock.now.mono + duration;
    while (last.wake_at && *last.wake_at <= end) {
      clock.advance(*last.wake_at - clock.now.mono);
      send({});
      asked |= last.poll_now;
    }
    clock.advance(end - clock.now.mono);
  }
  bool anyone_unhealthy() const {
    return std::ranges::any_of(transitions, [](const auto& one) { return one.to == State::unhealthy; });
  }

  bool asked = false;
};

}  // namespace

TEST_CASE("when all providers cannot be reached at once and no page answers, it is us: nobody becomes unhealthy") {
  Three world;
  world.second(kCutOff, kCutOff, kCutOff, 60);
  CHECK(world.asked);
  CHECK(world.core.observer.is_suspect());
  CHECK(!world.anyone_unhealthy());
  CHECK(world.why().find("our network") != std::string::npos);
}

TEST_CASE("any page that answers ends the doubt: the verdict stands") {
  Three world;
  for (int i = 0; i < 30 && !world.asked; ++i) world.second(kCutOff, kCutOff, kCutOff);
  REQUIRE(world.asked);
  CHECK(!world.anyone_unhealthy());
  world.clock.advance(Millis(100));
  world.send({world.observed_now("gemini", Error{"HTTP 500"}, true)});  // an error is an answer too
  CHECK(!world.core.observer.is_suspect());
  CHECK(world.at("claude").health.state == State::unhealthy);
}

TEST_CASE("a verdict waits for five seconds at most") {
  Three world;
  for (int i = 0; i < 30 && !world.asked; ++i) world.second(kCutOff, kCutOff, kCutOff);
  REQUIRE(world.asked);
  const MonoTime asked_at = world.core.observer.since.mono;
  CHECK(!world.core.observer.is_suspect());
  world.pass(asked_at + seconds(5) - world.clock.now.mono);
  CHECK(world.core.observer.is_suspect());
}

TEST_CASE("one provider that cannot be reached is that provider's fault") {
  Three world;
  world.second(kCutOff, kWell, kWell, 12);
  CHECK(!world.asked);
  CHECK(world.at("claude").health.state == State::unhealthy);
}

TEST_CASE("providers that answer with errors are not our network") {
  Three world;
  world.second(kDown, kDown, kDown, 12);
  CHECK(!world.asked);
  CHECK(world.at("claude").health.state == State::unhealthy);
  CHECK(world.at("gemini").health.state == State::unhealthy);
}

TEST_CASE("what was seen while it was us is no evidence afterwards") {
  Three world;
  world.second(kCutOff, kCutOff, kCutOff, 60);
  REQUIRE(world.core.observer.is_suspect());
  world.answer();
  CHECK(!world.core.observer.is_suspect());
  world.second(kWell, kWell, kWell, 60);
  CHECK(!world.anyone_unhealthy());
  CHECK(world.state() == "healthy 100");
}

TEST_CASE("what a page says stands also while it may be us") {
  Three world;
  world.second(kCutOff, kCutOff, kCutOff, 60);
  REQUIRE(world.core.observer.is_suspect());
  const uint64_t told = world.core.generation;
  world.poll(page(O::critical));
  CHECK(world.at("claude").health.state == State::unhealthy);
  CHECK(world.core.generation > told);
}
