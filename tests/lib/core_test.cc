#include "lib/core.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

ProviderConfig claude_with_models() {
  ProviderConfig made = provider("claude");
  made.models = {"claude-opus-4-6", "claude-sonnet-4-5"};
  return made;
}

}  // namespace

TEST_CASE("a page's story becomes transitions, with reasons and generations") {
  World world({provider("claude")});
  CHECK(world.state() == "unknown 100");
  world.poll(page(O::none));
  CHECK(world.state() == "healthy 100");
  world.clock.advance(seconds(30));
  world.poll(page(O::major));
  CHECK(world.state() == "unhealthy 10");

  REQUIRE(world.transitions.size() == 2);
  const TransitionRecord& red = world.transitions.back();
  CHECK(red.at == world.clock.now.wall);
  CHECK(to_string(red.target) == "claude");
  CHECK(red.from == State::healthy);
  CHECK(red.to == State::unhealthy);
  CHECK(red.generation == world.core.generation);
  CHECK(red.why == "page.example says major of API; no reports from clients");
  CHECK(red.evidence.find(R"("official":{"level":"major","fresh":true)") != std::string::npos);
}

TEST_CASE("a failed poll keeps the last reading until it is stale, then the source is unknown") {
  World world({provider("claude")});
  world.poll(page(O::none));
  for (int i = 0; i < 2; ++i) {
    world.pass(seconds(30));
    world.poll(Error{"HTTP 503"});
  }
  CHECK(world.state() == "healthy 100");
  CHECK(world.why("claude") ==
        "page.example says operational, but its last poll failed: HTTP 503; no reports from clients");
  world.pass(seconds(30));
  CHECK(world.state() == "unknown 100");
  CHECK(world.why("claude") == "page.example cannot be read: HTTP 503; no reports from clients");
}

TEST_CASE(
    "an outage on a page that turns unreadable is held, then given up, and no provider gets worse by silence") {
  World world({provider("claude")});
  world.poll(page(O::major));
  world.pass(seconds(30));
  world.poll(Error{"timeout"});
  world.pass(minutes(4));
  CHECK(world.state() == "unhealthy 10");
  world.pass(minutes(10));
  CHECK(world.state() == "unknown 100");
}

TEST_CASE("the generation rises with what routers are told, and with nothing else") {
  World world({provider("claude")});
  world.poll(page(O::none));
  const uint64_t told = world.core.generation;
  world.pass(seconds(30));
  PageReading same = page(O::none);
  same.page_updated_at = world.clock.now.wall;
  world.poll(same);
  world.send({});
  CHECK(world.core.generation == told);
  world.poll(page(O::critical));
  CHECK(world.core.generation == told + 1);
  CHECK(pick<GenerationRecord>(world.last.effects) == std::vector{GenerationRecord{told + 1}});
  const size_t before = world.transitions.size();
  world.poll(page(O::major));  // the weight goes from 5 to 10, the state stays
  CHECK(world.core.generation == told + 2);
  CHECK(world.transitions.size() == before);
}

TEST_CASE("an incident that names a model shifts that model only") {
  World world({claude_with_models()});
  Incident opus = incident("Elevated errors on Claude Opus 4.6", O::critical, world.clock.now.wall);
  opus.scope = {"claude-opus-4-6"};
  world.poll(page(O::none, {opus}));
  CHECK(world.state("claude/claude-opus-4-6") == "unhealthy 5");
  CHECK(world.state("claude/claude-sonnet-4-5") == "degraded 100");
  CHECK(world.state("claude") == "degraded 100");
}

TEST_CASE("incidents are recorded when new, when changed, and when the page drops them") {
  World world({provider("claude")});
  Incident errors = incident("Elevated errors", O::minor, world.clock.now.wall);
  const WallTime first = world.clock.now.wall;
  world.poll(page(O::none, {errors}));
  auto records = pick<IncidentRecord>(world.last.effects);
  REQUIRE(records.size() == 1);
  CHECK(records.front().first_seen_at == first);
  CHECK_FALSE(records.front().resolved_at.has_value());

  world.clock.advance(seconds(30));
  world.poll(page(O::none, {errors}));
  CHECK(pick<IncidentRecord>(world.last.effects).empty());

  errors.status = "monitoring";
  errors.phase = IncidentPhase::monitoring;
  world.poll(page(O::none, {errors}));
  records = pick<IncidentRecord>(world.last.effects);
  REQUIRE(records.size() == 1);
  CHECK(records.front().status == "monitoring");

  world.clock.advance(seconds(30));
  world.poll(page(O::none));
  records = pick<IncidentRecord>(world.last.effects);
  REQUIRE(records.size() == 1);
  CHECK(records.front().status == "resolved");
  CHECK(records.front().resolved_at == world.clock.now.wall);
}

TEST_CASE("a good poll is stored with its changed documents, a failed one stores nothing") {
  World world({provider("claude")});
  Observation poll = observed(page(O::none), world.clock.now);
  const PayloadRecord payload{"claude", "page", "summary", world.clock.now.wall, "{}"};
  poll.changed = {payload};
  world.send({poll});
  CHECK(pick<PayloadRecord>(world.last.effects) == std::vector{payload});
  CHECK(pick<SourceRecord>(world.last.effects) ==
        std::vector{SourceRecord{"claude", "page", world.clock.now.wall, world.clock.now.wall}});
  world.poll(Error{"HTTP 503"});
  CHECK(world.last.effects.empty());
}

TEST_CASE("a restart in mid-outage comes back knowing") {
  World world({provider("claude")});
  world.poll(page(O::major));
  const auto healths = pick<HealthRecord>(world.last.effects);
  const SourceState seen = world.core.sources.at("claude").at("page");

  const Instant later{world.clock.now.wall + seconds(20), MonoTime(seconds(3))};
  SourceState restored = seen;
  restored.good_at = restored.changed_at = {seen.good_at.wall, later.mono - seconds(20)};
  Core again = start_core(
      world.core.config,
      {.generation = world.core.generation, .healths = healths, .sources = {{"claude", "page", restored}}}, later);
  const Update first = update(again, {}, later);
  const TargetState& claude = first.core.targets.at({"claude", ""});
  CHECK(claude.health.state == State::unhealthy);
  CHECK(claude.health.weight == 10);
  CHECK(claude.health.since.wall == world.clock.now.wall);
  CHECK(first.core.generation == world.core.generation);
  CHECK(why_of(first.core, {"claude", ""}, claude, later) ==
        "page.example says major of API; no reports from clients");
}

TEST_CASE("a new configuration forgets what is no longer configured and keeps the rest") {
  World world({claude_with_models(), provider("openai")});
  world.poll(page(O::minor));
  ProviderConfig fewer = claude_with_models();
  fewer.models = {"claude-opus-4-6"};
  world.send({ConfigChanged{config({fewer, provider("mistral", {})})}});
  CHECK(world.core.targets.size() == 3);
  const auto forgotten = HealthRecord{*parse_target("claude/claude-sonnet-4-5"), ""};
  CHECK(std::ranges::count(pick<HealthRecord>(world.last.effects), forgotten) == 1);
  CHECK(world.state("claude") == "degraded 100");
  CHECK(world.state("claude/claude-opus-4-6") == "degraded 100");
  CHECK(world.state("mistral") == "unknown 100");
  CHECK(world.why("mistral") == "no status source is configured; no reports from clients");
}

TEST_CASE("a model that is no longer configured stays until its outage is over") {
  World world({claude_with_models()});
  world.poll(page(O::major));
  ProviderConfig fewer = claude_with_models();
  fewer.models = {"claude-opus-4-6"};
  world.send({ConfigChanged{config({fewer})}});
  CHECK(world.state("claude/claude-sonnet-4-5") == "unhealthy 10");
  for (int i = 0; i < 10; ++i) {
    world.poll(page(O::none));
    world.pass(seconds(30));
  }
  CHECK(world.state("claude") == "healthy 100");
  CHECK(!world.core.targets.contains(*parse_target("claude/claude-sonnet-4-5")));
}

TEST_CASE("a source that watches other components needs another reading") {
  World world({provider("claude")});
  world.poll(page(O::none));
  ProviderConfig other = provider("claude");
  other.sources.front().components = {"other"};
  world.send({ConfigChanged{config({other})}});
  CHECK(world.state() == "unknown 100");
}

TEST_CASE("an observation of a source that was removed meanwhile changes nothing") {
  World world({provider("claude", {})});
  world.poll(page(O::critical));
  CHECK(world.state() == "unknown 100");
  CHECK(world.core.sources.empty());
}

TEST_CASE("a page that flips at each poll changes the state at most 12 times in 30 minutes") {
  for (const O other : {O::minor, O::major, O::critical}) {
    CAPTURE(to_string(other));
    World world({provider("claude")});
    for (int i = 0; i < 60; ++i) {
      world.poll(page(i % 2 == 0 ? O::none : other));
      world.pass(seconds(30));
    }
    CHECK(world.transitions.size() <= 12);
  }
}

TEST_CASE("an outage that comes and goes for minutes changes the state at most 12 times in any 30 minutes") {
  for (const int period : {1, 2, 3, 5}) {
    CAPTURE(period);
    World world({provider("claude")});
    for (int i = 0; i < 120; ++i) {
      world.poll(page((i / (2 * period)) % 2 == 0 ? O::none : O::major));
      world.pass(seconds(30));
    }
    for (const TransitionRecord& first : world.transitions) {
      const auto within = std::ranges::count_if(world.transitions, [&](const TransitionRecord& other) {
        return other.at >= first.at && other.at - first.at < minutes(30);
      });
      CHECK(within <= 12);
    }
  }
}
