/// What must hold for every stream of reports, pages and overrides, over random ones. The seed is printed; give
/// another with SIGNALBOX_SEED.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <random>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr int kStreams = 12;
constexpr int kMoments = 1500;

unsigned seed() {
  const char* given = std::getenv("SIGNALBOX_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20261123U;
}

struct Moment {
  Instant at;
  std::vector<Event> events;
};

std::shared_ptr<const Config> small_config() {
  ProviderConfig claude = provider("claude");
  claude.models = {"opus"};
  auto made = std::make_shared<Config>(*config({claude, provider("openai"), provider("gemini", {})}));
  made->policy.max_models = 3;
  made->policy.max_reporters = 4;
  return made;
}

/// Clients that are well for a while, then fail in some way, or are silent; pages that say anything; a person who
/// overrides now and then.
struct Traffic {
  std::mt19937 random;
  std::map<std::string, int> failing_per_mille;
  int batches = 0;

  int up_to(int limit) { return std::uniform_int_distribution<int>(0, limit)(random); }

  Target target() {
    static const std::array kModels = {"", "opus", "haiku", "sonnet", "made-up", "another"};
    static const std::array kProviders = {"claude", "claude", "openai", "gemini", "nobody"};
    return {kProviders.at(static_cast<size_t>(up_to(4))), kModels.at(static_cast<size_t>(up_to(5)))};
  }

  OutcomeCounts met(const std::string& provider) {
    OutcomeCounts counts{};
    const int failing = failing_per_mille[provider];
    for (int i = up_to(1) == 0 ? 1 : up_to(12); i > 0; --i) {
      const int kind = up_to(999) < failing ? 1 + up_to(3) : up_to(19) == 0 ? 5 + up_to(2) : 0;
      ++counts.at(static_cast<size_t>(kind));
    }
    return counts;
  }

  ReportBatch batch(Instant at) {
    ReportBatch made{.reporter = fmt::format("reporter-{}", up_to(6)), .batch_id = fmt::format("{}", ++batches)};
    if (up_to(20) == 0) made.batch_id = fmt::format("{}", up_to(batches));
    made.at = at;
    for (int i = up_to(3); i > 0; --i) {
      const Target to = target();
      made.reports.push_back({.target = to,
                              .to = at.wall - seconds(up_to(30) == 0 ? 400 : up_to(3)),
                              .span = seconds(1),
                              .counts = met(to.provider)});
    }
    return made;
  }

  Event person(Instant at) {
    Target to = target();
    if (up_to(1) == 0) return OverrideChange{to, std::nullopt, "kim", at};
    static const std::array kStates = {State::healthy, State::degraded, State::unhealthy};
    const State state = kStates.at(static_cast<size_t>(up_to(2)));
    return OverrideChange{to, Override{state, up_to(100), "why", "dana", at, at + seconds(1 + up_to(600))}, "dana",
                          at};
  }

  std::vector<Event> events(Instant at) {
    std::vector<Event> made;
    for (int i = up_to(3); i > 0; --i) made.emplace_back(batch(at));
    if (up_to(40) == 0) made.push_back(person(at));
    if (up_to(25) == 0) {
      Observation seen =
          observed(page(static_cast<OfficialLevel>(up_to(5))), at, up_to(1) == 0 ? "claude" : "openai");
      seen.answered = true;
      made.emplace_back(std::move(seen));
    }
    return made;
  }

  std::vector<Moment> stream() {
    ManualClock clock;
    std::vector<Moment> moments;
    for (int i = 0; i < kMoments; ++i) {
      clock.advance(up_to(150) == 0 ? minutes(up_to(20)) : Millis(up_to(900)));
      if (up_to(60) == 0) {
        for (const char* name : {"claude", "openai", "gemini"})
          failing_per_mille[name] = up_to(2) > 0 ? 10 : up_to(1000);
      }
      moments.push_back({clock.now, events(clock.now)});
    }
    return moments;
  }
};

std::string fingerprint(const Core& core) {
  std::string text = fmt::format("{}", core.generation);
  for (const auto& [target, state] : core.targets) {
    text += fmt::format(" {}={}/{}/{}", to_string(target), to_string(state.health.state), state.health.weight,
                        to_string(state.evidence.passive.level));
  }
  return text;
}

}  // namespace

TEST_CASE(
    "for every stream of reports: only a person gives 0, what is over a cap stays out, time is looked ahead") {
  Traffic traffic{std::mt19937(seed()), {}};
  MESSAGE("seed ", seed());
  int unhealthy = 0;
  for (int s = 0; s < kStreams; ++s) {
    CAPTURE(s);
    const std::vector<Moment> moments = traffic.stream();
    Core core = start_core(small_config(), {}, moments.front().at);
    for (const Moment& moment : moments) {
      const uint64_t told = core.generation;
      Update next = update(std::move(core), moment.events, moment.at);
      core = std::move(next.core);
      REQUIRE(core.generation >= told);
      REQUIRE((core.generation > told) == next.told);
      if (next.wake_at) REQUIRE(*next.wake_at > moment.at.mono);
      REQUIRE(core.targets.size() <= 3 + 3 * 6);
      REQUIRE(!core.targets.contains({"nobody", ""}));
      for (const auto& [target, state] : core.targets) {
        REQUIRE(state.health.weight >= 1);
        REQUIRE(state.health.weight <= 100);
        unhealthy += state.health.state == State::unhealthy ? 1 : 0;
        const Told to_routers = told_of(core, target, state);
        if (!override_of(core, target)) REQUIRE(to_routers.advice.primary_weight >= 1);
        REQUIRE(to_routers.advice.primary_weight <= 100);
        REQUIRE(!why_of(core, target, state, moment.at).empty());
      }
    }
  }
  CHECK(unhealthy > 1000);  // the streams are worth it
}

TEST_CASE("for every stream of reports: the same events give the same core, records and verdicts") {
  Traffic traffic{std::mt19937(seed() + 1), {}};
  for (int s = 0; s < kStreams / 4; ++s) {
    const std::vector<Moment> moments = traffic.stream();
    Core one = start_core(small_config(), {}, moments.front().at);
    Core two = one;
    for (const Moment& moment : moments) {
      Update a = update(std::move(one), moment.events, moment.at);
      Update b = update(std::move(two), moment.events, moment.at);
      REQUIRE(a.effects == b.effects);
      REQUIRE(a.verdicts == b.verdicts);
      REQUIRE(a.wake_at == b.wake_at);
      REQUIRE(fingerprint(a.core) == fingerprint(b.core));
      one = std::move(a.core);
      two = std::move(b.core);
    }
  }
}

TEST_CASE("for every stream of reports: batches taken one by one are as batches taken together") {
  Traffic traffic{std::mt19937(seed() + 2), {}};
  for (int s = 0; s < kStreams / 4; ++s) {
    CAPTURE(s);
    const std::vector<Moment> moments = traffic.stream();
    Core together = start_core(small_config(), {}, moments.front().at);
    Core single = together;
    for (const Moment& moment : moments) {
      std::vector<Event> batches;
      for (const Event& event : moment.events) {
        if (std::holds_alternative<ReportBatch>(event)) batches.push_back(event);
      }
      Update a = update(std::move(together), batches, moment.at);
      together = std::move(a.core);
      std::vector<BatchVerdict> verdicts;
      single = update(std::move(single), {}, moment.at).core;
      for (const Event& event : batches) {
        Update b = update(std::move(single), {event}, moment.at);
        single = std::move(b.core);
        verdicts.insert(verdicts.end(), b.verdicts.begin(), b.verdicts.end());
      }
      REQUIRE(a.verdicts == verdicts);
      REQUIRE(fingerprint(together) == fingerprint(single));
    }
  }
}

TEST_CASE("for every stream of reports: looking twice at the same moment changes nothing more") {
  Traffic traffic{std::mt19937(seed() + 3), {}};
  for (int s = 0; s < kStreams / 4; ++s) {
    CAPTURE(s);
    const std::vector<Moment> moments = traffic.stream();
    Core core = start_core(small_config(), {}, moments.front().at);
    for (const Moment& moment : moments) {
      core = update(std::move(core), moment.events, moment.at).core;
      core = update(std::move(core), {}, moment.at).core;
      Update again = update(std::move(core), {}, moment.at);
      REQUIRE(again.effects.empty());
      REQUIRE_FALSE(again.told);
      core = std::move(again.core);
    }
  }
}
