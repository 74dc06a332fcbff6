#include <doctest/doctest.h>

#include "agent/render/render_target.h"
#include "tests/support/agent_answers.h"

namespace signalbox {
namespace {

using testing::outage;
using testing::target_json;

Json with_incidents(Json target) {
  target["evidence"]["official"]["incidents"] = {{{"id", "1"},
                                                  {"name", "Elevated errors on Claude Opus 4.6"},
                                                  {"impact", "major"},
                                                  {"status", "monitoring"},
                                                  {"started_at", "2026-11-23T09:26:03.000Z"},
                                                  {"updated_at", "2026-11-23T10:21:03.000Z"},
                                                  {"url", "https://stspg.io/x"},
                                                  {"scope", {"claude-opus-4-6"}},
                                                  {"counts_as", "none"},
                                                  {"note", "monitoring: a fix is in"}},
                                                 {{"id", "2"},
                                                  {"name", "API down"},
                                                  {"impact", "critical"},
                                                  {"status", "investigating"},
                                                  {"started_at", nullptr},
                                                  {"updated_at", "2026-11-23T10:26:00.000Z"},
                                                  {"url", nullptr},
                                                  {"scope", Json::array()},
                                                  {"counts_as", "critical"},
                                                  {"note", nullptr}}};
  target["evidence"]["official"]["maintenances"] = {{{"id", "3"},
                                                     {"name", "Database upgrade"},
                                                     {"from", "2026-11-23T12:26:03.000Z"},
                                                     {"to", "2026-11-23T13:26:03.000Z"},
                                                     {"status", "scheduled"}}};
  return target;
}

TargetView read(const Json& target) {
  const auto view = read_target(dump_json(target));
  REQUIRE(view);
  return *view;
}

Background background() {
  Background background;
  background.sources = {{.provider = "claude",
                         .name = "statuspage",
                         .interval_s = 30,
                         .last_error = "status.claude.com: timed out",
                         .latency_ms = 140,
                         .missing_components = {"k8w3r06qmzrp"}}};
  const WallTime now = testing::answer_time();
  background.transitions = {{now - minutes(14), "claude", "healthy", "unhealthy", "62 % failed"},
                            {now - hours(30), "claude", "unknown", "healthy", "first evidence"}};
  return background;
}

const View kWide = {.width = 0, .colour = false, .now = testing::answer_time()};

TEST_CASE("one target is shown with its evidence in a line each") {
  CHECK(render_target(read(with_incidents(target_json(outage("claude")))), kWide) ==
        "\u2717 unhealthy  claude\n"
        "\n"
        "since        10:12:03Z (14 min)\n"
        "why          62 % of 418 requests from 7 reporters failed in the last 12 s (255 overloaded); "
        "status.claude.com still says operational\n"
        "advice       fallback, 1 attempt; 5 % of sessions use it\n"
        "official     none; statuspage says Claude API operational; 2 open incidents\n"
        "             Elevated errors on Claude Opus 4.6 (monitoring)\n"
        "             API down (investigating)\n"
        "passive      normal: 4 of 400 requests failed (1.0 %) in 12 s, 7 reporters\n"
        "             ok 396, overloaded 4, throttled 3\n"
        "override     none\n"
        "answer       as of 10:26:03Z, holds until 10:27:03Z\n");
}

TEST_CASE("why shows every source, incident, count and change, and how each was judged") {
  CHECK(render_why(read(with_incidents(target_json(outage("claude")))), background(), kWide) ==
        "\u2717 unhealthy  claude\n"
        "\n"
        "since        10:12:03Z (14 min)\n"
        "why          62 % of 418 requests from 7 reporters failed in the last 12 s (255 overloaded); "
        "status.claude.com still says operational\n"
        "advice       fallback, 1 attempt; 5 % of sessions use it\n"
        "override     none\n"
        "answer       as of 10:26:03Z, holds until 10:27:03Z\n"
        "\n"
        "official     none; statuspage says Claude API operational; 2 open incidents\n"
        "  statuspage  https://status.claude.com/api/v2/summary.json\n"
        "    fetched 12 s ago, page changed 1 h ago, page indicator minor (not used), every 30 s, took 140 ms\n"
        "    Claude API: operational  (k8w3r06qmzrp)\n"
        "    missing from the page: k8w3r06qmzrp\n"
        "    last error: status.claude.com: timed out\n"
        "  Elevated errors on Claude Opus 4.6\n"
        "    major, monitoring, began 1 h ago, updated 5 min ago, names claude-opus-4-6\n"
        "    does not count: monitoring: a fix is in\n"
        "    https://stspg.io/x\n"
        "  API down\n"
        "    critical, investigating, updated 3 s ago\n"
        "    counts as critical\n"
        "  maintenance scheduled: Database upgrade, from 12:26:03Z (in 2 h) to 13:26:03Z (in 3 h)\n"
        "\n"
        "passive      normal: 4 of 400 requests failed (1.0 %) in 12 s, 7 reporters\n"
        "  ok 396, overloaded 4, throttled 3\n"
        "\n"
        "history      newest first\n"
        "AT                 FROM     TO           LASTED         WHY\n"
        "10:12:03Z          healthy  \u2717 unhealthy  14 min so far  62 % failed\n"
        "2026-11-22 04:26Z  unknown  \u2713 healthy    1 d 5 h        first evidence\n");
}

TEST_CASE("why puts every test's number beside what it needs, and names who is set aside") {
  Json target = target_json(outage("claude"));
  Json& passive = target["evidence"]["passive"];
  passive["requests_per_s"] = 34.85;
  passive["thresholds"] = {{{"name", "outside_spike"}, {"value", 9.5}, {"needed", 8}},
                           {{"name", "normal"}, {"value", 0}, {"needed", 12.25}},
                           {{"name", "of_tomorrow"}, {"value", 1}, {"needed", 2}}};
  passive["set_aside"] = {"edge-3", "edge\x1b[31m-4"};
  passive["note"] = "judged by the provider's other traffic: 9 of 10 requests failed in 12 s";
  const std::string text = render_why(read(target), {}, kWide);
  CHECK(text.find("passive      normal: 4 of 400 requests failed (1.0 %) in 12 s, 7 reporters\n"
                  "  ok 396, overloaded 4, throttled 3\n"
                  "  34.9 requests/s in the last minute\n"
                  "  judged by the provider's other traffic: 9 of 10 requests failed in 12 s\n"
                  "  set aside, alone with what they say: edge-3 and edge [31m-4\n"
                  "  TEST           NUMBER  NEEDED           IT ASKS\n"
                  "  outside spike    9.50    8.00  reached  would that be so without any five seconds of it?\n"
                  "  normal           0.00   12.25           have enough of them succeeded?\n"
                  "  of tomorrow      1.00    2.00\n"
                  "\n") != std::string::npos);
}

TEST_CASE("an override is shown with who, why and until when") {
  Json target = target_json(outage("claude"));
  target["override"] = {{"state", "unhealthy"},
                        {"primary_weight", 0},
                        {"reason", "INC-1234"},
                        {"by", "dana"},
                        {"set_at", "2026-11-23T10:00:00.000Z"},
                        {"expires_at", "2026-11-23T11:00:03.000Z"}};
  const std::string line = "override     overridden by dana until 11:00:03Z (in 34 min): INC-1234 (to unhealthy)\n";
  CHECK(render_target(read(target), kWide).find(line) != std::string::npos);
  CHECK(render_why(read(target), {}, kWide).find(line) != std::string::npos);
}

TEST_CASE("a target without evidence, and a stale one, say so") {
  Json target = target_json({.target = "mistral", .state = "unknown", .why = "no evidence"});
  target["evidence"] = nullptr;
  target["inherited"] = true;
  target["expires_at"] = "2026-11-23T10:00:03.000Z";
  const std::string text = render_why(read(target), {.trouble = "the agent did not answer"}, kWide);
  CHECK(text.starts_with(
      "? unknown  mistral  (nobody reports this model: its provider's health)\n"
      "!! this answer expired 26 min ago: the agent hangs, or this host's clock and its differ\n"));
  CHECK(text.find("official     unknown (no fresh source)\n  no source is configured for mistral\n") !=
        std::string::npos);
  CHECK(text.find("passive      unknown: no outcomes reported\n") != std::string::npos);
  CHECK(text.find("history      no change of state is recorded\n") != std::string::npos);
  CHECK(text.ends_with("\n!! the agent did not answer\n"));
}

TEST_CASE("an answer of any other shape is an error or empty fields, never a crash") {
  for (const char* body : {"", "[]", "null", "{}", "{\"target\": 1}", "<html>", "{\"targets\": {}}"}) {
    CAPTURE(body);
    CHECK_FALSE(read_target(body));
    CHECK_FALSE(read_health(body));
  }
  const auto odd = read_target(
      R"({"target": "a", "state": 7, "since": "yesterday", "advice": [], "override": 3, "generation": -1e308,
          "evidence": {"official": {"sources": [1, null, {"components": "x"}], "incidents": {}},
                       "passive": {"requests": 1e308, "outcomes": [1], "window_s": "x"}}})");
  REQUIRE(odd);
  CHECK(odd->state == State::unknown);
  CHECK(odd->official.pages.size() == 3);
  CHECK_FALSE(render_why(*odd, {}, kWide).empty());
}

TEST_CASE("hostile names stay on their line") {
  Json target = with_incidents(target_json(outage()));
  target["evidence"]["official"]["incidents"][0]["name"] = "x\n\x1b[31mFAKE " + std::string(10'000, 'y');
  target["evidence"]["official"]["sources"][0]["components"][0]["status"] = "operational\r\n\u202etxt";
  for (size_t width : {size_t{0}, size_t{40}, size_t{120}}) {
    const std::string text =
        render_why(read(target), background(), {.width = width, .now = testing::answer_time()});
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find("\u202e") == std::string::npos);
    CHECK(text.find("\nFAKE") == std::string::npos);
  }
}

}  // namespace
}  // namespace signalbox
