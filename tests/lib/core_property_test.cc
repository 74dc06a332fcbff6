/// What must hold for every stream of events, over random ones. The seed is printed; give another with
/// SIGNALBOX_SEED.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <random>

#include "lib/core.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr int kStreams = 60;
constexpr int kEvents = 150;

/// The events of one moment.
struct Moment {
  Instant at;
  std::vector<Event> events;
};

unsigned seed() {
  const char* given = std::getenv("SIGNALBOX_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20261123U;
}

std::shared_ptr<const Config> two_providers() {
  ProviderConfig claude = provider("claude", {source("one"), source("two", seconds(60))});
  claude.models = {"claude-opus-4-6", "claude-sonnet-4-5"};
  return config({claude, provider("openai")});
}

/// Pages of every level, incidents of every kind, failures, silences, clocks that jump.
struct Generator {
  std::mt19937 random;

  int up_to(int limit) { return std::uniform_int_distribution<int>(0, limit)(random); }
  OfficialLevel level() { return static_cast<OfficialLevel>(up_to(5)); }

  Result<PageReading> reading(Instant now) {
    if (up_to(5) == 0) return Error{"HTTP 503"};
    std::vector<Incident> incidents;
    for (int i = up_to(2); i > 0; --i) {
      Incident made = incident(fmt::format("Incident {}", up_to(3)), level(), now.wall - minutes(up_to(800)));
      made.phase = static_cast<IncidentPhase>(up_to(2));
      made.on_our_components = up_to(3) > 0;
      if (up_to(1) == 0) made.scope = {"claude-opus-4-6"};
      incidents.push_back(std::move(made));
    }
    return page(level(), std::move(incidents));
  }

  std::vector<Moment> stream() {
    ManualClock clock;
    std::vector<Moment> moments;
    for (int i = 0; i < kEvents; ++i) {
      clock.advance(up_to(9) == 0 ? minutes(up_to(30)) : seconds(up_to(45)));
      if (up_to(29) == 0) clock.now.wall += hours(up_to(48) - 24);
      const int kind = up_to(6);
      if (kind == 0) {
        moments.push_back({clock.now, {}});
        continue;
      }
      const bool openai = kind == 1;
      const char* source_name = openai ? "page" : kind < 4 ? "one" : "two";
      moments.push_back(
          {clock.now, {observed(reading(clock.now), clock.now, openai ? "openai" : "claude", source_name)}});
    }
    return moments;
  }
};

std::string fingerprint(const Core& core) {
  std::string text = fmt::format("{}", core.generation);
  for (const auto& [target, state] : core.targets) {
    text += fmt::format(" {}={}/{}", to_string(target), to_string(state.health.state), state.health.weight);
  }
  return text;
}

}  // namespace

TEST_CASE("for every stream: weights stay in 1-100, unknown and healthy stay at 100, generations never fall") {
  Generator generator{std::mt19937(seed())};
  MESSAGE("seed ", seed());
  for (int s = 0; s < kStreams; ++s) {
    CAPTURE(s);
    const std::vector<Moment> moments = generator.stream();
    Core core = start_core(two_providers(), {}, moments.front().at);
    for (const Moment& moment : moments) {
      const uint64_t told = core.generation;
      const Core before = core;
      const Update next = update(core, moment.events, moment.at);
      core = next.core;
      REQUIRE(core.generation >= told);
      if (next.wake_at) REQUIRE(*next.wake_at > moment.at.mono);
      for (const auto& [target, state] : core.targets) {
        const Health& health = state.health;
        REQUIRE(health.weight >= 1);
        REQUIRE(health.weight <= 100);
        if (health.state == State::unknown || health.state == State::healthy) REQUIRE(health.weight == 100);
        // Nothing has been reported: without a red page of its own nobody is ever worse than degraded 100.
        const bool entered = before.targets.at(target).health.state != State::unhealthy;
        if (entered && health.state == State::unhealthy) {
          REQUIRE(state.evidence.official.level >= OfficialLevel::major);
        }
      }
    }
  }
}

TEST_CASE("for every stream: the same events give the same core and the same records") {
  Generator generator{std::mt19937(seed() + 1)};
  for (int s = 0; s < kStreams / 4; ++s) {
    const std::vector<Moment> moments = generator.stream();
    Core one = start_core(two_providers(), {}, moments.front().at);
    Core two = one;
    for (const Moment& moment : moments) {
      Update a = update(one, moment.events, moment.at);
      Update b = update(two, moment.events, moment.at);
      REQUIRE(a.effects == b.effects);
      REQUIRE(a.wake_at == b.wake_at);
      one = std::move(a.core);
      two = std::move(b.core);
      REQUIRE(fingerprint(one) == fingerprint(two));
    }
  }
}

TEST_CASE("for every stream: looking twice at the same moment changes nothing more") {
  Generator generator{std::mt19937(seed() + 2)};
  for (int s = 0; s < kStreams / 4; ++s) {
    const std::vector<Moment> moments = generator.stream();
    Core core = start_core(two_providers(), {}, moments.front().at);
    for (const Moment& moment : moments) {
      core = update(core, moment.events, moment.at).core;
      const Update again = update(core, {}, moment.at);
      REQUIRE(again.effects.empty());
      REQUIRE_FALSE(again.told);
    }
  }
}

TEST_CASE("for every stream: the order of two sources at the same moment does not matter") {
  Generator generator{std::mt19937(seed() + 3)};
  for (int s = 0; s < kStreams; ++s) {
    CAPTURE(s);
    ManualClock clock;
    Core one = start_core(two_providers(), {}, clock.now);
    Core two = one;
    for (int i = 0; i < kEvents / 3; ++i) {
      clock.advance(seconds(generator.up_to(60)));
      const Event a = observed(generator.reading(clock.now), clock.now, "claude", "one");
      const Event b = observed(generator.reading(clock.now), clock.now, "claude", "two");
      one = update(one, {a, b}, clock.now).core;
      two = update(two, {b, a}, clock.now).core;
      for (const auto& [target, state] : one.targets) {
        REQUIRE(state.health == two.targets.at(target).health);
        REQUIRE(state.evidence == two.targets.at(target).evidence);
        REQUIRE(why_of(one, target, state, clock.now) == why_of(two, target, two.targets.at(target), clock.now));
      }
    }
  }
}

TEST_CASE("for every stream: when all sources fall silent, everybody ends unknown at 100") {
  Generator generator{std::mt19937(seed() + 4)};
  for (int s = 0; s < kStreams / 4; ++s) {
    const std::vector<Moment> moments = generator.stream();
    Core core = start_core(two_providers(), {}, moments.front().at);
    Instant now;
    for (const Moment& moment : moments) {
      now = moment.at;
      core = update(core, moment.events, now).core;
    }
    for (int i = 0; i < 6 * 60; ++i) {
      now = now + seconds(10);
      core = update(core, {}, now).core;
    }
    for (const auto& [target, state] : core.targets) {
      REQUIRE(state.health.state == State::unknown);
      REQUIRE(state.health.weight == 100);
    }
  }
}
