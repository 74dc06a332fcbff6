#include "lib/route.h"

#include <doctest/doctest.h>

#include <map>
#include <vector>

#include "lib/core.h"
#include "lib/json.h"
#include "lib/route_answer.h"
#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr RouteCandidate kWell{State::healthy, 100, false};
constexpr RouteCandidate kDown{State::unhealthy, 5, false};
constexpr RouteCandidate kGivenUp{State::unhealthy, 0, true};

RouteSplit split(const std::vector<RouteCandidate>& candidates) { return split_route(candidates); }
RouteCandidate recovering(int weight) { return {State::recovering, weight, false}; }

}  // namespace

TEST_CASE("who has a route's sessions") {
  const auto row = [](const std::vector<RouteCandidate>& candidates, int share, size_t other, bool panic) {
    CHECK(split(candidates) == RouteSplit{share, other, panic});
  };
  // A primary that is well has all of them, whatever the fallbacks are.
  row({kWell}, 100, 0, false);
  row({kWell, kDown}, 100, 0, false);
  row({{State::degraded, 100, false}, kWell}, 100, 0, false);
  // The first fallback that is not unhealthy has the rest; its own weight does not count.
  row({kDown, kWell, kWell}, 5, 1, false);
  row({kDown, kDown, kWell}, 5, 2, false);
  row({kDown, recovering(25), kWell}, 5, 1, false);
  row({recovering(50), {State::unknown, 100, false}}, 50, 1, false);
  // A weight is kept only where somebody can have the rest.
  row({recovering(25), kDown}, 100, 0, false);
  row({{State::degraded, 50, false}}, 100, 0, false);
  // Panic: the primary is used all the same.
  row({kDown}, 100, 0, true);
  row({kDown, kDown, kDown}, 100, 0, true);
  // A target that a person gave up is not used while any other remains.
  row({kGivenUp, kWell}, 0, 1, false);
  row({kGivenUp, kGivenUp, kDown}, 0, 2, true);
  row({kDown, kGivenUp}, 100, 0, true);
  row({kGivenUp, kGivenUp}, 100, 0, true);
  row({kGivenUp}, 100, 0, true);
}

TEST_CASE(
    "the shares of a hundred sessions are those of the split, and a session that was shifted stays shifted "
    "as the weight falls") {
  std::vector<size_t> before(100, 0);
  for (int weight = 100; weight >= 0; --weight) {
    const RouteSplit now = split({{State::degraded, weight, false}, kWell});
    std::map<size_t, int> shares;
    for (int number = 0; number < 100; ++number) {
      const size_t chosen = choose(now, number);
      ++shares[chosen];
      auto& was = before.at(static_cast<size_t>(number));
      CHECK(chosen >= was);
      was = chosen;
    }
    CHECK(shares[0] == weight);
    CHECK(shares[1] == 100 - weight);
  }
}

TEST_CASE("without a key all go together: the primary has them from a weight of 50 on") {
  CHECK(choose_for_all(split({recovering(50), kWell})) == 0);
  CHECK(choose_for_all(split({recovering(49), kWell})) == 1);
  CHECK(choose_for_all(split({kDown, kWell})) == 1);
  CHECK(choose_for_all(split({kDown, kDown})) == 0);
  CHECK(choose_for_all(split({kGivenUp, kDown})) == 1);
}

TEST_CASE("a request that spent its budget goes to the first other target that is not unhealthy") {
  const auto row = [](const std::vector<RouteCandidate>& candidates, size_t chosen, size_t next) {
    CHECK(shed_from(candidates, chosen) == next);
  };
  row({kWell, kWell, kWell}, 0, 1);
  row({kWell, kDown, kWell}, 0, 2);
  row({kDown, kWell, kWell}, 1, 2);
  // Fallbacks first, then a primary that may be used.
  row({recovering(25), kWell}, 1, 0);
  row({recovering(25), kDown, kWell}, 2, 0);
  // Nobody else is there, or is usable.
  row({kWell}, 0, 0);
  row({kWell, kDown}, 0, 0);
  row({kDown, kWell}, 1, 1);
}

namespace {

/// claude with an opus that is known, and openai; a route over them.
struct RouteWorld : World {
  RouteWorld() : World(providers()) {
    auto made = std::make_shared<Config>(*core.config);
    made->routes = {{.name = "chat",
                     .primary = "claude/claude-opus-4-6",
                     .fallbacks = {"claude/claude-haiku-4-5", "openai"},
                     .notice = "We are temporarily using a backup model."}};
    send({ConfigChanged{made}});
  }
  static std::vector<ProviderConfig> providers() {
    ProviderConfig claude = provider("claude");
    claude.models = {"claude-opus-4-6"};
    return {claude, provider("openai")};
  }
  RouteAnswer chat() const {
    return render(core, {.version = "1", .instance = "abc"}, clock.now)->routes.at("chat");
  }
  void override_target(const std::string& target, State state, int weight) {
    Override terms{state, weight, "INC-1", "dana", clock.now, clock.now + hours(1)};
    send({OverrideChange{*parse_target(target), terms, "dana", clock.now}});
  }
};

}  // namespace

TEST_CASE_FIXTURE(RouteWorld, "a route whose primary is well answers it to everybody") {
  poll(page(OfficialLevel::none));
  const RouteAnswer answer = chat();
  CHECK(answer.split == RouteSplit{});
  const Json body = *parse_json(answer.for_primary);
  CHECK(body == Json{{"route", "chat"},
                     {"target", "claude/claude-opus-4-6"},
                     {"provider", "claude"},
                     {"model", "claude-opus-4-6"},
                     {"degraded", false},
                     {"notice", nullptr},
                     {"panic", false},
                     {"sticky", true},
                     {"split_seed", ""},
                     {"primary_weight", 100},
                     {"choices", {{{"target", "claude/claude-opus-4-6"}, {"share", 100}}}},
                     {"advice", {{"action", "primary"}, {"primary_weight", 100}, {"retry_budget_ms", 8000}}},
                     {"shed",
                      {{"target", "claude/claude-haiku-4-5"},
                       {"provider", "claude"},
                       {"model", "claude-haiku-4-5"},
                       {"degraded", true},
                       {"notice", "We are temporarily using a backup model."}}},
                     {"why", why("claude/claude-opus-4-6")},
                     {"as_of", "2026-11-23T10:00:00.000Z"},
                     {"expires_at", "2026-11-23T10:01:00.000Z"},
                     {"generation", core.generation}});
  CHECK((*parse_json(answer.for_all))["sticky"] == false);
}

TEST_CASE_FIXTURE(RouteWorld,
                  "a provider that is down sends a route to the next one, with a notice and its budget") {
  poll(page(OfficialLevel::critical));
  const RouteAnswer answer = chat();
  // The haiku that nobody knows is as unhealthy as its provider.
  CHECK(answer.split == RouteSplit{5, 2, false});
  CHECK(answer.split_seed == "2026-11-23");
  const Json other = *parse_json(answer.for_other);
  CHECK(other["target"] == "openai");
  CHECK(other["model"] == nullptr);
  CHECK(other["degraded"] == true);
  CHECK(other["notice"] == "We are temporarily using a backup model.");
  CHECK(other["primary_weight"] == 5);
  CHECK(other["choices"] ==
        *parse_json(R"([{"target":"claude/claude-opus-4-6","share":5},{"target":"openai","share":95}])"));
  CHECK(other["advice"]["retry_budget_ms"] == 8000);
  CHECK(other["shed"] == nullptr);
  CHECK(other["why"] == "claude/claude-opus-4-6 is unhealthy and has 5 % of the sessions, openai has the others: " +
                            why("claude/claude-opus-4-6"));
  const Json canary = *parse_json(answer.for_primary);
  CHECK(canary["target"] == "claude/claude-opus-4-6");
  CHECK(canary["degraded"] == false);
  CHECK(canary["notice"] == nullptr);
  CHECK(canary["advice"]["retry_budget_ms"] == 0);
  CHECK(canary["shed"]["target"] == "openai");
  CHECK(answer.shares ==
        std::vector<RouteShare>{{"claude/claude-opus-4-6", 5}, {"claude/claude-haiku-4-5", 0}, {"openai", 95}});
  CHECK(canary["why"] == "claude/claude-opus-4-6 is unhealthy and has 5 % of the sessions, this one among them: " +
                             why("claude/claude-opus-4-6"));
  CHECK(*parse_json(answer.for_all) == [&] {
    Json same = other;
    same["sticky"] = false;
    return same;
  }());
}

TEST_CASE_FIXTURE(RouteWorld, "a route of which nothing is well panics, and keeps to what a person gave up") {
  poll(page(OfficialLevel::critical));
  override_target("openai", State::unhealthy, 0);
  CHECK(chat().split == RouteSplit{100, 0, true});
  const Json panic = *parse_json(chat().for_all);
  CHECK(panic["panic"] == true);
  CHECK(panic["degraded"] == false);
  CHECK(panic["why"] ==
        "every target of the route is unhealthy, claude/claude-opus-4-6 is used all the same; "
        "claude/claude-opus-4-6: " +
            why("claude/claude-opus-4-6"));
  override_target("claude/claude-opus-4-6", State::unhealthy, 0);
  CHECK(chat().split == RouteSplit{0, 1, true});
  CHECK((*parse_json(chat().for_other))["choices"] ==
        *parse_json(R"([{"target":"claude/claude-haiku-4-5","share":100}])"));
}
