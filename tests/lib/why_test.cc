#include "lib/why.h"

#include <doctest/doctest.h>

#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

struct Fixture {
  ManualClock clock;
  Policy policy;
  ProviderConfig claude = provider("claude");
  SourceStates states;
  Health health;
  Evidence evidence;
  std::optional<Override> override;

  void read(const PageReading& reading) {
    states["page"] = {.reading = reading, .good_at = clock.now, .changed_at = clock.now, .tried_at = clock.now};
  }
  std::string why(std::string_view model = "") {
    return explain(claude, states, model, health, evidence, override, policy, clock.now);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the sentence says who said what") {
  CHECK(why() == "page.example has not been polled yet; no reports from clients");
  read(page(O::none));
  CHECK(why() == "page.example says operational; no reports from clients");
  read(page(O::major, {incident("Elevated errors", O::major, clock.now.wall)}));
  CHECK(why() ==
        "page.example says major of API: \"Elevated errors\" (major, investigating); no reports from clients");
}

TEST_CASE_FIXTURE(Fixture, "an incident that says less than its impact says why") {
  Incident opus = incident("Errors on Opus 4.6", O::critical, clock.now.wall);
  opus.scope = {"claude-opus-4-6"};
  read(page(O::critical, {opus}));
  CHECK(
      why("claude-haiku-4-5") ==
      "page.example says critical of API: \"Errors on Opus 4.6\" (critical, investigating, about claude-opus-4-6); "
      "no reports from clients");
}

TEST_CASE_FIXTURE(Fixture, "a feed that covers a part says which") {
  PageReading part = page(O::none);
  part.covers = "vertex";
  read(part);
  evidence.official.covers = "vertex";
  CHECK(why() == "page.example says operational (by the Vertex page alone); no reports from clients");
}

TEST_CASE_FIXTURE(Fixture, "a target that is held says for how long") {
  read(page(O::none));
  health = {.state = State::unhealthy, .weight = 10, .better_since = clock.now, .unhealthy = {.hold = seconds(60)}};
  clock.advance(seconds(18));
  read(page(O::none));
  CHECK(why() == "page.example says operational; no reports from clients; better for 18 s, held for 42 s more");
  health.state = State::degraded;
  health.degraded.hold = seconds(20);
  CHECK(why() == "page.example says operational; no reports from clients; better for 18 s, held for 2 s more");
  health = {.state = State::recovering, .weight = 50};
  CHECK(why() == "page.example says operational; no reports from clients; coming back by steps, now at 50 %");
}

TEST_CASE_FIXTURE(Fixture, "what a page says is bounded and steers nothing") {
  PageReading reading = page(O::major);
  reading.components.front().name = std::string(2000, 'x') + "\x1b[2J\n";
  read(reading);
  CHECK(why().size() <= 600);
  CHECK(why().find('\x1b') == std::string::npos);
}
