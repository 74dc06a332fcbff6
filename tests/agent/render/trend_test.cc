#include "agent/render/trend.h"

#include <doctest/doctest.h>

#include "tests/support/agent_answers.h"

namespace signalbox {
namespace {

const WallTime kNow = testing::answer_time();

std::string text(const Spans& spans) { return paint_line(spans, {}); }

std::string band(const TargetView& target, const Past& past, size_t columns) {
  std::string line = "|";
  for (const TableCell& span : state_band(target, past, hours(1), columns, kNow)) line += span.text;
  return line + "|";
}

TargetView unhealthy(WallTime since) { return {.target = "claude", .state = State::unhealthy, .since = since}; }

}  // namespace

TEST_CASE("failures are seen by height: any is above none, and all of them fill the line") {
  const TimelineView timeline{{{0, 0}, {100, 0}, {1000, 1}, {100, 10}, {100, 50}, {100, 62}, {100, 100}}};
  CHECK(text(sparkline(timeline, 7)) == " \u2581\u2582\u2582\u2585\u2586\u2588");
  CHECK(text(sparkline(timeline, 2)) == "\u2586\u2588");
  CHECK(text(sparkline(timeline, 9)) == "   \u2581\u2582\u2582\u2585\u2586\u2588");
  CHECK(sparkline(timeline, 7).back().style == Style::red);
}

TEST_CASE("counts that cannot be are shown as what is nearest") {
  CHECK(text(sparkline({{{10, 20}, {-5, 3}, {10, -1}}}, 3)) == "\u2588 \u2581");
}

TEST_CASE("the band is the last hour by the marks of the states, a line where it was healthy") {
  const Past past{.transitions = {.rows = {{kNow - minutes(12), "claude", "degraded", "unhealthy", ""},
                                           {kNow - minutes(15), "openai", "healthy", "unhealthy", ""},
                                           {kNow - minutes(24), "claude", "healthy", "degraded", ""}}},
                  .known_from = kNow - hours(1)};
  CHECK(band(unhealthy(kNow - minutes(12)), past, 10) == "|\u2500\u2500\u2500\u2500\u2500\u2500!!\u2717\u2717|");
}

TEST_CASE("the worst of a column is shown, and what is shorter than one is seen") {
  const Past past{
      .transitions = {.rows = {{kNow - minutes(29), "claude", "unhealthy", "healthy", ""},
                               {kNow - minutes(29) - seconds(5), "claude", "healthy", "unhealthy", ""}}},
      .known_from = kNow - hours(1)};
  const TargetView healthy{.target = "claude", .state = State::healthy, .since = kNow - minutes(29)};
  CHECK(band(healthy, past, 4) == "|\u2500\u2500\u2717\u2500|");
}

TEST_CASE("a state that the history does not have yet begins when the health answer says so") {
  const Past past{.transitions = {.rows = {{kNow - minutes(60), "claude", "unknown", "healthy", ""}}},
                  .known_from = kNow - hours(1)};
  CHECK(band(unhealthy(kNow - seconds(1)), past, 4) == "|\u2500\u2500\u2500\u2717|");
}

TEST_CASE("where nobody knows are dots, where nobody knows even that is nothing") {
  const Past begun{.transitions = {.rows = {{kNow - minutes(30), "claude", "unknown", "unhealthy", ""}}},
                   .known_from = kNow - hours(1)};
  CHECK(band(unhealthy(kNow - minutes(30)), begun, 4) == "|\u00B7\u00B7\u2717\u2717|");
  CHECK(band(unhealthy(kNow - minutes(30)), {}, 4) == "|  \u2717\u2717|");
  CHECK(band({.target = "claude", .state = State::healthy}, {}, 4) == "|    |");
  const Past cut{.transitions = {.rows = {{kNow - minutes(30), "claude", "healthy", "unhealthy", ""}}},
                 .known_from = kNow - minutes(45)};
  CHECK(band(unhealthy(kNow - minutes(30)), cut, 4) == "| \u2500\u2717\u2717|");
}

}  // namespace signalbox
