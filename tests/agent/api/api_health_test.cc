#include <doctest/doctest.h>

#include "tests/support/api.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

struct Fixture {
  Snapshot snapshot = api_snapshot();
  ApiContext context{snapshot, nullptr, snapshot.as_of};

  ApiReply get(const std::string& path, const Query& query = {}, const std::string& if_none_match = "") const {
    return testing::get(context, path, query, if_none_match);
  }
};

const std::string kFresh = "ETag: W/\"5f1c-42\"\nCache-Control: max-age=1\n";
const std::string kRenewed =
    "304 application/json\n" + kFresh + "X-Signalbox-Expires-At: 2026-11-23T10:01:00.000Z\n\n";
const std::string kOpus = "claude/claude-opus-4-6";
const std::string kNotFound = "404 application/problem+json\nCache-Control: no-store\n\n";
const std::string kBadParameter = "400 application/problem+json\nCache-Control: no-store\n\n";

std::string not_found(const std::string& detail) {
  return kNotFound + R"({"type":"about:blank","title":"Not Found","status":404,"detail":")" + detail + "\"}";
}

std::string bad_parameter(const std::string& name, const std::string& detail) {
  return kBadParameter + R"({"type":"about:blank","title":"Bad Request","status":400,"detail":")" + detail +
         R"(","parameter":")" + name + "\"}";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "health and a target are the snapshot's bodies, 200 also for what is down") {
  CHECK(show(get("/v1/health")) == "200 application/json\n" + kFresh + "\n" + snapshot.health);
  CHECK(show(get("/v1/health/claude")) ==
        "200 application/json\n" + kFresh + "\n" + api_body("claude", "claude", "", State::healthy));
  CHECK(show(get("/v1/health/" + kOpus)) ==
        "200 application/json\n" + kFresh + "\n" + api_body(kOpus, "claude", "claude-opus-4-6", State::unhealthy));
}

TEST_CASE_FIXTURE(Fixture, "a model that nobody knows has its provider's health under its own name") {
  const struct {
    const char* path;
    const char* body;
  } kCases[] = {
      {"/v1/health/openai/gpt-4.1",
       R"({"target":"openai/gpt-4.1","provider":"openai","model":"gpt-4.1","inherited":true,)"
       R"("state":"degraded","advice":{"primary_weight":5}})"},
      {"/v1/health/claude/claude-opus-4@20250514",
       R"({"target":"claude/claude-opus-4@20250514","provider":"claude","model":"claude-opus-4@20250514",)"
       R"("inherited":true,"state":"healthy","advice":{"primary_weight":5}})"},
      {"/v1/health/gemini/models/gemini-2.5-pro",
       R"({"target":"gemini/models/gemini-2.5-pro","provider":"gemini","model":"models/gemini-2.5-pro",)"
       R"("inherited":true,"state":"recovering","advice":{"primary_weight":5}})"},
  };
  for (const auto& [path, body] : kCases) {
    CAPTURE(path);
    CHECK(show(get(path)) == "200 application/json\n" + kFresh + "\n" + body);
  }
  CHECK(show(get("/v1/health/openai/gpt-4.1", {}, "W/\"5f1c-42\"")) == kRenewed);
}

TEST_CASE_FIXTURE(Fixture, "what cannot be a target is not found, and the answer says what could") {
  const std::string providers = not_found("no such provider; configured are claude, gemini, openai");
  const std::string model = not_found("a model's name is 1-128 of A-Z a-z 0-9 . _ : @ / -");
  const std::pair<std::string, std::string> kCases[] = {
      {"mistral", providers},
      {"mistral/large", providers},
      {"Claude", providers},
      {"<script>", providers},
      {"/", providers},
      {"/claude", providers},
      {"claude/", model},
      {"claude/a b", model},
      {"claude/\"", model},
      {"claude/\xC3\xA9", model},
      {"claude/" + std::string(129, 'm'), model},
  };
  for (const auto& [name, expected] : kCases) {
    CAPTURE(name);
    CHECK(show(get("/v1/health/" + name)) == expected);
    CHECK(show(get("/v1/check/" + name)) == expected);
  }
  CHECK(get("/v1/health/claude/" + std::string(128, 'm')).status == 200);
  snapshot.targets.clear();
  CHECK(show(get("/v1/health/claude")) == not_found("no such provider: none is configured"));
}

TEST_CASE_FIXTURE(Fixture, "If-None-Match is a list of tags or a star, compared weakly; a match renews the copy") {
  const struct {
    const char* header;
    bool matches;
  } kCases[] = {
      {"W/\"5f1c-42\"", true},
      {"\"5f1c-42\"", true},
      {"*", true},
      {"\"a\", W/\"5f1c-42\"", true},
      {"\"a\",\"5f1c-42\" , \"b\"", true},
      {" ,\t, W/\"5f1c-42\"", true},
      {"\"a,b\", \"5f1c-42\"", true},
      {"", false},
      {"W/\"5f1c-41\"", false},
      {"W/\"5f1c-421\"", false},
      {"w/\"5f1c-42\"", false},
      {"5f1c-42", false},
      {"\"a, W/\"5f1c-42\"", false},  // the first tag's quote is closed by the second's
      {"W/", false},
      {"\"", false},
      {"\"a\", *", false},
  };
  for (const auto& [header, matches] : kCases) {
    CAPTURE(header);
    CHECK((show(get("/v1/health", {}, header)) == kRenewed) == matches);
    CHECK((show(get("/v1/health/claude", {}, header)) == kRenewed) == matches);
    CHECK(get("/v1/health", {}, header).status == (matches ? 304 : 200));
  }
}

TEST_CASE_FIXTURE(Fixture, "check answers with a status, and renews only where that is 200") {
  snapshot.targets["unknown"] = {State::unknown, 100, 0, Millis(0), "{}"};
  const struct {
    const char* target;
    const char* degraded;  ///< the parameter
    const char* head;
    bool renews;
  } kCases[] = {
      {"claude", "", "200 application/json\n{}X-Signalbox-State: healthy\n", true},
      {"claude", "429", "200 application/json\n{}X-Signalbox-State: healthy\n", true},
      {"unknown", "429", "200 application/json\n{}X-Signalbox-State: unknown\n", true},
      {"gemini", "", "200 application/json\n{}X-Signalbox-State: recovering\n", true},
      {"gemini", "429", "200 application/json\n{}X-Signalbox-State: recovering\n", true},
      {"openai", "", "200 application/json\n{}X-Signalbox-State: degraded\nx-envoy-degraded: true\n", true},
      {"openai", "429", "429 application/json\n{}X-Signalbox-State: degraded\nx-envoy-degraded: true\n", false},
      {"claude/claude-opus-4-6", "", "503 application/json\n{}X-Signalbox-State: unhealthy\nRetry-After: 42\n",
       false},
      {"claude/claude-opus-4-6", "429", "503 application/json\n{}X-Signalbox-State: unhealthy\nRetry-After: 42\n",
       false},
  };
  for (const auto& [target, degraded, head, renews] : kCases) {
    CAPTURE(target);
    CAPTURE(degraded);
    const Query query = *degraded ? Query{{"degraded", degraded}} : Query{};
    std::string expected = std::string(head) + "\n" + snapshot.targets.at(target).body;
    expected.replace(expected.find("{}"), 2, kFresh);
    const std::string path = std::string("/v1/check/") + target;
    CHECK(show(get(path, query)) == expected);
    const ApiReply again = get(path, query, "*");
    CHECK(again.status == (renews ? 304 : get(path, query).status));
    CHECK((show(again) == expected) == !renews);
  }
}

TEST_CASE_FIXTURE(Fixture, "a renewed check still tells the state") {
  CHECK(show(get("/v1/check/openai", {}, "*")) ==
        kRenewed.substr(0, kRenewed.size() - 1) + "X-Signalbox-State: degraded\nx-envoy-degraded: true\n\n");
}

TEST_CASE_FIXTURE(Fixture, "a model that nobody knows is checked by its provider's state and hold") {
  snapshot.targets["claude"] = {State::unhealthy, 5, 0, Millis(1), R"({"target":"claude","model":null})"};
  CHECK(show(get("/v1/check/claude/new")) == "503 application/json\n" + kFresh +
                                                 "X-Signalbox-State: unhealthy\nRetry-After: 1\n\n" +
                                                 R"({"target":"claude/new","model":"new","inherited":true})");
}

TEST_CASE_FIXTURE(Fixture, "Retry-After is the rest of the hold in whole seconds, and never 0") {
  const std::pair<Millis, std::string> kCases[] = {
      {Millis(0), "1"},    {Millis(1), "1"},       {Millis(1000), "1"},
      {Millis(1001), "2"}, {Millis(60'000), "60"}, {Millis(600'000), "600"},
  };
  for (const auto& [left, expected] : kCases) {
    snapshot.targets["claude"].state = State::unhealthy;
    snapshot.targets["claude"].hold_left = left;
    CHECK(get("/v1/check/claude").headers.back() == std::pair<std::string, std::string>{"Retry-After", expected});
  }
}

TEST_CASE_FIXTURE(Fixture, "a malformed parameter is refused by name, on every path that knows it") {
  const std::string wait =
      bad_parameter("wait_s", "wait_s must be a number of seconds of 0 or more; over 30 counts as 30");
  const std::string generation = bad_parameter(
      "generation", "generation must be the generation of an earlier answer, a whole number of 0 or more");
  const std::pair<Query, std::string> kCases[] = {
      {{{"wait_s", "soon"}}, wait},
      {{{"wait_s", "-1"}, {"generation", "x"}}, wait},
      {{{"generation", "x"}}, generation},
      {{{"wait_s", "1"}, {"generation", "-1"}}, generation},
  };
  for (const char* path : {"/v1/health", "/v1/health/claude", "/v1/check/claude"}) {
    for (const auto& [query, expected] : kCases) CHECK(show(get(path, query)) == expected);
    CHECK(get(path, {{"wait_s", "0"}, {"generation", "42"}, {"no-such-parameter", "?"}}).status == 200);
  }
  CHECK(show(get("/v1/check/claude", {{"degraded", "503"}})) == bad_parameter("degraded", "degraded must be 429"));
}
