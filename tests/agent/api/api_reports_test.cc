/// POST /v1/reports and GET /v1/reporters as functions: what becomes of a batch, and how its reporter is told.
#include <doctest/doctest.h>

#include "tests/support/api.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const std::string kBatch =
    R"({"reporter": "router-1", "batch_id": "b1", "reports": [{"provider": "claude", "outcomes": {"ok": 3}}]})";

struct Api {
  Snapshot snapshot = api_snapshot();
  FakeWrites writes;
  ApiReply post(const std::string& body, const Caller& caller = {}) {
    return write({snapshot, nullptr, ManualClock().now}, writes, "POST", "/v1/reports", body, caller);
  }
};

std::string header(const ApiReply& reply, const std::string& name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("a batch that is stored is acknowledged with what became of it") {
  Api api;
  api.writes.verdict = {
      .key = 7, .accepted = 2, .ignored = {{"/reports/1/provider", "nobody configured \"acme\""}}};
  CHECK(
      show(api.post(kBatch)) ==
      "200 application/json\nCache-Control: no-store\n\n"
      R"({"accepted":2,"duplicate":false,"ignored":[{"pointer":"/reports/1/provider","why":"nobody configured \"acme\""}]})");
  REQUIRE(api.writes.batches.size() == 1);
  CHECK(std::variant<ReportBatch, ReportProblem>(api.writes.batches.front()) ==
        parse_report_batch(kBatch, ManualClock().now));
}

TEST_CASE("a batch that was known already says so") {
  Api api;
  api.writes.verdict = {.duplicate = true, .accepted = 0};
  CHECK(api.post(kBatch).body == R"({"accepted":0,"duplicate":true,"ignored":[]})");
}

TEST_CASE("what is not on disk is not acknowledged, and the reporter is told when to come again") {
  Api api;
  struct Row {
    Taken how;
    Millis retry_after;
    int status;
    std::string header;
  };
  for (const Row& row :
       {Row{Taken::not_stored, seconds(1), 503, "1"}, Row{Taken::refused, seconds(1), 503, "1"},
        Row{Taken::too_fast, Millis(5), 429, "1"}, Row{Taken::too_fast, Millis(1'001), 429, "2"}}) {
    api.writes.how = row.how;
    api.writes.retry_after = row.retry_after;
    const ApiReply reply = api.post(kBatch);
    CHECK(reply.status == row.status);
    CHECK(reply.content_type == "application/problem+json");
    CHECK(header(reply, "Retry-After") == row.header);
  }
}

TEST_CASE("a mistake in the body is named with its place, and nothing of the batch is taken") {
  Api api;
  struct Row {
    std::string body;
    int status;
    std::string pointer;
  };
  std::string many;
  for (int i = 0; i < 1001; ++i) many += std::string(i == 0 ? "" : ",") + R"({"provider":"a","status":{"200":1}})";
  const Row rows[] = {
      {"", 400, ""},
      {"[]", 400, ""},
      {"{", 400, ""},
      {R"({"reporter": "a", "batch_id": "b"})", 400, "/reports"},
      {R"({"reporter": "a", "batch_id": "b", "reports": [{"provider": "claude", "outcomes": {"okay": 1}}]})", 400,
       "/reports/0/outcomes/okay"},
      {R"({"reporter": "a", "batch_id": "b", "reports": [)" + many + "]}", 413, "/reports"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body.substr(0, 100));
    const ApiReply reply = api.post(row.body);
    CHECK(reply.status == row.status);
    CHECK(reply.content_type == "application/problem+json");
    CHECK(reply.body.find("\"pointer\":\"" + row.pointer + "\"") != std::string::npos);
  }
  CHECK(api.writes.batches.empty());
  CHECK(api.writes.turned_away == std::ssize(rows));
}

TEST_CASE("the reporters are those of the snapshot") {
  Snapshot snapshot = api_snapshot();
  snapshot.reporters = R"({"reporters":[]})";
  CHECK(show(get({snapshot, nullptr, ManualClock().now}, "/v1/reporters")) ==
        "200 application/json\nCache-Control: max-age=1\n\n{\"reporters\":[]}");
}

TEST_CASE("a reporter's token is good for its own name; others have none to claim") {
  Api api;
  const Caller router{.grant = Grant{Role::reporter, "router-1"}};
  CHECK(api.post(kBatch, router).status == 200);
  for (const char* name : {"router-2", "router-1 ", "Router-1", "router-11"}) {
    CAPTURE(name);
    const ApiReply refused = api.post(kBatch, {.grant = Grant{Role::reporter, name}});
    CHECK(refused.status == 403);
    CHECK(refused.body.find(R"("title":"Forbidden")") != std::string::npos);
    CHECK(refused.body.find(R"("pointer":"/reporter")") != std::string::npos);
  }
  CHECK(api.writes.batches.size() == 1);
  CHECK(api.post(kBatch, {.grant = Grant{Role::reader, ""}}).status == 200);  // where reports need no token
}
