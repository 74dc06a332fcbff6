#include "lib/figures.h"

#include <doctest/doctest.h>

#include "lib/snapshot.h"
#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

struct Fixture : World {
  AgentStatus status{.version = "1", .instance = "abc"};
  Fixture() : World({provider("claude"), provider("openai", {})}) {}
  Figures look() { return figures_of(core, status, clock.now); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the figures of a start: everybody unknown, a source that was never read") {
  const WallTime start = clock.now.wall;
  Figures expected;
  expected.targets = {{{"claude", ""}, State::unknown, 100, start}, {{"openai", ""}, State::unknown, 100, start}};
  expected.sources = {{.provider = "claude", .name = "page", .good_at = {}}};
  CHECK(look() == expected);
}

TEST_CASE_FIXTURE(Fixture, "a source that fails is not up, and counts until it is stale") {
  poll(page(O::major));
  const WallTime good_at = clock.now.wall;
  pass(seconds(30));
  poll(Error{"HTTP 503"});
  CHECK(look().sources == std::vector<SourceFigures>{{"claude", "page", false, true, O::major, good_at}});
  pass(minutes(2));
  CHECK(look().sources == std::vector<SourceFigures>{{"claude", "page", false, false, O::unknown, good_at}});
  poll(page(O::none));
  CHECK(look().sources == std::vector<SourceFigures>{{"claude", "page", true, true, O::none, clock.now.wall}});
}

TEST_CASE_FIXTURE(Fixture, "an override is listed at its target alone, while what it tells is every model's") {
  report("claude/claude-opus-4-6", counts({{Outcome::ok, 1}}));
  const Instant until = clock.now + hours(1);
  send({OverrideChange{.target = {"claude", ""},
                       .terms = Override{State::unhealthy, 0, "INC-1", "dana", clock.now, until},
                       .by = "dana",
                       .at = clock.now}});
  const Figures figures = look();
  CHECK(figures.overrides ==
        std::vector<OverrideFigures>{{{"claude", ""}, State::unhealthy, clock.now.wall, until.wall}});
  CHECK(figures.targets.at(1) == TargetFigures{{"claude", "claude-opus-4-6"}, State::unhealthy, 0, clock.now.wall});
}

TEST_CASE_FIXTURE(Fixture, "a reporter is active for a minute and shown for an hour") {
  const WallTime seen_at = clock.now.wall;
  report("claude", counts({{Outcome::ok, 1}}), "east");
  CHECK(look().active_reporters == 1);
  clock.advance(seconds(61));
  CHECK(look().active_reporters == 0);
  CHECK(look().reporters == std::vector<ReporterFigures>{{"east", seen_at, false}});
  clock.advance(hours(1));
  CHECK(look().reporters.empty());
}

TEST_CASE_FIXTURE(Fixture, "the agent's own troubles are figures too") {
  status.persistence_ok = false;
  status.config_error = "line 3";
  CHECK_FALSE(look().persistence_ok);
  CHECK_FALSE(look().config_ok);
}
