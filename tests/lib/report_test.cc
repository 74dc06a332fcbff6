#include "lib/report.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const Instant kNow = ManualClock().now;  // 2026-11-23T10:00:00Z

std::variant<ReportBatch, ReportProblem> parse(const std::string& body) { return parse_report_batch(body, kNow); }

/// "" or the pointer and the detail of what is wrong.
std::string problem(const std::string& body) {
  const auto read = parse(body);
  const auto* found = std::get_if<ReportProblem>(&read);
  return found == nullptr ? "" : found->pointer + ": " + found->detail;
}

std::string with_reports(const std::string& reports) {
  return R"({"reporter":"r","batch_id":"b","reports":[)" + reports + "]}";
}

}  // namespace

TEST_CASE("a batch is read whole: names, times without the skew, outcomes, statuses and errors added up") {
  const auto read = parse(R"({"reporter": "router-eu-1", "batch_id": "8d4f", "sent_at": "2026-11-23T10:00:10.250Z",
      "reports": [
        {"provider": "claude", "model": "claude-opus-4-6",
         "from": "2026-11-23T10:00:09.000Z", "to": "2026-11-23T10:00:10.000Z",
         "outcomes": {"ok": 95, "overloaded": 4, "timeout": 1},
         "status": {"200": 12, "529": 1, "429": 2}, "errors": {"overloaded_error": 3, "insufficient_quota": 5}},
        {"provider": "openai", "model": null, "status": {}}]})");
  REQUIRE(std::holds_alternative<ReportBatch>(read));
  const ReportBatch expected{
      .reporter = "router-eu-1",
      .batch_id = "8d4f",
      .at = kNow,
      .skew = Millis(10'250),
      .reports = {{.target = {"claude", "claude-opus-4-6"},
                   .to = kNow.wall - Millis(250),
                   .span = seconds(1),
                   .counts = counts({{Outcome::ok, 107},
                                     {Outcome::overloaded, 8},
                                     {Outcome::timeout, 1},
                                     {Outcome::throttled, 2},
                                     {Outcome::client_error, 5}})},
                  {.target = {"openai", ""}, .to = kNow.wall, .span = seconds(1), .counts = {}}},
      .ignored = {}};
  CHECK(std::get<ReportBatch>(read) == expected);
}

TEST_CASE("an empty batch is a heartbeat") {
  const auto read = parse(R"({"reporter":"r","batch_id":"b","reports":[]})");
  REQUIRE(std::holds_alternative<ReportBatch>(read));
  CHECK(std::get<ReportBatch>(read) == ReportBatch{.reporter = "r", .batch_id = "b", .at = kNow});
}

TEST_CASE("a word that nobody knows is listed, and spoils nothing") {
  const auto read = parse(with_reports(R"({"provider":"claude","errors":{"new/word":1,"api_error":2}})"));
  REQUIRE(std::holds_alternative<ReportBatch>(read));
  const auto& batch = std::get<ReportBatch>(read);
  CHECK(batch.ignored ==
        std::vector<IgnoredPart>{{"/reports/0/errors/new~1word", "nobody knows the error \"new/word\""}});
  CHECK(batch.reports.at(0).counts == counts({{Outcome::server_error, 2}}));
}

TEST_CASE("every mistake is named with the pointer to it") {
  const auto time_hint = std::string("must be an RFC 3339 time, like 2026-11-23T10:00:01.020Z");
  const auto count_hint = std::string("must be a whole number from 0 to 1000000000");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", ": must be an object"},
      {R"({"batch_id":"b","reports":[]})", "/reporter: must be a string of 1 to 128 printable ASCII characters"},
      {R"({"reporter":"r\u0007","batch_id":"b","reports":[]})",
       "/reporter: must be a string of 1 to 128 printable ASCII characters"},
      {R"({"reporter":"r","batch_id":7,"reports":[]})",
       "/batch_id: must be a string of 1 to 128 printable ASCII characters"},
      {R"({"reporter":"r","batch_id":"b"})", "/reports: must be an array; an empty one is a heartbeat"},
      {R"({"reporter":"r","batch_id":"b","reports":[],"batch":1})",
       "/batch: unknown member \"batch\"; there are reporter, batch_id, sent_at, reports"},
      {R"({"reporter":"r","batch_id":"b","reports":[],"sent_at":"10:00"})", "/sent_at: " + time_hint},
      {R"({"reporter":"r","batch_id":"b","reports":[],"sent_at":"2026-11-23T08:59:59Z"})",
       "/sent_at: is over an hour ago: whether this batch was counted already is not known any more"},
      {with_reports("1"), "/reports/0: must be an object"},
      {with_reports(R"({"provider":"claude","outcome":{"ok":1}})"),
       "/reports/0/outcome: unknown member \"outcome\"; there are provider, model, from, to, outcomes, status, "
       "errors"},
      {with_reports(R"({"provider":"claude","status":{}}, {"outcomes":{"ok":1}})"),
       "/reports/1/provider: must be the name of a provider: 1 to 64 of a-z 0-9 _ -"},
      {with_reports(R"({"provider":"claude","model":"opus 4","outcomes":{}})"),
       "/reports/0/model: must be the name of a model: 1 to 128 of A-Z a-z 0-9 . _ : @ / -"},
      {with_reports(R"({"provider":"claude","model":4,"outcomes":{}})"),
       "/reports/0/model: must be the name of a model: 1 to 128 of A-Z a-z 0-9 . _ : @ / -"},
      {with_reports(R"({"provider":"claude"})"), "/reports/0: has no counts: outcomes, status or errors"},
      {with_reports(R"({"provider":"claude","outcomes":[1]})"), "/reports/0/outcomes: must be an object of counts"},
      {with_reports(R"({"provider":"claude","outcomes":{"okay":1}})"),
       "/reports/0/outcomes/okay: unknown outcome; there are ok, overloaded, server_error, timeout, connect_error, "
       "throttled, client_error, cancelled"},
      {with_reports(R"({"provider":"claude","outcomes":{"ok":-1}})"), "/reports/0/outcomes/ok: " + count_hint},
      {with_reports(R"({"provider":"claude","outcomes":{"ok":1.5}})"), "/reports/0/outcomes/ok: " + count_hint},
      {with_reports(R"({"provider":"claude","outcomes":{"ok":true}})"), "/reports/0/outcomes/ok: " + count_hint},
      {with_reports(R"({"provider":"claude","outcomes":{"ok":1000000001}})"),
       "/reports/0/outcomes/ok: " + count_hint},
      {with_reports(R"({"provider":"claude","outcomes":{"ok":18446744073709551615}})"),
       "/reports/0/outcomes/ok: " + count_hint},
      {with_reports(R"({"provider":"claude","status":{"99":1}})"),
       "/reports/0/status/99: must be an HTTP status, 100 to 599"},
      {with_reports(R"({"provider":"claude","status":{"600":1}})"),
       "/reports/0/status/600: must be an HTTP status, 100 to 599"},
      {with_reports(R"({"provider":"claude","outcomes":{},"to":5})"), "/reports/0/to: " + time_hint},
      {with_reports(R"({"provider":"claude","outcomes":{},"to":"2026-11-23T10:00:05.001Z"})"),
       "/reports/0/to: is more than 5 s in the future; sent_at takes the skew of a clock out"},
      {with_reports(
           R"({"provider":"claude","outcomes":{},"from":"2026-11-23T10:00:00Z","to":"2026-11-23T09:59:59Z"})"),
       "/reports/0/from: is later than the end of the report"},
  };
  for (const auto& [body, expected] : cases) {
    CAPTURE(body);
    CHECK(problem(body) == expected);
  }
  CHECK(problem("{\"reporter\":").starts_with(": "));
}

TEST_CASE("an outcome's count has one bound, under however many keys it comes") {
  CHECK(problem(with_reports(R"({"provider":"claude","outcomes":{"overloaded":999999999},"status":{"529":1}})")) ==
        "");
  CHECK(problem(with_reports(R"({"provider":"claude","outcomes":{"overloaded":1000000000},"status":{"529":1}})")) ==
        "/reports/0/status/529: takes the report's overloaded above 1000000000");
  CHECK(problem(with_reports(R"({"provider":"claude","status":{"500":600000000,"501":600000000}})")) ==
        "/reports/0/status/501: takes the report's server_error above 1000000000");
  CHECK(problem(with_reports(R"({"provider":"claude","status":{"500":1000000000,"529":1000000000}})")) == "");
}

TEST_CASE("a clock that is wrong is corrected before its times are judged") {
  CHECK(problem(R"({"reporter":"r","batch_id":"b","sent_at":"2026-11-23T10:30:00Z","reports":[
      {"provider":"claude","outcomes":{"ok":1},"to":"2026-11-23T10:30:00Z"}]})") == "");
  CHECK(problem(R"({"reporter":"r","batch_id":"b","sent_at":"2026-11-23T09:30:00Z","reports":[
      {"provider":"claude","outcomes":{"ok":1},"to":"2026-11-23T10:00:00Z"}]})") ==
        "/reports/0/to: is more than 5 s in the future; sent_at takes the skew of a clock out");
}

TEST_CASE("more reports than a batch may have are too large, not wrong") {
  std::string reports = R"({"provider":"claude","outcomes":{}})";
  for (int i = 0; i < 1000; ++i) reports += R"(,{"provider":"claude","outcomes":{}})";
  const auto read = parse(with_reports(reports));
  REQUIRE(std::holds_alternative<ReportProblem>(read));
  CHECK(std::get<ReportProblem>(read) ==
        ReportProblem{"/reports", "has 1001 reports; at most 1000 may be sent at once", true});
}

TEST_CASE("a hostile key neither fills the answer nor leaves its line") {
  const std::string found =
      problem(with_reports(R"({"provider":"claude","a\n)" + std::string(5000, 'x') + R"(":1})"));
  CHECK(found.size() < 500);
  CHECK(found.find('\n') == std::string::npos);
}

TEST_CASE("a batch's key is that of reporter and id together") {
  CHECK(batch_key("a", "b") == batch_key("a", "b"));
  CHECK(batch_key("a", "b") != batch_key("b", "a"));
  CHECK(batch_key("ab", "c") != batch_key("a", "bc"));
  CHECK(batch_key("", "abc") != batch_key("abc", ""));
}
