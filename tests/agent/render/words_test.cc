#include <doctest/doctest.h>

#include "agent/render/words.h"
#include "tests/support/agent_answers.h"

namespace signalbox {
namespace {

std::vector<TargetView> targets_in(const std::vector<State>& states) {
  std::vector<TargetView> targets;
  for (State state : states) targets.push_back({.target = "claude", .state = state});
  return targets;
}

TEST_CASE("a span is said in its two largest units") {
  CHECK(format_span(Millis(0)) == "0 s");
  CHECK(format_span(Millis(59'999)) == "59 s");
  CHECK(format_span(minutes(14)) == "14 min");
  CHECK(format_span(hours(3)) == "3 h");
  CHECK(format_span(hours(3) + minutes(12)) == "3 h 12 min");
  CHECK(format_span(hours(52)) == "2 d 4 h");
  CHECK(format_span(-minutes(5)) == "5 min");
}

TEST_CASE("a moment of another day is said with its date") {
  const WallTime now = testing::answer_time();
  CHECK(format_since(now - minutes(14), now) == "10:12:03Z (14 min)");
  CHECK(format_since(now - hours(24), now) == "2026-11-22 10:26Z (1 d)");
  CHECK(format_since(now + minutes(30), now) == "10:56:03Z (in 30 min)");
  CHECK(format_since(std::nullopt, now) == "-");
  CHECK(format_ago(now - seconds(12), now) == "12 s ago");
  CHECK(format_ago(now + seconds(12), now) == "in 12 s");
  CHECK(format_ago(std::nullopt, now) == "never");
}

TEST_CASE("small ratios keep a decimal") {
  CHECK(format_ratio(0) == "0 %");
  CHECK(format_ratio(0.004) == "0.4 %");
  CHECK(format_ratio(0.62) == "62 %");
  CHECK(format_ratio(1) == "100 %");
  CHECK(format_ratio(17) == "100 %");
}

TEST_CASE("advice is the action and how long to retry") {
  CHECK(advice_words({.action = "fallback", .retry_budget = Millis(0)}) == "fallback, 1 attempt");
  CHECK(advice_words({.action = "primary", .retry_budget = Millis(8000)}) == "primary, retry 8 s");
  CHECK(advice_words({.action = "shift", .retry_budget = Millis(4500)}) == "shift, retry 4.5 s");
  CHECK(advice_words({}) == "?, 1 attempt");
}

TEST_CASE("of several targets the exit code is 2 over 1 over 3 over 0") {
  using enum State;
  struct {
    std::vector<State> states;
    int code;
  } const rows[] = {{{healthy, healthy}, 0},
                    {{healthy, degraded}, 1},
                    {{recovering}, 1},
                    {{healthy, unknown}, 3},
                    {{unknown, degraded}, 1},
                    {{unknown, recovering, unhealthy}, 2},
                    {{}, 3}};
  for (const auto& row : rows) {
    CAPTURE(row.code);
    CHECK(exit_code(targets_in(row.states)) == row.code);
  }
}

TEST_CASE("the worst stands first, then the lower weight, then the name") {
  std::vector<TargetView> targets = {{.target = "f", .state = State::healthy},
                                     {.target = "e", .state = State::unknown},
                                     {.target = "d", .state = State::degraded},
                                     {.target = "c", .state = State::recovering, .weight = 25},
                                     {.target = "b", .state = State::unhealthy, .weight = 5},
                                     {.target = "a", .state = State::unhealthy, .weight = 5}};
  sort_worst_first(targets);
  std::string order;
  for (const TargetView& target : targets) order += target.target;
  CHECK(order == "abcdef");
}

TEST_CASE("names are listed as people do") {
  CHECK(enumerate({}).empty());
  CHECK(enumerate({"a"}) == "a");
  CHECK(enumerate({"a", "b", "c"}) == "a, b and c");
}

}  // namespace
}  // namespace signalbox
