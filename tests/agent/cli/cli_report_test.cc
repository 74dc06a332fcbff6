#include <doctest/doctest.h>
#include <fmt/format.h>

#include "agent/cli/report_command.h"
#include "lib/rfc3339.h"
#include "tests/support/command_line.h"
#include "tests/support/fake_page.h"

namespace signalbox {
namespace {

using testing::FakePage;
using testing::run_command;

constexpr const char* kPath = "/v1/reports";
constexpr const char* kStored = R"({"accepted": 1, "duplicate": false, "ignored": []})";

WallTime noon() { return *parse_rfc3339("2026-11-23T12:00:00Z"); }

/// Runs `report` against an agent that gives these answers in turn; pauses are only written down.
struct Script {
  explicit Script(std::vector<testing::FakeAnswer> answers) {
    page.on(kPath, testing::in_turn(std::move(answers)));
  }

  int run(const ReportOptions& options, const std::string& input = "") {
    std::istringstream in(input);
    const auto address = parse_agent_address(page.url(""));
    REQUIRE(address);
    const auto client = AgentClient::make(*address);
    REQUIRE(client);
    return report_command({out, err}, *client, options, in, [&](Millis pause) { pauses.push_back(pause.count()); });
  }
  Json sent(size_t index = 0) const {
    const auto json = parse_json(page.requests().at(index).body);
    REQUIRE(json);
    return *json;
  }

  FakePage page;
  std::ostringstream out;
  std::ostringstream err;
  std::vector<int64_t> pauses;
};

ReportOptions usual() {
  return {.counts = {"ok=95"}, .provider = "claude", .reporter = "script", .batch_id = "b1"};
}

TEST_CASE("flags become a batch of one report") {
  const auto batch = batch_of_flags({.counts = {"ok=95", "overloaded=4", "status:529=1", "ok=5"},
                                     .provider = "claude",
                                     .model = "claude-opus-4-6",
                                     .reporter = "script",
                                     .batch_id = "b1",
                                     .span = "1m"},
                                    noon());
  REQUIRE(batch);
  CHECK(*batch == Json{{"reporter", "script"},
                       {"batch_id", "b1"},
                       {"reports",
                        {{{"provider", "claude"},
                          {"model", "claude-opus-4-6"},
                          {"from", "2026-11-23T11:59:00.000Z"},
                          {"to", "2026-11-23T12:00:00.000Z"},
                          {"outcomes", {{"ok", 100}, {"overloaded", 4}}},
                          {"status", {{"529", 1}}}}}}});
}

TEST_CASE("the reporter is this host, and a batch's name is drawn anew, when nobody gives them") {
  const ReportOptions options{.counts = {"ok=1"}, .provider = "claude"};
  const auto one = batch_of_flags(options, noon());
  const auto other = batch_of_flags(options, noon());
  REQUIRE(one);
  REQUIRE(other);
  CHECK_FALSE(one->at("reporter").get<std::string>().empty());
  CHECK(one->at("batch_id").get<std::string>().size() == 32);
  CHECK(one->at("batch_id") != other->at("batch_id"));
}

TEST_CASE("what is wrong with the flags is said by name") {
  const auto error_of = [](ReportOptions options) {
    const auto batch = batch_of_flags(options, noon());
    return batch ? std::string() : batch.error().message;
  };
  CHECK(error_of({.counts = {"ok"}, .provider = "claude"}) ==
        "\"ok\": give OUTCOME=COUNT or status:CODE=COUNT, as in ok=95 status:529=1");
  CHECK(error_of({.counts = {"95"}, .provider = "claude"}).starts_with("\"95\": give"));
  CHECK(error_of({.counts = {"ok=-1"}, .provider = "claude"}).starts_with("\"ok=-1\": give"));
  CHECK(error_of({.counts = {"ok=1.5"}, .provider = "claude"}).starts_with("\"ok=1.5\": give"));
  CHECK(error_of({.counts = {"fine=1"}, .provider = "claude"}) ==
        "\"fine\" is not an outcome; known are ok, overloaded, server_error, timeout, connect_error, throttled, "
        "client_error, cancelled");
  CHECK(error_of({.counts = {"ok=1"}}) == "--provider is missing: whose outcomes are these?");
  CHECK(error_of({.counts = {"ok=1"}, .provider = "Claude!"}).starts_with("\"Claude!\" is not a target"));
  CHECK(error_of({.counts = {"ok=1"}, .provider = "claude", .span = "soon"}) ==
        "--span: give a time such as 1s, 60s or 5m");
  CHECK(run_command({"report", "fine=1", "--provider", "claude", "--url", FakePage().url("")}).code == 64);
}

TEST_CASE("a batch that is stored is said so, with the name under which it was") {
  Script script({testing::reply(200, kStored)});
  CHECK(script.run(usual()) == 0);
  CHECK(script.out.str() == "1 report stored as batch b1\n");
  const testing::FakeRequest request = script.page.requests().front();
  CHECK(request.method == "POST");
  CHECK(request.header("content-type") == "application/json");
  CHECK(script.sent().contains("sent_at"));
}

TEST_CASE("a duplicate is no failure, and what the agent ignores is named") {
  Script again({testing::reply(200, R"({"accepted": 1, "duplicate": true, "ignored": []})")});
  CHECK(again.run(usual()) == 0);
  CHECK(again.out.str() == "batch b1 was stored before: nothing is counted twice\n");

  Script ignored({testing::reply(200, R"({"accepted": 0, "duplicate": false,
               "ignored": [{"pointer": "/reports/0/provider", "why": "no provider mistral is configured"}]})")});
  CHECK(ignored.run(usual()) == 65);
  CHECK(ignored.err.str() == "signalbox: ignored /reports/0/provider: no provider mistral is configured\n");
}

TEST_CASE("the same batch is sent again, later and later, until it is stored") {
  Script script({testing::reply(503, "{}"), testing::reply(500, "{}"),
                 testing::reply(429, "{}", {{"Retry-After", "3"}}), testing::reply(200, kStored)});
  CHECK(script.run(usual()) == 0);
  CHECK(script.pauses == std::vector<int64_t>{250, 500, 3000});
  CHECK(script.page.requests().size() == 4);
  CHECK(script.sent(0)["batch_id"] == script.sent(3)["batch_id"]);
  CHECK(script.sent(0)["reports"] == script.sent(3)["reports"]);
}

TEST_CASE("patience ends: nobody took it") {
  Script once({testing::reply(503, R"({"detail": "the disk is full"})")});
  ReportOptions options = usual();
  options.retry_for = "0";
  CHECK(once.run(options) == 69);
  CHECK(once.pauses.empty());
  CHECK(once.err.str() ==
        "signalbox: the agent at " + once.page.url("") + " answered HTTP 503: the disk is full\n");

  Script asks_too_much({testing::reply(429, "{}", {{"Retry-After", "60"}})});
  options.retry_for = "10s";
  CHECK(asks_too_much.run(options) == 69);
  CHECK(asks_too_much.pauses.empty());
}

TEST_CASE("a batch that is refused is not sent again, and the place is named") {
  Script bad({testing::reply(400, R"({"detail": "must be a string", "pointer": "/reporter"})")});
  CHECK(bad.run(usual()) == 65);
  CHECK(bad.page.requests().size() == 1);
  CHECK(bad.err.str() ==
        "signalbox: the agent at " + bad.page.url("") + " answered HTTP 400: must be a string (at /reporter)\n");
  Script denied({testing::reply(401, "{}")});
  CHECK(denied.run(usual()) == 77);
}

TEST_CASE("a body on standard input goes as it is; the reporter and a name are added where it has none") {
  Script script({testing::reply(200, kStored)});
  CHECK(script.run({.counts = {"-"}, .reporter = "other"},
                   R"({"reporter": "me", "batch_id": "x", "sent_at": "2026-11-23T12:00:00Z", "reports": []})") ==
        0);
  CHECK(script.sent() == Json{{"reporter", "other"},
                              {"batch_id", "x"},
                              {"sent_at", "2026-11-23T12:00:00Z"},
                              {"reports", Json::array()}});
  const auto filled = batch_of_text(R"({"reports": []})", {});
  REQUIRE(filled);
  CHECK(filled->contains("reporter"));
  CHECK(filled->contains("batch_id"));

  const std::string closed = FakePage().url("");
  const auto not_json = run_command({"report", "-", "--url", closed}, "{");
  CHECK(not_json.code == 65);
  CHECK(not_json.err == "signalbox: standard input: not JSON: byte 2 of 1\n");
  CHECK(run_command({"report", "-", "--url", closed}, "[]").err ==
        "signalbox: standard input: not a JSON object\n");
}

TEST_CASE("an agent that is not there is 69, and the script knows that nothing is stored") {
  const std::string closed = FakePage().url("");
  const auto result = run_command({"report", "ok=1", "--provider", "claude", "--retry-for", "0", "--url", closed});
  CHECK(result.code == 69);
  CHECK(result.err.ends_with("; the batch is not stored\n"));
}

}  // namespace
}  // namespace signalbox
