#include <doctest/doctest.h>

#include "agent/cli/override_command.h"
#include "tests/support/agent_answers.h"
#include "tests/support/command_line.h"
#include "tests/support/fake_page.h"

namespace signalbox {
namespace {

using testing::FakePage;
using testing::run_command;

constexpr const char* kSet = R"({"target": "claude", "state": "unhealthy", "primary_weight": 0, "by": "dana",
  "reason": "INC-1234", "set_at": "2026-11-23T10:00:00.000Z", "expires_at": "2026-11-23T11:00:00.000Z"})";

std::vector<std::string> set_words(const std::string& url) {
  return {"override", "set", "claude", "unhealthy", "--reason", "INC-1234",
          "--ttl",    "1h",  "--by",   "dana",      "--url",    url};
}

TEST_CASE("override set sends who, why and how long, and shows what the agent made of it") {
  FakePage page;
  page.on("/v1/overrides/claude", testing::reply(200, kSet));
  const auto result = run_command(set_words(page.url("")));
  CHECK(result.code == 0);
  CHECK(result.out.starts_with("claude is unhealthy at weight 0 %, overridden by dana until "));
  CHECK(result.out.ends_with(": INC-1234\n"));
  const auto request = page.requests().front();
  CHECK(request.method == "PUT");
  CHECK(*parse_json(request.body) ==
        Json{{"state", "unhealthy"}, {"reason", "INC-1234"}, {"by", "dana"}, {"ttl_s", 3600}});
}

TEST_CASE("the weight is the agent's to choose unless it is given") {
  FakePage page;
  page.on("/v1/overrides/claude/m%401", testing::reply(200, kSet));
  CHECK(run_command({"override", "set", "claude/m@1", "degraded", "--reason", "costs", "--ttl", "2d", "--weight",
                     "20", "--url", page.url("")})
            .code == 0);
  const auto body = parse_json(page.requests().front().body);
  REQUIRE(body);
  CHECK(body->at("primary_weight") == 20);
  CHECK(body->at("ttl_s") == 172'800);
  CHECK_FALSE(body->at("by").get<std::string>().empty());
}

TEST_CASE("wrong usage never reaches the agent") {
  FakePage page;
  const auto code = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "override");
    words.insert(words.end(), {"--url", page.url("")});
    return run_command(words).code;
  };
  CHECK(code({}) == 64);
  CHECK(code({"set", "claude", "unhealthy", "--ttl", "1h"}) == 64);
  CHECK(code({"set", "claude", "unhealthy", "--reason", "x"}) == 64);
  CHECK(code({"set", "claude", "recovering", "--reason", "x", "--ttl", "1h"}) == 64);
  CHECK(code({"set", "claude", "unhealthy", "--reason", "x", "--ttl", "tomorrow"}) == 64);
  CHECK(code({"set", "claude", "unhealthy", "--reason", "x", "--ttl", "8d"}) == 64);
  CHECK(code({"set", "claude", "unhealthy", "--reason", "x", "--ttl", "1h", "--weight", "101"}) == 64);
  CHECK(code({"set", "no target", "unhealthy", "--reason", "x", "--ttl", "1h"}) == 64);
  CHECK(code({"clear", "no target"}) == 64);
  CHECK(page.requests().empty());
}

TEST_CASE(
    "an agent that refuses is quoted: 77 where it must be asked otherwise, 64 for a slip, 69 for its trouble") {
  const auto result_of = [](int status, const std::string& body) {
    FakePage page;
    page.on("/v1/overrides/claude", testing::reply(status, body));
    auto result = run_command(set_words(page.url("")));
    const size_t agent = result.err.find(page.url(""));
    if (agent != std::string::npos) result.err.replace(agent, page.url("").size(), "URL");
    return result;
  };
  const auto tcp = result_of(403, R"({"detail": "overrides are set over the agent's unix socket only"})");
  CHECK(tcp.code == 77);
  CHECK(tcp.err ==
        "signalbox: the agent at URL does not allow this: overrides are set over the agent's unix socket only\n");
  CHECK(result_of(401, "{}").code == 77);
  CHECK(result_of(404, R"({"detail": "no provider claude"})").code == 64);
  CHECK(result_of(400, "{}").code == 64);
  CHECK(result_of(503, "{}").code == 69);
  CHECK(result_of(200, "<html>").code == 69);
}

TEST_CASE("override clear deletes it") {
  FakePage page;
  page.on("/v1/overrides/claude", testing::reply(204));
  const auto result = run_command({"override", "clear", "claude", "--url", page.url("")});
  CHECK(result.code == 0);
  CHECK(result.out == "the override of claude is cleared\n");
  CHECK(page.requests().front().method == "DELETE");
}

TEST_CASE("an agent that obeys and cannot store it says so") {
  FakePage page;
  page.on("/v1/overrides/claude", testing::reply(200, R"({"state": "unhealthy", "stored": false})"));
  const std::string warning =
      "signalbox: it is in force, but could not be stored: a restart of the agent will not know of it\n";
  CHECK(run_command(set_words(page.url(""))).err == warning);
  const auto cleared = run_command({"override", "clear", "claude", "--url", page.url("")});
  CHECK(cleared.code == 0);
  CHECK(cleared.err == warning);
}

TEST_CASE("override list shows what is in force, and what was") {
  const auto overrides = read_overrides(
      R"({"overrides": [{"target": "claude", "state": "unhealthy", "primary_weight": 0, "reason": "INC-1234",
            "by": "dana", "set_at": "2026-11-23T10:00:00Z", "expires_at": "2026-11-23T11:26:03Z"}],
          "history": [{"at": "2026-11-23T10:00:00Z", "target": "claude", "action": "set", "by": "dana",
            "state": "unhealthy", "primary_weight": 0, "reason": "INC-1234"},
            {"at": "2026-11-22T10:00:00Z", "target": "openai", "action": "expired", "by": "", "state": "degraded",
            "primary_weight": 20, "reason": "costs"}]})");
  REQUIRE(overrides);
  const View view{.now = testing::answer_time()};
  CHECK(render_overrides(*overrides, false, view) ==
        "TARGET  STATE        WEIGHT  UNTIL               BY    REASON\n"
        "claude  \u2717 unhealthy     0 %  11:26:03Z (in 1 h)  dana  INC-1234\n");
  CHECK(render_overrides(*overrides, true, view) ==
        "AT                 TARGET  WHAT     STATE        WEIGHT  BY    REASON\n"
        "10:00:00Z          claude  set      \u2717 unhealthy     0 %  dana  INC-1234\n"
        "2026-11-22 10:00Z  openai  expired  ! degraded     20 %  -     costs\n");
  CHECK(render_overrides({}, false, view) == "no override is in force\n");
  CHECK(render_overrides({}, true, view) == "nobody has overridden anything yet\n");
}

TEST_CASE("override list --json prints the agent's bytes") {
  FakePage page;
  page.on("/v1/overrides", testing::reply(200, "{\"overrides\" :\t[ ]}"));
  const auto result = run_command({"override", "list", "--json", "--url", page.url("")});
  CHECK(result.code == 0);
  CHECK(result.out == "{\"overrides\" :\t[ ]}\n");
}

}  // namespace
}  // namespace signalbox
