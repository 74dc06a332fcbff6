#include "lib/override.h"

#include <doctest/doctest.h>

#include "lib/health_json.h"
#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

struct Green : World {
  explicit Green(std::vector<std::string> models = {}) : World({with_models(std::move(models))}) {
    poll(page(O::none));
  }
  static ProviderConfig with_models(std::vector<std::string> models) {
    ProviderConfig made = provider("claude");
    made.models = std::move(models);
    return made;
  }
  void set(const std::string& target, State state, int weight, Millis ttl = hours(1)) {
    send({OverrideChange{*parse_target(target),
                         Override{state, weight, "INC-1", "dana", clock.now, clock.now + ttl}, "dana", clock.now}});
  }
  void clear(const std::string& target) {
    send({OverrideChange{*parse_target(target), std::nullopt, "kim", clock.now}});
  }
  /// What routers are told.
  std::string told(const std::string& target = "claude") const {
    const Told told = told_of(core, *parse_target(target), at(target));
    return std::string(to_string(told.state)) + " " + std::to_string(told.advice.primary_weight);
  }
};

}  // namespace

TEST_CASE("what a person sets wins over everything, with who and why, also a weight of 0") {
  Green world;
  const uint64_t before = world.core.generation;
  world.set("claude", State::unhealthy, 0);
  CHECK(world.told() == "unhealthy 0");
  CHECK(world.core.generation == before + 1);
  CHECK(world.transitions.back().to == State::unhealthy);
  CHECK(world.why().find("dana") != std::string::npos);
  CHECK(world.why().find("INC-1") != std::string::npos);
  CHECK(pick<OverrideRecord>(world.last.effects) ==
        std::vector<OverrideRecord>{{.at = world.clock.now.wall,
                                     .target = {"claude", ""},
                                     .action = OverrideAction::set,
                                     .by = "dana",
                                     .state = State::unhealthy,
                                     .primary_weight = 0,
                                     .reason = "INC-1",
                                     .expires_at = world.clock.now.wall + hours(1)}});
}

TEST_CASE("one set to healthy wins over a red page") {
  Green world;
  world.poll(page(O::critical));
  CHECK(world.told() == "unhealthy 5");
  world.set("claude", State::healthy, 100);
  CHECK(world.told() == "healthy 100");
  world.clear("claude");
  CHECK(world.told() == "unhealthy 5");  // the page is still red: there is nothing to climb back from
}

TEST_CASE("one that lowered the weight is left through recovering, not at a stroke") {
  Green world;
  world.set("claude", State::unhealthy, 0);
  world.clear("claude");
  CHECK(world.told() == "recovering 25");
  CHECK(pick<OverrideRecord>(world.last.effects).at(0).action == OverrideAction::cleared);
  CHECK(pick<OverrideRecord>(world.last.effects).at(0).by == "kim");
  world.pass(seconds(20));
  CHECK(world.told() == "recovering 50");
  world.pass(seconds(40));
  CHECK(world.told() == "healthy 100");
}

TEST_CASE("what a restart goes on from is stored with the override's beginning and its end") {
  Green world;
  world.set("claude", State::unhealthy, 0);
  const auto begun = pick<HealthRecord>(world.last.effects);
  REQUIRE_FALSE(begun.empty());
  CHECK(begun.back().body == health_to_json(world.at("claude").health));
  world.clear("claude");
  const auto ended = pick<HealthRecord>(world.last.effects);
  REQUIRE_FALSE(ended.empty());
  CHECK(ended.back().body == health_to_json(world.at("claude").health));
  CHECK(world.at("claude").health.state == State::recovering);
}

TEST_CASE("one expires by itself, at its own moment") {
  Green world;
  world.set("claude", State::degraded, 60, minutes(5));
  CHECK(world.told() == "degraded 60");
  for (int i = 0; i < 10; ++i) {
    world.poll(page(O::none));
    world.pass(seconds(29));
  }
  CHECK(world.told() == "degraded 60");
  world.poll(page(O::none));
  world.pass(seconds(10));
  CHECK(world.told() == "recovering 50");
  CHECK(world.at("claude").override == std::nullopt);
}

TEST_CASE("a provider's override holds for its models unless they have their own") {
  Green world({"opus", "haiku"});
  world.set("claude/haiku", State::healthy, 100);
  world.set("claude", State::unhealthy, 0);
  CHECK(world.told("claude/opus") == "unhealthy 0");
  CHECK(world.told("claude/haiku") == "healthy 100");
  world.clear("claude");
  CHECK(world.told("claude/opus") == "recovering 25");
  CHECK(world.told("claude/haiku") == "healthy 100");
  world.set("claude", State::unhealthy, 0);
  world.clear("claude/haiku");
  CHECK(world.told("claude/haiku") == "unhealthy 0");  // now the provider's
}

TEST_CASE("an override makes a model known and keeps it") {
  Green world;
  world.set("claude/new", State::unhealthy, 0, hours(3));
  for (int i = 0; i < 150; ++i) {
    world.poll(page(O::none));
    world.pass(minutes(1));
  }
  CHECK(world.told("claude/new") == "unhealthy 0");
}

TEST_CASE("the day of the split is that on which the weight left 100, also by an override") {
  Green world;
  world.set("claude", State::unhealthy, 0);
  CHECK(world.at("claude").health.split_seed == "2026-11-23");
}

TEST_CASE("overrides survive a restart with what is left of their time") {
  const ManualClock clock;
  const OverrideRecord record{.at = clock.now.wall - minutes(50),
                              .target = {"claude", ""},
                              .action = OverrideAction::set,
                              .by = "dana",
                              .state = State::unhealthy,
                              .primary_weight = 0,
                              .reason = "INC-1",
                              .expires_at = clock.now.wall + minutes(10)};
  Core core = start_core(config({provider("claude")}),
                         {.healths = {}, .sources = {}, .overrides = {record}, .batches = {}}, clock.now);
  const Override& found = *core.targets.at({"claude", ""}).override;
  CHECK(found == Override{State::unhealthy,
                          0,
                          "INC-1",
                          "dana",
                          {record.at, clock.now.mono - minutes(50)},
                          {record.expires_at, clock.now.mono + minutes(10)}});
  const Update later = update(std::move(core), {}, clock.now + minutes(10));
  CHECK(later.core.targets.at({"claude", ""}).override == std::nullopt);
}

TEST_CASE("a clock that was set back before a restart makes no override last longer than it was to") {
  const ManualClock clock;
  const OverrideRecord record{.at = clock.now.wall + hours(24),
                              .target = {"claude", ""},
                              .action = OverrideAction::set,
                              .by = "dana",
                              .state = State::unhealthy,
                              .primary_weight = 0,
                              .reason = "INC-1",
                              .expires_at = clock.now.wall + hours(25)};
  const Core core = start_core(config({provider("claude")}),
                               {.healths = {}, .sources = {}, .overrides = {record}, .batches = {}}, clock.now);
  CHECK(core.targets.at({"claude", ""}).override->expires_at.mono == clock.now.mono + hours(1));
}
