#include "lib/cause.h"

#include <doctest/doctest.h>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

struct Story : World {
  std::vector<std::string> causes;  ///< "unhealthy by page", in their order

  Story() : World({provider("claude")}) {}
  void note() {
    for (const auto& change : pick<TransitionRecord>(last.effects)) {
      const Cause cause = cause_of(change, core, last.effects);
      causes.push_back(std::string(to_string(change.to)) + " by " +
                       std::string(kCauseNames.at(static_cast<size_t>(cause))));
    }
    last.effects.clear();
  }
  void page_says(O level) {
    poll(page(level));
    note();
  }
  /// While the page is read each 30 s, or nobody reads anything.
  void wait(Millis duration, std::optional<O> level) {
    const MonoTime end = clock.now.mono + duration;
    while (clock.now.mono < end) {
      const MonoTime read_at = clock.now.mono + seconds(30);
      while (last.wake_at && *last.wake_at <= read_at) {
        clock.advance(*last.wake_at - clock.now.mono);
        send({});
        note();
      }
      clock.advance(read_at - clock.now.mono);
      if (level) page_says(*level);
    }
  }
  void clients_meet(int length, const OutcomeCounts& outcomes) {
    for (int second = 0; second < length; ++second) {
      for (const char* reporter : {"east", "west", "north"}) report("claude", outcomes, reporter);
      clock.advance(seconds(1));
      send({});
      note();
    }
  }
  void person_says(std::optional<State> state) {
    OverrideChange change{.target = {"claude", ""}, .terms = {}, .by = "dana", .at = clock.now};
    if (state) change.terms = Override{*state, 50, "INC-1", "dana", clock.now, clock.now + hours(1)};
    send({change});
    note();
  }
};

}  // namespace

TEST_CASE_FIXTURE(Story, "a page's outage is the page's, and its end is the recovery") {
  page_says(O::none);
  page_says(O::major);
  wait(minutes(3), O::none);
  CHECK(causes == std::vector<std::string>{"healthy by page", "unhealthy by page", "recovering by recovery",
                                           "healthy by recovery"});
}

TEST_CASE_FIXTURE(Story, "what clients see under a green page is theirs, and with a red page both's") {
  page_says(O::none);
  clients_meet(60, counts({{Outcome::ok, 20}}));
  clients_meet(20, counts({{Outcome::overloaded, 20}}));
  REQUIRE(causes.back() == "unhealthy by clients");

  Story red;
  red.page_says(O::minor);
  red.clients_meet(60, counts({{Outcome::ok, 20}}));
  red.clients_meet(20, counts({{Outcome::overloaded, 20}}));
  CHECK(red.causes.back() == "unhealthy by both");
}

TEST_CASE_FIXTURE(Story, "a page that falls silent leaves nothing to go by") {
  page_says(O::none);
  wait(minutes(5), std::nullopt);
  CHECK(causes == std::vector<std::string>{"healthy by page", "unknown by blind"});
}

TEST_CASE_FIXTURE(Story, "whatever an override changes is a person's, from its begin to its end") {
  page_says(O::none);
  person_says(State::unhealthy);
  person_says(std::nullopt);
  CHECK(causes == std::vector<std::string>{"healthy by page", "unhealthy by person", "recovering by person"});
  person_says(State::degraded);
  wait(minutes(70), O::none);
  CHECK(causes.at(3) == "degraded by person");
  CHECK(causes.at(4) == "recovering by person");  // it ran out
  CHECK(causes.at(5) == "healthy by recovery");
}
