#include <doctest/doctest.h>

#include "tests/support/agent_answers.h"
#include "tests/support/command_line.h"
#include "tests/support/fake_page.h"

namespace signalbox {
namespace {

using testing::FakePage;
using testing::run_command;

TEST_CASE("guard lets everything pass but an unhealthy target, and is silent about it") {
  const std::vector<std::pair<std::string, int>> rows = {
      {"healthy", 0}, {"degraded", 0}, {"recovering", 0}, {"unknown", 0}, {"unhealthy", 1}};
  for (const auto& [state, code] : rows) {
    CAPTURE(state);
    FakePage page;
    page.on("/v1/health/claude", testing::reply(200, dump_json(testing::target_json({.state = state}))));
    const auto result = run_command({"guard", "claude", "--fail-open", "--url", page.url("")});
    CHECK(result.code == code);
    CHECK(result.out.empty());
    CHECK(result.err.empty() == (code == 0));
  }
}

TEST_CASE("guard says why a target may not be used") {
  FakePage page;
  page.on("/v1/health/claude", testing::reply(200, dump_json(testing::target_json(testing::outage("claude")))));
  const auto result = run_command({"guard", "claude", "--url", page.url("")});
  CHECK(result.err ==
        "signalbox: claude is unhealthy: 62 % of 418 requests from 7 reporters failed in the last 12 s (255 "
        "overloaded); status.claude.com still says operational\n");
}

TEST_CASE("an agent that does not answer is 69, and 0 to who fails open; a slip of the caller is 64 to both") {
  const std::string closed = FakePage().url("");
  FakePage page;
  page.on("/v1/health/openai", testing::reply(200, "<html>"));
  page.on("/v1/health/claude", testing::reply(503, "{}"));
  const auto code = [](const std::string& url, std::vector<std::string> words) {
    words.insert(words.begin(), "guard");
    words.insert(words.end(), {"--url", url});
    return run_command(words).code;
  };
  CHECK(code(closed, {"claude"}) == 69);
  CHECK(code(closed, {"claude", "--fail-open"}) == 0);
  CHECK(code(page.url(""), {"claude"}) == 69);
  CHECK(code(page.url(""), {"claude", "--fail-open"}) == 0);
  CHECK(code(page.url(""), {"openai"}) == 69);
  CHECK(code(page.url(""), {"openai", "--fail-open"}) == 0);
  CHECK(code(page.url(""), {"mistral", "--fail-open"}) == 64);
  CHECK(code(closed, {"no target", "--fail-open"}) == 64);
  CHECK(code(closed, {"--fail-open"}) == 64);
  CHECK(code("ftp://x", {"claude", "--fail-open"}) == 64);
}

}  // namespace
}  // namespace signalbox
