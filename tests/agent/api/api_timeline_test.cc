#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/json.h"
#include "lib/rfc3339.h"
#include "tests/support/api.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

WallTime at(const char* text) { return *parse_rfc3339(text); }

/// Now is 10:00.
struct Fixture {
  Snapshot snapshot = api_snapshot();
  FakeHistory history;
  ApiContext context{snapshot, &history, snapshot.as_of};

  ApiReply ask(const Query& query = {}, const std::string& target = "claude") {
    return get(context, "/v1/timeline/" + target, query);
  }
  Json steps(const Query& query = {}) { return (*parse_json(ask(query).body))["steps"]; }
  int status(const Query& query) { return ask(query).status; }
  /// Length of a step and number of steps.
  std::string shape(const Query& query) {
    const Json body = *parse_json(ask(query).body);
    return fmt::format("{} x {} s", body["steps"].size(), body["step_s"].get<int>());
  }
};

const Query kHalfHour = {{"since", "2026-11-23T09:33:00Z"}, {"step_s", "600"}};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a timeline has every step, with its outcomes and what was told") {
  history.count_steps = std::vector<CountStep>{{at("2026-11-23T09:40:00Z"), {90, 10, 0, 0, 0, 7, 2, 1}}};
  history.state_series = StateSeries{.before = StateChange{at("2026-11-23T09:00:00Z"), State::healthy, 100}};
  const ApiReply reply =
      ask({{"since", "2026-11-23T09:33:00Z"}, {"until", "2026-11-23T09:50:00Z"}, {"step_s", "600"}});
  CHECK(
      show(reply) ==
      "200 application/json\nCache-Control: max-age=1\n\n"
      R"({"target":"claude","step_s":600,"since":"2026-11-23T09:30:00.000Z","until":"2026-11-23T09:50:00.000Z","steps":[)"
      R"({"at":"2026-11-23T09:30:00.000Z","state":"healthy","primary_weight":100,"requests":0,"failures":0,)"
      R"("outcomes":{"ok":0,"overloaded":0,"server_error":0,"timeout":0,"connect_error":0,"throttled":0,"client_error":0,"cancelled":0}},)"
      R"({"at":"2026-11-23T09:40:00.000Z","state":"healthy","primary_weight":100,"requests":100,"failures":10,)"
      R"("outcomes":{"ok":90,"overloaded":10,"server_error":0,"timeout":0,"connect_error":0,"throttled":7,"client_error":2,"cancelled":1}}]})");
  CHECK(history.asked_counts->since == at("2026-11-23T09:30:00Z"));
  CHECK(history.asked_counts->step == minutes(10));
  CHECK(history.asked_states->until == at("2026-11-23T09:50:00Z"));
}

TEST_CASE_FIXTURE(Fixture, "a step shows its worst state and lowest weight") {
  const auto change = [](const char* text, State state, int weight) {
    return StateChange{at(text), state, weight};
  };
  history.state_series = StateSeries{.before = {},
                                     .changes = {change("2026-11-23T09:41:00Z", State::unhealthy, 5),
                                                 change("2026-11-23T09:42:00Z", State::recovering, 25),
                                                 change("2026-11-23T09:50:00Z", State::healthy, 100)}};
  const Json told = steps(kHalfHour);
  REQUIRE(told.size() == 3);
  CHECK(told[0]["state"] == nullptr);
  CHECK(told[0]["primary_weight"] == nullptr);
  CHECK(told[1]["state"] == "unhealthy");
  CHECK(told[1]["primary_weight"] == 5);
  // What changed right at its start was not in force in it.
  CHECK(told[2]["state"] == "healthy");
  CHECK(told[2]["primary_weight"] == 100);
}

TEST_CASE_FIXTURE(Fixture, "a provider whose throttles are failures counts them") {
  snapshot.counts_throttled = {"claude"};
  history.count_steps = std::vector<CountStep>{{at("2026-11-23T09:40:00Z"), {90, 0, 0, 0, 0, 7, 0, 0}}};
  const Json told = steps(kHalfHour);
  CHECK(told[1]["requests"] == 97);
  CHECK(told[1]["failures"] == 7);
}

TEST_CASE_FIXTURE(Fixture,
                  "without a step there is a round one that gives a chart's number, and never more than 2000") {
  CHECK(shape({}) == "288 x 300 s");
  CHECK(shape({{"since", "2026-11-23T09:00:00Z"}}) == "180 x 20 s");
  CHECK(shape({{"since", "2026-11-16T10:00:00Z"}}) == "168 x 3600 s");
  CHECK(shape({{"since", "1970-01-01T00:00:00Z"}}) == "285 x 6307200 s");
  CHECK(shape({{"since", "2030-01-01T00:00:00Z"}}) == "0 x 10 s");
  CHECK(shape({{"since", "2026-11-23T04:26:50Z"}, {"step_s", "10"}}) == "1999 x 10 s");
  CHECK(status({{"since", "2026-11-23T04:26:30Z"}, {"step_s", "10"}}) == 400);
}

TEST_CASE_FIXTURE(Fixture, "what cannot be answered is refused") {
  CHECK(status({{"step_s", "15"}}) == 400);
  CHECK(status({{"step_s", "0"}}) == 400);
  CHECK(status({{"since", "2026-11-23T09:00:00Z"}, {"until", "2026-11-23T09:00:00Z"}}) == 400);
  CHECK(ask({}, "nobody").status == 404);
  CHECK(ask({}, "claude/a model").status == 404);
  CHECK(ask({}, "claude/unknown-model").status == 200);
  history.state_series = Error{"disk"};
  CHECK(status({}) == 503);
  history.count_steps = Error{"disk"};
  CHECK(status({}) == 503);
  context.history = nullptr;
  CHECK(status({}) == 503);
}
