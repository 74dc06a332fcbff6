/// The word of a person, as functions: who may say it, what it may say, and how it is answered.
#include <doctest/doctest.h>

#include "agent/api/override_body.h"
#include "tests/support/api.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const Caller kDana{.is_unix = true, .uid = 1000};
const std::string kTerms =
    R"({"state": "unhealthy", "reason": "INC-1234, finance closes at 18:00", "by": "dana", "ttl_s": 3600})";
const std::string kOverridden = R"({"overrides":[{"target":"claude/claude-opus-4-6","state":"unhealthy"}]})";

struct Api {
  Snapshot snapshot = api_snapshot();
  FakeWrites writes;
  Api() { snapshot.overrides = kOverridden; }
  ApiReply put(const std::string& target, const std::string& body, const Caller& caller = kDana) {
    return write({snapshot, nullptr, ManualClock().now}, writes, "PUT", "/v1/overrides/" + target, body, caller);
  }
  ApiReply clear(const std::string& target, const Caller& caller = kDana) {
    return write({snapshot, nullptr, ManualClock().now}, writes, "DELETE", "/v1/overrides/" + target, "", caller);
  }
};

}  // namespace

TEST_CASE("an override is answered with when it was set and when it ends") {
  Api api;
  CHECK(
      show(api.put("claude", kTerms)) ==
      "200 application/json\nCache-Control: no-store\n\n"
      R"({"target":"claude","state":"unhealthy","primary_weight":0,"reason":"INC-1234, finance closes at 18:00",)"
      R"x("by":"dana (uid 1000)","set_at":"2026-11-23T10:00:00.000Z","expires_at":"2026-11-23T11:00:00.000Z","stored":true})x");
  REQUIRE(api.writes.changes.size() == 1);
  const OverrideChange& change = api.writes.changes.front();
  const Instant now = ManualClock().now;
  CHECK(change.target == Target{"claude", ""});
  CHECK(change.terms == Override{.state = State::unhealthy,
                                 .primary_weight = 0,
                                 .reason = "INC-1234, finance closes at 18:00",
                                 .by = "dana (uid 1000)",
                                 .set_at = now,
                                 .expires_at = now + hours(1)});
  CHECK(change.by == "dana (uid 1000)");
  CHECK(change.at == now);
}

TEST_CASE("beside the name that somebody gives stands what is known of them") {
  CHECK(overrider("", kDana) == "uid 1000");
  CHECK(overrider("dana", kDana) == "dana (uid 1000)");
  CHECK(overrider("", Caller{.is_unix = true}) == "uid unknown");
  CHECK(overrider("", Caller{.is_unix = true, .uid = 33, .forwarded = true}) == "uid 33, through a proxy");
  CHECK(overrider("dana", Caller{.address = "192.0.2.7"}) == "dana (operator token from 192.0.2.7)");
}

TEST_CASE("a weight that is not given is the state's") {
  Api api;
  for (const auto& [state, weight] :
       {std::pair("healthy", 100), std::pair("degraded", 100), std::pair("unhealthy", 0)}) {
    api.put("openai", std::string(R"({"state": ")") + state + R"(", "reason": "r", "ttl_s": 1})");
    CHECK(api.writes.changes.back().terms->primary_weight == weight);
  }
  api.put("openai/gpt-5/x", R"({"state": "degraded", "primary_weight": 30, "reason": "r", "ttl_s": 604800})");
  CHECK(api.writes.changes.back().terms->primary_weight == 30);
  CHECK(api.writes.changes.back().target == Target{"openai", "gpt-5/x"});
}

TEST_CASE("an override that could not be stored is in force, and says that a restart forgets it") {
  Api api;
  api.writes.how = Taken::not_stored;
  const ApiReply put = api.put("claude", kTerms);
  CHECK(put.status == 200);
  CHECK(put.body.ends_with(R"("stored":false})"));
  const ApiReply cleared = api.clear("claude/claude-opus-4-6");
  CHECK(cleared.status == 200);
  CHECK(cleared.body == R"({"target":"claude/claude-opus-4-6","override":null,"by":"uid 1000","stored":false})");
  api.writes.how = Taken::refused;
  CHECK(api.put("claude", kTerms).status == 503);
}

TEST_CASE("what nobody configured cannot be overridden, and what is not overridden cannot be cleared") {
  Api api;
  for (const char* target : {"acme", "acme/model", "Claude", "claude/"}) {
    CAPTURE(target);
    CHECK(api.put(target, kTerms).status == 404);
    CHECK(api.clear(target).status == 404);
  }
  CHECK(api.clear("claude").status == 404);  // its model's is not its own
  CHECK(api.clear("claude/claude-haiku-4-5").status == 404);
  CHECK(api.writes.changes.empty());
  CHECK(api.clear("claude/claude-opus-4-6").status == 200);
  CHECK_FALSE(api.writes.changes.back().terms.has_value());
}

TEST_CASE("a mistake in an override is named with its place, and nothing is changed") {
  Api api;
  struct Row {
    std::string body;
    std::string pointer;
  };
  const std::string rest = R"(, "reason": "r", "ttl_s": 60})";
  const Row rows[] = {
      {"", ""},
      {"[]", ""},
      {R"({"state": "unhealthy", "reason": "r", "ttl_s": 60, "until": "noon"})", "/until"},
      {R"({"a/b~c": 1, "state": "unhealthy", "reason": "r", "ttl_s": 60})", "/a~1b~0c"},
      {R"({"reason": "r", "ttl_s": 60})", "/state"},
      {R"({"state": "recovering")" + rest, "/state"},
      {R"({"state": 1)" + rest, "/state"},
      {R"({"state": "healthy", "primary_weight": 101)" + rest, "/primary_weight"},
      {R"({"state": "healthy", "primary_weight": -1)" + rest, "/primary_weight"},
      {R"({"state": "healthy", "primary_weight": 1.5)" + rest, "/primary_weight"},
      {R"({"state": "healthy", "primary_weight": "5")" + rest, "/primary_weight"},
      {R"({"state": "healthy", "ttl_s": 60})", "/reason"},
      {R"({"state": "healthy", "reason": "", "ttl_s": 60})", "/reason"},
      {R"({"state": "healthy", "reason": "a\u001b[31mb", "ttl_s": 60})", "/reason"},
      {R"({"state": "healthy", "reason": "two\nlines", "ttl_s": 60})", "/reason"},
      {R"({"state": "healthy", "reason": ")" + std::string(1001, 'r') + R"(", "ttl_s": 60})", "/reason"},
      {R"({"state": "healthy", "by": "")" + rest, "/by"},
      {R"({"state": "healthy", "by": 7)" + rest, "/by"},
      {R"({"state": "healthy", "by": ")" + std::string(101, 'b') + "\"" + rest, "/by"},
      {R"({"state": "healthy", "reason": "r"})", "/ttl_s"},
      {R"({"state": "healthy", "reason": "r", "ttl_s": 0})", "/ttl_s"},
      {R"({"state": "healthy", "reason": "r", "ttl_s": 604801})", "/ttl_s"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const ApiReply reply = api.put("claude", row.body);
    CHECK(reply.status == 400);
    CHECK(reply.body.find("\"pointer\":\"" + row.pointer + "\"") != std::string::npos);
  }
  CHECK(api.writes.changes.empty());
  std::string longest;
  for (int i = 0; i < 1000; ++i) longest += "ö";
  CHECK(api.put("claude", R"({"state": "healthy", "reason": ")" + longest + R"(", "ttl_s": 60})").status == 200);
}

TEST_CASE("the overrides are those of the snapshot, with their history, or without where it cannot be read") {
  const Api api;
  const Instant now = ManualClock().now;
  const std::string head = "200 application/json\nCache-Control: max-age=1\n\n";
  const std::string in_force = kOverridden.substr(0, kOverridden.size() - 1);
  CHECK(show(get({api.snapshot, nullptr, now}, "/v1/overrides")) == head + in_force + R"(,"history":null})");
  FakeHistory history;
  history.override_rows = std::vector{OverrideRecord{.at = now.wall,
                                                     .target = {"claude", ""},
                                                     .action = OverrideAction::expired,
                                                     .reason = "INC-1",
                                                     .expires_at = now.wall}};
  CHECK(
      show(get({api.snapshot, &history, now}, "/v1/overrides", {{"limit", "7"}})) ==
      head + in_force +
          R"(,"history":[{"at":"2026-11-23T10:00:00.000Z","target":"claude","action":"expired","by":null,)"
          R"("state":"unhealthy","primary_weight":0,"reason":"INC-1","expires_at":"2026-11-23T10:00:00.000Z"}]})");
  CHECK(history.asked_overrides->limit == 7);
  CHECK(get({api.snapshot, &history, now}, "/v1/overrides", {{"limit", "0"}}).status == 400);
  history.override_rows = Error{"disk gone"};
  CHECK(get({api.snapshot, &history, now}, "/v1/overrides").body == in_force + R"(,"history":null})");
}
