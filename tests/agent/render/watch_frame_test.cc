#include "agent/render/watch_frame.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "agent/render/watch_table.h"
#include "tests/support/agent_answers.h"

namespace signalbox {
namespace {

using testing::outage;
using testing::target_json;
using Lines = std::vector<std::string>;

const WallTime kNow = testing::answer_time();

/// Who is unhealthy has failures in the last two steps; a model became it 14 minutes ago.
WatchScene scene_of(const std::vector<Json>& targets) {
  const auto health = read_health(dump_json(testing::health_json(targets)));
  REQUIRE(health);
  WatchScene scene{.address = "http://127.0.0.1:9529"};
  scene.sight = {.health = *health, .seen_at = kNow};
  scene.past.known_from = kNow - hours(1);
  const WallTime at = kNow - minutes(14);
  scene.past.transitions.rows = {
      {at, "claude/claude-opus-4-6", "healthy", "unhealthy", "62 % of 418 requests from 7 reporters failed"}};
  for (const TargetView& target : health->targets) {
    TimelineView timeline{std::vector<CountsView>(58, CountsView{100, 0})};
    const bool is_bad = target.state == State::unhealthy;
    timeline.steps.insert(timeline.steps.end(), {{100, is_bad ? 40 : 0}, {100, is_bad ? 62 : 0}});
    scene.past.timelines[target.target] = timeline;
  }
  return scene;
}

Json overridden(Json target) {
  target["override"] = {{"state", "healthy"},
                        {"primary_weight", 100},
                        {"reason", "INC-7"},
                        {"by", "dana"},
                        {"set_at", "2026-11-23T10:00:00.000Z"},
                        {"expires_at", "2026-11-23T11:00:03.000Z"}};
  return target;
}

WatchScene usual() {
  return scene_of(
      {target_json({.target = "openai"}), overridden(target_json({.target = "gemini"})), target_json(outage())});
}

Lines frame(const WatchScene& scene, size_t columns, size_t rows) {
  return watch_frame(scene, {columns, false, kNow}, rows).lines;
}

std::string without_colour(const std::string& line) {
  std::string plain;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = line.find('m', i);
    } else {
      plain += line[i];
    }
  }
  return plain;
}

}  // namespace

TEST_CASE("eighty columns have what is wrong, why, since when, what routers do, and what was lately") {
  CHECK(
      frame(usual(), 80, 24) ==
      Lines{"claude/claude-opus-4-6 is unhealthy: routers use the fallback, 5 % of sessions", "stay",
            "10:26:03Z, live, http://127.0.0.1:9529, q ends", "",
            "STATE         TARGET                       FOR    USE  FAILED 2 MIN  LAST HOUR",
            "\u2717 unhealthy   claude/claude-opus-4-6     14:00    5 %  "
            "\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2584\u2586  "
            "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2717\u2717\u2717",
            "  62 % of 418 requests from 7 reporters failed in the last 12 s (255",
            "  overloaded); status.claude.com still says operational",
            "\u2713 healthy     gemini                     14:00  100 %  "
            "\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581          \u2500\u2500\u2500",
            "  overridden by dana until 11:00:03Z (in 34 min): INC-7",
            "\u2713 healthy     openai                     14:00  100 %  "
            "\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581\u2581          \u2500\u2500\u2500",
            "", "LAST CHANGES",
            "10:12:03Z  claude/claude-opus-4-6  healthy \u2192 \u2717 unhealthy  62 % of 418 requests \u2026"});
}

TEST_CASE("sixty columns and few rows have no past, and a line for each sentence") {
  CHECK(frame(usual(), 60, 9) == Lines{"claude/claude-opus-4-6 is unhealthy: routers use the fallba\u2026",
                                       "10:26:03Z, live, http://127.0.0.1:9529, q ends",
                                       "STATE         TARGET                       FOR    USE",
                                       "\u2717 unhealthy   claude/claude-opus-4-6     14:00    5 %",
                                       "  62 % of 418 requests from 7 reporters failed in the last",
                                       "  12 s (255 overloaded); status.claude.com still says opera\u2026",
                                       "\u2713 healthy     gemini                     14:00  100 %",
                                       "  overridden by dana until 11:00:03Z (in 34 min): INC-7",
                                       "\u2713 healthy     openai                     14:00  100 %"});
}

TEST_CASE("forty columns have the state, the name and the age") {
  CHECK(frame(usual(), 40, 8) ==
        Lines{"claude/claude-opus-4-6 is unhealthy: ro\u2026", "10:26:03Z, live, http://127.0.0.1:9529,\u2026",
              "STATE         TARGET                 FOR", "\u2717 unhealthy   claude/claude-o\u2026     14:00",
              "  62 % of 418 requests from 7 reporters\u2026", "\u2713 healthy     gemini               14:00",
              "  overridden by dana until 11:00:03Z (i\u2026", "\u2713 healthy     openai               14:00"});
}

TEST_CASE("a wide screen has the failures now, and what routers were told") {
  const Lines lines = frame(usual(), 160, 20);
  CHECK(lines.at(3).ends_with("  ADVICE"));
  CHECK(lines.at(3).find("  FAILED 7 MIN  ") != std::string::npos);
  CHECK(lines.at(4).ends_with("  fallback, 1 attempt"));
}

TEST_CASE("of more targets than rows those that need attention are shown, and the others counted") {
  std::vector<Json> targets;
  for (int i = 0; i < 30; ++i) targets.push_back(target_json({.target = "p" + std::to_string(i)}));
  targets.push_back(overridden(target_json({.target = "zeta"})));
  targets.push_back(target_json(outage()));
  const WatchFrame shown = watch_frame(scene_of(targets), {80, false, kNow}, 10);
  CHECK(shown.shown == Lines{"claude/claude-opus-4-6", "zeta", "p0"});
  CHECK(shown.lines.size() == 10);
  CHECK(shown.lines.back() == "and 29 more healthy");

  for (Json& target : targets) target["state"] = "degraded";
  const Lines all_bad = frame(scene_of(targets), 80, 10);
  CHECK(all_bad.size() == 10);
  CHECK(all_bad.back().starts_with("and "));
  CHECK(all_bad.back().ends_with(" more degraded"));
}

TEST_CASE("reasons give way so that what needs attention keeps its row, the worst keep theirs longest") {
  const auto bad = [](const std::string& name) { return target_json(outage(name)); };
  const WatchScene scene = scene_of({bad("a"), bad("b"), bad("c"), bad("d")});
  const auto starts = [&](size_t rows) {
    std::string text;
    for (const std::string& line : frame(scene, 60, rows)) {
      if (line.starts_with("\u2717")) text += line.substr(line.find_first_of("abcd", 13), 1);
      if (line.starts_with("  ")) text += "+";
    }
    return text;
  };
  CHECK(starts(8) == "abcd");
  CHECK(starts(10) == "a+b+cd");
  CHECK(starts(13) == "a++b+c+d+");
}

TEST_CASE("an agent that does not answer is said first, with the age of what is shown, and nothing looks current") {
  WatchScene scene = usual();
  scene.sight.trouble = "the agent at http://127.0.0.1:9529 cannot be reached: connection refused";
  scene.sight.next_try_at = kNow + seconds(4);
  scene.sight.seen_at = kNow - seconds(72);
  const Lines lines = watch_frame(scene, {100, true, kNow}, 20).lines;
  CHECK(lines.at(0) ==
        "\x1b[1;7;31m!! no answer for 1:12, the last one is below, next try in 4 s: the agent at "
        "http://127.0.0.1:9529\x1b[0m");
  CHECK(lines.at(1) == "\x1b[1;7;31mcannot be reached: connection refused\x1b[0m");
  CHECK(lines.at(3) == "\x1b[2m10:26:03Z, 1:12 old, http://127.0.0.1:9529, q ends\x1b[0m");
  for (size_t i = 2; i < 11; ++i) {
    CAPTURE(lines.at(i));
    for (const char* loud : {"\x1b[1;31m", "\x1b[32m", "\x1b[33m", "\x1b[1;7;31m"})
      CHECK(lines.at(i).find(loud) == std::string::npos);
  }
}

TEST_CASE("before there is any answer the screen says what it waits for") {
  WatchScene scene{.address = "http://127.0.0.1:9529"};
  CHECK(frame(scene, 80, 24) ==
        Lines{"waiting for the agent", "10:26:03Z, nothing seen yet, http://127.0.0.1:9529, q ends"});
  scene.sight.trouble = "connection refused";
  CHECK(frame(scene, 80, 24) ==
        Lines{"!! no answer: connection refused", "10:26:03Z, nothing seen yet, http://127.0.0.1:9529, q ends"});
}

TEST_CASE("what must not be overlooked stands above the table of the watch") {
  WatchScene scene = usual();
  scene.sight.health->observer_suspect = true;
  scene.sight.health->observer_why = "2 of 3 providers fail by connect_error";
  scene.sight.health->persistence = "failing";
  const Lines lines = frame(scene, 120, 24);
  CHECK(lines.at(2) ==
        "!! observer suspect, our own network may be the fault, nothing is moved: 2 of 3 providers fail by "
        "connect_error");
  CHECK(lines.at(3) == "!! persistence failing: nothing is being stored");
  for (int i = 0; i < 9; ++i) scene.sight.checks.push_back({"check" + std::to_string(i), "warn", "why"});
  CHECK(frame(scene, 120, 24).at(6) == "!! and 7 more: signalbox doctor");
}

TEST_CASE("one target has its evidence, and its past across the screen") {
  WatchScene scene = scene_of({target_json(outage("claude"))});
  scene.target = "claude";
  const WatchFrame shown = watch_frame(scene, {80, false, kNow}, 30);
  CHECK(shown.shown == Lines{"claude"});
  const auto line = [&](const std::string& start) {
    const auto found =
        std::ranges::find_if(shown.lines, [&](const std::string& one) { return one.starts_with(start); });
    return found == shown.lines.end() ? std::string() : *found;
  };
  CHECK(line("passive ").find("400 requests") != std::string::npos);
  CHECK(line("failed ").ends_with("\u2581\u2584\u2586  last 9 min"));
  CHECK(line("states ").ends_with("\u2717\u2717\u2717  last hour"));
}

TEST_CASE("no line is wider than the screen and no more than its rows are written, whatever comes") {
  Json hostile = target_json({.target = "claude/\x1b]0;owned\x07" + std::string(200, 'm'),
                              .state = "unhealthy",
                              .why = "\x1b[2J\u30af\u30ed\u30fc\u30c9\r\n" + std::string(3000, 'x')});
  WatchScene scene = scene_of({hostile, overridden(hostile), target_json({.target = "gemini"})});
  scene.past.transitions.rows.push_back({kNow, scene.sight.health->targets.front().target, "?", "nonsense", "w"});
  const auto check = [&](size_t columns, size_t rows) {
    CAPTURE(columns);
    CAPTURE(rows);
    const Lines plain = frame(scene, columns, rows);
    CHECK(plain.size() <= rows);
    for (const std::string& line : plain) {
      CHECK(display_width(line) <= columns);
      CHECK(std::ranges::none_of(line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }));
    }
    const Lines coloured = watch_frame(scene, {columns, true, kNow}, rows).lines;
    REQUIRE(coloured.size() == plain.size());
    for (size_t i = 0; i < plain.size(); ++i) CHECK(without_colour(coloured[i]) == plain[i]);
  };
  for (size_t columns = 2; columns < 200; columns += columns < 90 ? 1 : 7) check(columns, 24);
  for (size_t rows = 1; rows < 30; ++rows) check(80, rows);
  scene.sight.trouble = std::string(500, 'y');
  scene.sight.health->observer_suspect = true;
  for (size_t rows = 1; rows < 30; ++rows) check(57, rows);
}

TEST_CASE("ages tick in seconds for a day") {
  CHECK(format_age(seconds(-3)) == "0:00");
  CHECK(format_age(seconds(72)) == "1:12");
  CHECK(format_age(hours(1)) == "1:00:00");
  CHECK(format_age(hours(24) - seconds(1)) == "23:59:59");
  CHECK(format_age(hours(52)) == "2 d 4 h");
}

}  // namespace signalbox
