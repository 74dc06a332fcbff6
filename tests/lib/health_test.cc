#include "lib/health.h"

#include <doctest/doctest.h>

#include "lib/health_json.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;
using P = PassiveLevel;

namespace {

/// One target over time: evidence is set by hand, time moves second by second, as the engine would wake.
struct Story {
  ManualClock clock;
  Policy policy;
  Evidence evidence;
  Health health{.since = clock.now};

  void see(O official, P passive = P::insufficient) {
    evidence.official.level = official;
    evidence.passive.level = passive;
    health = step(health, evidence, policy, clock.now).health;
  }
  void pass(Millis duration) {
    for (Millis done{0}; done < duration; done += seconds(1)) {
      clock.advance(seconds(1));
      health = step(health, evidence, policy, clock.now).health;
    }
  }
  std::string now() const { return std::string(to_string(health.state)) + " " + std::to_string(health.weight); }
};

}  // namespace

TEST_CASE("a red page shifts at once, a green one brings back by hold and ramp") {
  Story story;
  CHECK(story.now() == "unknown 100");
  story.see(O::none);
  CHECK(story.now() == "healthy 100");
  story.see(O::major);
  CHECK(story.now() == "unhealthy 10");
  story.pass(minutes(5));
  story.see(O::none);
  story.pass(seconds(59));
  CHECK(story.now() == "unhealthy 10");
  story.pass(seconds(1));
  CHECK(story.now() == "recovering 25");
  story.pass(seconds(20));
  CHECK(story.now() == "recovering 50");
  story.pass(seconds(20));
  CHECK(story.now() == "recovering 75");
  story.pass(seconds(19));
  CHECK(story.now() == "recovering 75");
  story.pass(seconds(1));
  CHECK(story.now() == "healthy 100");
}

TEST_CASE("the hold has to pass without a break") {
  Story story;
  story.see(O::critical);
  CHECK(story.now() == "unhealthy 5");
  story.see(O::none);
  story.pass(seconds(59));
  story.see(O::major);
  CHECK(story.now() == "unhealthy 10");
  story.see(O::none);
  story.pass(seconds(59));
  CHECK(story.now() == "unhealthy 10");
  story.pass(seconds(1));
  CHECK(story.now() == "recovering 25");
}

TEST_CASE("a relapse within ten minutes doubles the hold, up to ten minutes; ten minutes outside set it back") {
  Story story;
  story.see(O::none);
  for (const int hold : {60, 120, 240, 480, 600, 600}) {
    CAPTURE(hold);
    story.see(O::major);
    CHECK(story.health.unhealthy.hold == seconds(hold));
    story.see(O::none);
    story.pass(seconds(hold - 1));
    CHECK(story.health.state == State::unhealthy);
    story.pass(seconds(1));
    CHECK(story.health.state == State::recovering);
    story.pass(minutes(9));
    CHECK(story.now() == "healthy 100");
  }
  story.pass(seconds(61));
  story.see(O::major);
  CHECK(story.health.unhealthy.hold == seconds(60));
}

TEST_CASE("a relapse while recovering goes back at once") {
  Story story;
  story.see(O::major);
  story.see(O::none);
  story.pass(seconds(85));
  CHECK(story.now() == "recovering 50");
  story.see(O::major);
  CHECK(story.now() == "unhealthy 10");
  CHECK(story.health.unhealthy.hold == seconds(120));
}

TEST_CASE("the ramp ends at the cell's weight") {
  Story story;
  story.see(O::major);
  story.see(O::critical, P::normal);
  story.pass(seconds(60));
  CHECK(story.now() == "recovering 25");
  story.pass(seconds(20));
  CHECK(story.now() == "degraded 50");
  story.see(O::major, P::normal);
  story.pass(seconds(59));
  CHECK(story.now() == "degraded 50");
  story.pass(seconds(1));
  CHECK(story.now() == "degraded 75");
}

TEST_CASE("degraded gets worse at once and better after the hold") {
  Story story;
  story.see(O::major, P::normal);
  CHECK(story.now() == "degraded 75");
  story.see(O::critical, P::normal);
  CHECK(story.now() == "degraded 50");
  story.see(O::none, P::normal);
  story.pass(seconds(59));
  CHECK(story.now() == "degraded 50");
  story.pass(seconds(1));
  CHECK(story.now() == "healthy 100");
}

TEST_CASE("blind evidence holds an outage for five minutes and the hold, then fails open") {
  Story story;
  story.see(O::none);
  story.see(O::major);
  story.see(O::unknown);
  story.pass(minutes(5) + seconds(59));
  CHECK(story.now() == "unhealthy 10");
  story.pass(seconds(1));
  CHECK(story.now() == "recovering 25");
  story.pass(seconds(60));
  CHECK(story.now() == "unknown 100");
}

TEST_CASE("a green page does not end what our own requests showed") {
  Story story;
  story.see(O::none, P::failing);
  CHECK(story.now() == "unhealthy 25");
  story.see(O::none, P::insufficient);
  story.pass(minutes(5) + seconds(59));
  CHECK(story.health.state == State::unhealthy);
  story.pass(seconds(1));
  CHECK(story.health.state == State::recovering);
}

TEST_CASE("normal clears what was seen failing") {
  Story story;
  story.see(O::none, P::failing);
  story.see(O::none, P::normal);
  story.see(O::none, P::insufficient);
  story.pass(seconds(60));
  CHECK(story.now() == "recovering 25");
}

TEST_CASE("a degraded target below 100 that turns blind waits five minutes") {
  Story story;
  story.see(O::major, P::normal);
  story.see(O::unknown, P::insufficient);
  story.pass(minutes(5) - seconds(1));
  CHECK(story.now() == "degraded 75");
  story.pass(seconds(1));
  CHECK(story.now() == "unknown 100");
}

TEST_CASE("unknown never moves traffic, and everybody may become unknown") {
  Story story;
  story.see(O::none);
  story.see(O::unknown);
  CHECK(story.now() == "unknown 100");
  story.see(O::minor);
  CHECK(story.now() == "degraded 100");
  story.see(O::unknown);
  story.pass(seconds(60));
  CHECK(story.now() == "unknown 100");
}

TEST_CASE("the canary is a rate: little traffic needs a larger share") {
  Story story;
  story.evidence.passive.requests_per_s = 2;
  story.see(O::none, P::failing);
  CHECK(story.health.weight == 10);
  Story busy;
  busy.evidence.passive.requests_per_s = 1000;
  busy.see(O::none, P::failing);
  CHECK(busy.health.weight == 5);
  Story quiet;
  quiet.evidence.passive.requests_per_s = 0.1;
  quiet.see(O::critical, P::failing);
  CHECK(quiet.health.weight == 25);
}

TEST_CASE("advice follows state and weight") {
  Policy policy;
  const auto advice = [&](State state, int weight) { return advise({.state = state, .weight = weight}, policy); };
  CHECK(advice(State::unknown, 100) == Advice{"primary", 100, Millis(8000)});
  CHECK(advice(State::healthy, 100) == Advice{"primary", 100, Millis(8000)});
  CHECK(advice(State::degraded, 100) == Advice{"primary", 100, Millis(8000)});
  CHECK(advice(State::degraded, 75) == Advice{"shift", 75, Millis(8000)});
  CHECK(advice(State::unhealthy, 10) == Advice{"fallback", 10, Millis(0)});
  CHECK(advice(State::recovering, 25) == Advice{"shift", 25, Millis(4000)});
}

TEST_CASE("what is left of the hold is told") {
  Story story;
  CHECK(hold_left(story.health, story.policy, story.clock.now) == Millis(0));
  story.see(O::major);
  CHECK(hold_left(story.health, story.policy, story.clock.now) == seconds(60));
  story.see(O::none);
  story.pass(seconds(45));
  CHECK(hold_left(story.health, story.policy, story.clock.now) == seconds(15));
  story.see(O::unknown);
  story.pass(seconds(10));
  CHECK(hold_left(story.health, story.policy, story.clock.now) == minutes(5) + seconds(50));
}

TEST_CASE("the step says when time alone will change something, and nothing happens before") {
  Story story;
  story.see(O::major);
  story.see(O::none);
  int wakes = 0;
  while (story.now() != "healthy 100" && ++wakes < 100) {
    const auto wake = step(story.health, story.evidence, story.policy, story.clock.now).wake_at;
    REQUIRE(wake.has_value());
    const Millis ahead = *wake - story.clock.now.mono;
    const Instant before = story.clock.now + (ahead - Millis(1));
    CHECK(step(story.health, story.evidence, story.policy, before).health == story.health);
    story.clock.advance(ahead);
    story.health = step(story.health, story.evidence, story.policy, story.clock.now).health;
  }
  CHECK(wakes == 4);  // the hold, and three steps
}

TEST_CASE("an outage resumes over a restart, with the time that the agent was down") {
  Story story;
  story.see(O::major);
  story.see(O::none);
  story.pass(seconds(30));
  const std::string stored = health_to_json(story.health);

  // Down for 20 s; the new process has another monotonic clock.
  const Instant later{story.clock.now.wall + seconds(20), MonoTime(seconds(7))};
  Story again;
  again.clock.now = later;
  again.health = resume(*health_from_json(stored, later), later);
  again.see(O::none);
  CHECK(again.now() == "unhealthy 10");
  again.pass(seconds(9));
  CHECK(again.now() == "unhealthy 10");
  again.pass(seconds(1));
  CHECK(again.now() == "recovering 25");
}

TEST_CASE("the ramp goes on over a restart") {
  Story story;
  story.see(O::major);
  story.see(O::none);
  story.pass(seconds(75));
  CHECK(story.now() == "recovering 25");
  const Instant later = story.clock.now + seconds(30);
  Story again;
  again.clock.now = later;
  again.health = resume(*health_from_json(health_to_json(story.health), later), later);
  again.see(O::none);
  CHECK(again.now() == "recovering 75");
  again.pass(seconds(15));
  CHECK(again.now() == "healthy 100");
}

TEST_CASE("what moved no traffic starts unknown") {
  ManualClock clock;
  for (const Health& stored :
       {Health{.state = State::healthy}, Health{.state = State::degraded}, Health{.state = State::unknown}}) {
    const Health resumed = resume(stored, clock.now);
    CHECK(resumed.state == State::unknown);
    CHECK(resumed.weight == 100);
    CHECK(resumed.since == clock.now);
  }
  CHECK(resume({.state = State::degraded, .weight = 75}, clock.now).state == State::degraded);
}

TEST_CASE("a stored time in the future counts as now: a clock set back does not prolong an outage") {
  ManualClock clock;
  const Instant now = clock.now;
  CHECK(recalled(now.wall + hours(24), now) == now);
  CHECK(recalled(now.wall - seconds(5), now) == now + Millis(-5000));
}

TEST_CASE("stored health that makes no sense is refused by name") {
  ManualClock clock;
  CHECK(health_from_json("{}", clock.now).error().message == "stored health: no state that we know");
  CHECK(health_from_json(R"({"state":"unhealthy"})", clock.now).error().message ==
        "stored health: since is not a time");
  CHECK(health_from_json(R"({"state":"unhealthy","since":"2026-11-23T10:00:00Z","weight":0})", clock.now)
            .error()
            .message == "stored health: weight is not in 1-100");
}

TEST_CASE("the split seed is the day on which the weight last left 100") {
  Story story;
  CHECK(story.health.split_seed.empty());
  story.see(O::major);
  CHECK(story.health.split_seed == "2026-11-23");
  story.see(O::none);
  story.pass(hours(24));
  CHECK(story.health.split_seed == "2026-11-23");
  story.see(O::critical);
  CHECK(story.health.split_seed == "2026-11-24");
}
