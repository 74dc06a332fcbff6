#include "lib/replay.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/json.h"

namespace signalbox {
namespace {

/// A recording under the built-in configuration; a line that is wrong gives "error: ...".
struct Recording {
  Replay replay{std::make_shared<const Config>(default_config())};

  std::string take(const std::string& line) {
    const auto out = replay.take(line);
    return out ? *out : "error: " + out.error().message;
  }
};

std::string error_of(const std::string& line) { return Recording().take(line); }

std::string page_line(const std::string& at, const std::string& status) {
  return fmt::format(
      R"({{"at": {}, "page": {{"provider": "claude", "source": "statuspage", "http_status": 200, "body":
          {{"page": {{"id": "tymt9n04zgry"}}, "incidents": [], "scheduled_maintenances": [],
            "components": [{{"id": "k8w3r06qmzrp", "name": "Claude API", "status": "{}"}}]}}}}}})",
      at, status);
}

std::string report_line(double at, const std::string& id, const std::string& outcomes) {
  return fmt::format(R"({{"at": {}, "report": {{"reporter": "a", "batch_id": "{}",
                        "reports": [{{"provider": "claude", "outcomes": {{{}}}}}]}}}})",
                     at, id, outcomes);
}

/// Of claude, at the last line of `out`.
Json advice_of(const std::string& out, const std::string& target = "claude") {
  const size_t before = out.size() < 2 ? std::string::npos : out.rfind('\n', out.size() - 2);
  const auto json = parse_json(out.substr(before == std::string::npos ? 0 : before + 1));
  REQUIRE(json);
  return json->at("advice").at(target);
}

TEST_CASE("a tick is answered by the advice for every target known") {
  CHECK(Recording().take(R"({"at": 5, "tick": true})") ==
        R"({"at":5,"advice":{"claude":{"state":"unknown","action":"primary","primary_weight":100,)"
        R"("retry_budget_ms":8000},"gemini":{"state":"unknown","action":"primary","primary_weight":100,)"
        R"("retry_budget_ms":8000},"openai":{"state":"unknown","action":"primary","primary_weight":100,)"
        R"("retry_budget_ms":8000}}})"
        "\n");
}

TEST_CASE("a change of state is told by the line that brings it") {
  Recording recording;
  CHECK(recording.take(page_line("0", "operational")) ==
        R"({"at":0,"target":"claude","from":"unknown","to":"healthy",)"
        R"("why":"status.claude.com says operational; no reports from clients"})"
        "\n");
  CHECK(recording.take(page_line("30", "operational")).empty());
}

TEST_CASE("times come out as they went in") {
  Recording number;
  number.take(page_line("1.5", "operational"));
  CHECK(number.take(R"({"at": 92.25, "tick": true})")
            .starts_with(R"({"at":91.5,"target":"claude","from":"healthy")"));
  CHECK(Recording().take(R"({"at": 1e2, "tick": true})").starts_with(R"({"at":100.0,)"));
  Recording text;
  text.take(page_line(R"("2026-11-23T10:00:00Z")", "operational"));
  const std::string out = text.take(R"({"at": "2026-11-23T11:02:00+01:00", "tick": true})");
  CHECK(out.starts_with(R"({"at":"2026-11-23T10:01:30.000Z","target":"claude","from":"healthy")"));
  CHECK(out.find(R"({"at":"2026-11-23T11:02:00+01:00","advice")") != std::string::npos);
}

TEST_CASE("the core's timers fire between lines, each at its own time, before what the line brings") {
  Recording recording;
  recording.take(page_line("0", "major_outage"));
  recording.take(page_line("30", "operational"));
  recording.take(page_line("89", "operational"));
  const std::string hold_over = recording.take(R"({"at": 100, "tick": true})");
  CHECK(hold_over.starts_with(R"({"at":90.0,"target":"claude","from":"unhealthy","to":"recovering")"));
  CHECK(advice_of(hold_over) ==
        Json{{"state", "recovering"}, {"action", "shift"}, {"primary_weight", 25}, {"retry_budget_ms", 4000}});
  CHECK(advice_of(recording.take(R"({"at": 110, "tick": true})"))["primary_weight"] == 50);
}

TEST_CASE("a report is evidence, once, and makes its model known") {
  Recording recording;
  const std::string line =
      R"({"at": 1, "report": {"reporter": "a", "batch_id": "1", "reports": [
          {"provider": "claude", "model": "claude-opus-4-6", "outcomes": {"ok": 40}}]}})";
  recording.take(line);
  const auto requests = [&] {
    const Target target{"claude", "claude-opus-4-6"};
    return recording.replay.core().passive.evidence(target, replay_instant(WallTime(seconds(3))).mono).requests;
  };
  recording.take(R"({"at": 3, "tick": true})");
  CHECK(requests() == 40);
  CHECK(advice_of(recording.take(R"({"at": 3, "tick": true})"), "claude/claude-opus-4-6")["state"] == "healthy");
  std::string again = line;
  again.replace(again.find("1"), 1, "3");
  CHECK(recording.take(again).empty());
  recording.take(R"({"at": 6, "tick": true})");
  CHECK(requests() == 40);
}

TEST_CASE("the same lines give the same bytes") {
  std::string outputs[2];
  for (std::string& output : outputs) {
    Recording recording;
    for (int second = 0; second < 40; ++second) {
      if (second % 10 == 0) output += recording.take(page_line(std::to_string(second), "operational"));
      output += recording.take(
          report_line(second + 0.5, std::to_string(second), second < 20 ? R"("ok": 9)" : R"("overloaded": 9)"));
      output += recording.take(fmt::format(R"({{"at": {}.75, "tick": true}})", second));
    }
  }
  CHECK(outputs[0] == outputs[1]);
  CHECK(outputs[0].find(R"("to":"unhealthy")") != std::string::npos);
}

TEST_CASE("a page may be bytes that are no page, and a fetch may fail: the source shows it, nothing changes") {
  Recording recording;
  recording.take(page_line("0", "operational"));
  const auto error_shown = [&] { return recording.replay.core().sources.at("claude").at("statuspage").error; };
  const auto fails = [&](const std::string& rest) {
    CHECK(recording.take(R"({"at": 1, "page": {"provider": "claude", "source": "statuspage", )" + rest + "}}")
              .empty());
    return error_shown();
  };
  CHECK(fails(R"("http_status": 200, "body": "<html>")").find("HTML") != std::string::npos);
  CHECK(fails(R"("http_status": 200, "body": "{\"page\":")") == "not JSON: byte 9 of 8");
  CHECK(fails(R"("http_status": 200)") == "not JSON: byte 1 of 0");
  CHECK(fails(R"("http_status": 503, "body": {})").find("503") != std::string::npos);
  CHECK(fails(R"("error": "timeout")") == "timeout");
  recording.take(page_line("2", "operational"));
  CHECK(error_shown().empty());
}

TEST_CASE("a 304 says that the page is as it was") {
  Recording recording;
  const std::string not_modified = R"("page": {"provider": "claude", "source": "statuspage", "http_status": 304}})";
  recording.take(R"({"at": 0, )" + not_modified);
  CHECK(recording.replay.core().sources.at("claude").at("statuspage").error ==
        "says 304 (not modified) before there was anything to modify");
  recording.take(page_line("1", "operational"));
  recording.take(R"({"at": 80, )" + not_modified);
  CHECK(advice_of(recording.take(R"({"at": 120, "tick": true})"))["state"] == "healthy");
}

TEST_CASE("of a source with several documents a line brings one; the other is the last that was seen") {
  Recording recording;
  const auto take = [&](int at, const std::string& body) {
    recording.take(fmt::format(
        R"({{"at": {}, "page": {{"provider": "openai", "source": "statuspage", "http_status": 200, "body": {}}}}})",
        at, body));
    return recording.replay.core().sources.at("openai").at("statuspage");
  };
  const auto components = [](const std::string& status) {
    return R"({"page": {"id": "01JMDK9XYNY6RXSED6SDWW50WY"}, "components": [)"
           R"({"id": "01JMXBRMFE6N2NNT7DG6XZQ6PW", "name": "Chat Completions", "status": ")" +
           status + R"("}]})";
  };
  take(0, components("operational"));
  const SourceState both =
      take(1, R"({"page": {"id": "01JMDK9XYNY6RXSED6SDWW50WY"}, "incidents": [{"id": "1", "name": "Errors",
                  "status": "investigating", "impact": "minor", "created_at": "1970-01-01T00:00:00Z"}]})");
  CAPTURE(both.error);
  REQUIRE(both.reading.has_value());
  CHECK(both.reading->components.front().status == "operational");
  CHECK(both.reading->incidents.size() == 1);
  const SourceState after = take(2, components("degraded_performance"));
  CHECK(after.reading->components.front().status == "degraded_performance");
  CHECK(after.reading->incidents.size() == 1);
}

TEST_CASE("a wrong line says where and what") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "not JSON: byte 1 of 0"},
      {"[]", "not a JSON object"},
      {R"({"tick": true})", "at: neither seconds since 1970 nor a time in RFC 3339"},
      {R"({"at": -1, "tick": true})", "at: not within the years 1970 to 9999"},
      {R"({"at": 1e300, "tick": true})", "at: not within the years 1970 to 9999"},
      {R"({"at": "noon", "tick": true})", "at: \"noon\" is not a time since 1970, as in 2026-11-23T10:00:01.250Z"},
      {R"({"at": "1969-01-01T00:00:00Z", "tick": true})",
       "at: \"1969-01-01T00:00:00Z\" is not a time since 1970, as in 2026-11-23T10:00:01.250Z"},
      {R"({"at": 1})", "needs exactly one of page, report and tick beside at"},
      {R"({"at": 1, "tick": true, "report": {}})", "needs exactly one of page, report and tick beside at"},
      {R"({"at": 1, "tick": 1})", "tick: not true"},
      {R"({"at": 1, "tock": true})", "unknown key \"tock\"; known are at, page, report, tick"},
      {R"({"at": 1, "page": 7})", "page: not an object"},
      {R"({"at": 1, "page": {"provider": "claude", "url": "x"}})",
       "page: unknown key \"url\"; known are provider, source, http_status, body, error"},
      {R"({"at": 1, "page": {"provider": "claud"}})",
       "page.provider: no provider \"claud\" is configured; known are claude, openai, gemini"},
      {R"({"at": 1, "page": {"provider": "claude", "source": "x"}})",
       "page.source: no source \"x\" of claude is configured; known are statuspage"},
      {R"({"at": 1, "page": {"provider": "claude", "source": "statuspage"}})",
       "page: needs either http_status or error"},
      {R"({"at": 1, "page": {"provider": "claude", "source": "statuspage", "http_status": 99}})",
       "page.http_status: not 100 to 599"},
      {R"({"at": 1, "page": {"provider": "claude", "source": "statuspage", "error": 3}})",
       "page.error: not a sentence"},
      {R"({"at": 1, "report": 7})", "report: must be an object"},
      {R"({"at": 1, "report": {"reporter": "a", "batch_id": "1", "reports": [{"provider": "x", "outcomes": {}}]}})",
       "report/reports/0/provider: no provider \"x\" is configured; known are claude, openai, gemini"},
  };
  for (const auto& [line, error] : rows) {
    CAPTURE(line);
    CHECK(error_of(line) == "error: " + error);
  }
}

TEST_CASE("words of a wrong line reach nobody raw") {
  const std::string error = error_of(R"({"at": 1, "\u001b[31m\nFAKE": true})");
  CHECK(error.find('\x1b') == std::string::npos);
  CHECK(error.find('\n') == std::string::npos);
}

}  // namespace
}  // namespace signalbox
