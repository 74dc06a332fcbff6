#include <doctest/doctest.h>

#include "tests/support/api.h"
#include "tests/support/records.h"

using namespace signalbox;
using testing::FakeHistory;
using testing::Query;
using testing::show;

namespace {

constexpr const char* kLongAgo = "2026-11-22T09:00:00+01:00";
constexpr const char* kNow = "2026-11-23t10:00:00z";

struct Fixture {
  Snapshot snapshot = testing::api_snapshot();
  FakeHistory history;
  ApiContext context{snapshot, &history, snapshot.as_of};

  ApiReply get(const std::string& path, const Query& query = {}) const {
    return testing::get(context, path, query);
  }
};

/// The sentence of a 400 that names `parameter`; the whole reply when it is another.
std::string refusal(const ApiReply& reply, const std::string& parameter) {
  const std::string before =
      "400 application/problem+json\nCache-Control: no-store\n\n"
      R"({"type":"about:blank","title":"Bad Request","status":400,"detail":")";
  const std::string after = R"(","parameter":")" + parameter + "\"}";
  const std::string text = show(reply);
  if (!text.starts_with(before) || !text.ends_with(after)) return text;
  return text.substr(before.size(), text.size() - before.size() - after.size());
}

const std::string kNotAvailable =
    "503 application/problem+json\nCache-Control: no-store\nRetry-After: 5\n\n"
    R"({"type":"about:blank","title":"Service Unavailable","status":503,)"
    R"("detail":"history is not available; health answers go on"})";

}  // namespace

TEST_CASE_FIXTURE(Fixture, "transitions are rows with their evidence as JSON, and the way to the next page") {
  TransitionRecord unproven = transition(7, {"claude", "claude-opus-4-6"});
  unproven.evidence = "";
  history.transitions_page =
      HistoryPage<TransitionRecord>{{transition(8), unproven}, "t00000000000000010000000000000002"};
  CHECK(show(get("/v1/transitions")) ==
        "200 application/json\nCache-Control: max-age=1\n\n"
        R"({"transitions":[{"at":"2026-11-23T10:00:08.000Z","target":"claude","from":"healthy","to":"unhealthy",)"
        R"("why":"62 % of 418 requests failed","evidence":{"official":{"level":"none"}},"generation":8},)"
        R"({"at":"2026-11-23T10:00:07.000Z","target":"claude/claude-opus-4-6","from":"healthy","to":"unhealthy",)"
        R"("why":"62 % of 418 requests failed","evidence":null,"generation":7}],)"
        R"("next_cursor":"t00000000000000010000000000000002"})");
  CHECK(show(get("/v1/transitions")).find("\"official\":{\"level\"") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "evidence keeps its members in their order, and is null where it is no object") {
  const std::pair<std::string, std::string> kCases[] = {
      {R"({"z":1,"a":[{}]})", R"({"z":1,"a":[{}]})"},
      {"{\"a\":", "null"},
      {"[]", "null"},
      {"3", "null"},
      {"{\"a\":\"\xFF\"}", "null"},
      {R"({"a":)" + std::string(100'000, '['), "null"},
  };
  for (const auto& [stored, expected] : kCases) {
    TransitionRecord record = transition(8);
    record.evidence = stored;
    history.transitions_page = HistoryPage<TransitionRecord>{{record}, ""};
    CHECK(get("/v1/transitions").body.find("\"evidence\":" + expected + ",\"generation\"") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "incidents are rows; what the page did not say is null") {
  IncidentRecord sparse = incident("i2");
  sparse.started_at = sparse.updated_at = std::nullopt;
  sparse.url = "";
  sparse.scope = {};
  history.incidents_page = HistoryPage<IncidentRecord>{{incident("i1"), sparse}, ""};
  CHECK(
      show(get("/v1/incidents")) ==
      "200 application/json\nCache-Control: max-age=1\n\n"
      R"({"incidents":[{"provider":"claude","source":"statuspage","id":"i1",)"
      R"("name":"Elevated errors on Claude Opus 4.6","impact":"major","status":"investigating",)"
      R"("started_at":"2026-11-23T09:51:00.000Z","first_seen_at":"2026-11-23T10:00:00.000Z",)"
      R"("updated_at":"2026-11-23T09:58:00.000Z","resolved_at":null,)"
      R"("url":"https://status.claude.com/incidents/i1","scope":["claude-opus-4-6"]},)"
      R"({"provider":"claude","source":"statuspage","id":"i2","name":"Elevated errors on Claude Opus 4.6",)"
      R"("impact":"major","status":"investigating","started_at":null,)"
      R"("first_seen_at":"2026-11-23T10:00:00.000Z","updated_at":null,"resolved_at":null,"url":null,"scope":[]}],)"
      R"("next_cursor":null})");
}

TEST_CASE_FIXTURE(Fixture, "no rows are an empty page") {
  CHECK(get("/v1/transitions").body == R"({"transitions":[],"next_cursor":null})");
  CHECK(get("/v1/incidents").body == R"({"incidents":[],"next_cursor":null})");
}

TEST_CASE_FIXTURE(Fixture, "the parameters reach the database, and 100 rows are a page where nobody says") {
  get("/v1/transitions");
  REQUIRE(history.asked_transitions);
  CHECK(history.asked_transitions->target == std::nullopt);
  CHECK(history.asked_transitions->since == std::nullopt);
  CHECK(history.asked_transitions->until == std::nullopt);
  CHECK(history.asked_transitions->limit == 100);
  CHECK(history.asked_transitions->cursor.empty());

  get("/v1/transitions", {{"target", "gemini/models/gemini-2.5-pro"},
                          {"since", kLongAgo},
                          {"until", kNow},
                          {"limit", "1000"},
                          {"cursor", "t1"},
                          {"no-such-parameter", "x"}});
  CHECK(history.asked_transitions->target == Target{"gemini", "models/gemini-2.5-pro"});
  CHECK(history.asked_transitions->since == kMorning - hours(26));
  CHECK(history.asked_transitions->until == kMorning);
  CHECK(history.asked_transitions->limit == 1000);
  CHECK(history.asked_transitions->cursor == "t1");

  get("/v1/incidents", {{"provider", "claude"}, {"since", kLongAgo}, {"limit", "1"}, {"cursor", "i1"}});
  REQUIRE(history.asked_incidents);
  CHECK(history.asked_incidents->provider == "claude");
  CHECK(history.asked_incidents->since == kMorning - hours(26));
  CHECK(history.asked_incidents->limit == 1);
  CHECK(history.asked_incidents->cursor == "i1");
}

TEST_CASE_FIXTURE(Fixture, "a malformed parameter is refused by name before the database is asked") {
  const std::string limit = "limit must be a whole number from 1 to 1000";
  const std::string target = "target must be a provider or provider/model, like claude/claude-opus-4-6";
  const std::string provider = "provider must be a provider's name: 1-64 of a-z 0-9 _ -";
  const auto time = [](const std::string& name) {
    return name + " must be a time as in RFC 3339, like 2026-11-23T10:00:00Z";
  };
  const struct {
    const char* path;
    const char* name;
    const char* value;
    std::string detail;
  } kCases[] = {
      {"/v1/transitions", "limit", "0", limit},
      {"/v1/transitions", "limit", "1001", limit},
      {"/v1/transitions", "limit", "-1", limit},
      {"/v1/transitions", "limit", "", limit},
      {"/v1/transitions", "limit", "10 ", limit},
      {"/v1/transitions", "limit", "99999999999999999999", limit},
      {"/v1/incidents", "limit", "1.5", limit},
      {"/v1/transitions", "target", "", target},
      {"/v1/transitions", "target", "claude/", target},
      {"/v1/transitions", "target", "Claude", target},
      {"/v1/incidents", "provider", "", provider},
      {"/v1/incidents", "provider", "claude/claude-opus-4-6", provider},
      {"/v1/transitions", "since", "24h", time("since")},
      {"/v1/transitions", "since", "2026-11-23T10:00:00", time("since")},
      {"/v1/transitions", "until", "2026-02-30T10:00:00Z", time("until")},
      {"/v1/incidents", "since", "1795428000", time("since")},
  };
  for (const auto& [path, name, value, detail] : kCases) {
    CAPTURE(path);
    CAPTURE(name);
    CAPTURE(value);
    CHECK(refusal(get(path, {{name, value}}), name) == detail);
  }
  CHECK_FALSE(history.asked_transitions);
  CHECK_FALSE(history.asked_incidents);
}

TEST_CASE_FIXTURE(Fixture, "a cursor that is not ours is the asker's mistake") {
  history.transitions_page = Error{kBadCursor};
  history.incidents_page = Error{kBadCursor};
  CHECK(refusal(get("/v1/transitions", {{"cursor", "x"}}), "cursor") == kBadCursor);
  CHECK(refusal(get("/v1/incidents", {{"cursor", "x"}}), "cursor") == kBadCursor);
}

TEST_CASE_FIXTURE(Fixture, "a history that fails is not available, and nothing of why leaks") {
  history.transitions_page = Error{"history: unable to open /var/lib/signalbox/signalbox.db (SQLITE_CANTOPEN)"};
  history.incidents_page = Error{"history: database disk image is malformed"};
  CHECK(show(get("/v1/transitions")) == kNotAvailable);
  CHECK(show(get("/v1/incidents")) == kNotAvailable);
}

TEST_CASE_FIXTURE(Fixture, "without a database history is not available, but a mistake is still named") {
  const ApiContext without{snapshot, nullptr, snapshot.as_of};
  CHECK(show(testing::get(without, "/v1/transitions")) == kNotAvailable);
  CHECK(show(testing::get(without, "/v1/incidents")) == kNotAvailable);
  CHECK(testing::get(without, "/v1/transitions", {{"limit", "0"}}).status == 400);
}
