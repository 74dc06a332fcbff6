#include <doctest/doctest.h>

#include "tests/support/agent_answers.h"
#include "tests/support/command_line.h"
#include "tests/support/fake_page.h"

namespace signalbox {
namespace {

using testing::FakePage;
using testing::run_command;

/// An agent whose only target is in the given state.
void serve(FakePage& page, const std::string& state) {
  const Json target = testing::target_json({.target = "claude", .state = state});
  page.on("/v1/health", testing::reply(200, dump_json(testing::health_json({target}))));
  page.on("/v1/health/claude", testing::reply(200, dump_json(target)));
  page.on("/readyz", testing::reply(200, R"({"status": "pass", "checks": {}})"));
  page.on("/v1/sources", testing::reply(200, R"({"sources": []})"));
  page.on(
      "/v1/transitions?limit=10&target=claude",
      testing::reply(200, R"({"transitions": [{"target": "claude/m", "to": "healthy"}], "next_cursor": null})"));
}

TEST_CASE("status exits by the state, of all targets and of one") {
  const std::vector<std::pair<std::string, int>> rows = {{"healthy", 0},   {"degraded", 1}, {"recovering", 1},
                                                         {"unhealthy", 2}, {"unknown", 3},  {"sparkling", 3}};
  for (const auto& [state, code] : rows) {
    CAPTURE(state);
    FakePage page;
    serve(page, state);
    CHECK(run_command({"--url", page.url(""), "status"}).code == code);
    CHECK(run_command({"status", "claude", "--url", page.url("")}).code == code);
    CHECK(run_command({"status", "--json", "--url", page.url("")}).code == code);
  }
}

TEST_CASE("--json prints the agent's bytes") {
  FakePage page;
  page.on("/v1/health", testing::reply(200, "{\"targets\" :\t[ ] , \"more\": 1}"));
  const auto result = run_command({"status", "--json", "--url", page.url("")});
  CHECK(result.out == "{\"targets\" :\t[ ] , \"more\": 1}\n");
  CHECK(result.code == 3);
}

TEST_CASE("no agent is 3 for status and 69 for the others, said in one sentence") {
  const std::string closed = FakePage().url("");
  const auto status = run_command({"status", "--url", closed});
  CHECK(status.code == 3);
  CHECK(status.out.empty());
  CHECK(status.err == "signalbox: cannot reach the agent at " + closed +
                          ": connection refused; is it running? try: signalbox serve\n");
  CHECK(run_command({"why", "claude", "--url", closed}).code == 69);
  CHECK(run_command({"history", "--url", closed}).code == 69);
}

TEST_CASE("an agent that refuses is quoted") {
  FakePage page;
  page.on("/v1/health", testing::reply(401, "{}"));
  page.on("/v1/health/nosuch",
          testing::reply(404, R"({"title": "Not Found", "detail": "no provider \"nosuch\""})"));
  const auto token = run_command({"status", "--url", page.url("")});
  CHECK(token.code == 3);
  CHECK(token.err == "signalbox: the agent at " + page.url("") +
                         " wants a token: name its file with --token-file or SIGNALBOX_TOKEN_FILE\n");
  const auto unknown = run_command({"why", "nosuch", "--url", page.url("")});
  CHECK(unknown.code == 64);
  CHECK(unknown.err == "signalbox: the agent at " + page.url("") + " answered HTTP 404: no provider \"nosuch\"\n");
  CHECK(run_command({"status", "nosuch", "--url", page.url("")}).code == 3);
}

TEST_CASE("an answer that is not the agent's is an error") {
  FakePage page;
  page.on(FakePage::kAnyPath, testing::reply(200, "<html>hello</html>"));
  CHECK(run_command({"status", "--url", page.url("")}).code == 3);
  CHECK(run_command({"why", "claude", "--url", page.url("")}).code == 69);
  CHECK(run_command({"history", "--url", page.url("")}).code == 69);
}

TEST_CASE("why shows one target's changes, not its models', and names what it could not get") {
  FakePage page;
  serve(page, "healthy");
  const auto whole = run_command({"why", "claude", "--url", page.url("")});
  CHECK(whole.code == 0);
  CHECK(whole.out.find("no change of state is recorded") != std::string::npos);
  page.on("/v1/sources", testing::reply(500));
  const auto partly = run_command({"why", "claude", "--url", page.url("")});
  CHECK(partly.code == 0);
  CHECK(partly.out.find("!! the agent at " + page.url("") + " answered HTTP 500\n") != std::string::npos);
}

TEST_CASE("history asks for what was asked for") {
  FakePage page;
  page.on(FakePage::kAnyPath, testing::reply(200, R"({"transitions": [], "next_cursor": null})"));
  const auto result = run_command(
      {"history", "claude/m@1", "--since", "2026-11-23T10:00:00Z", "--limit", "7", "--url", page.url("")});
  CHECK(result.code == 0);
  CHECK(page.requests().front().target ==
        "/v1/transitions?limit=7&target=claude/m%401&since=2026-11-23T10%3A00%3A00.000Z");
}

TEST_CASE("wrong usage is 64 and says what to try") {
  const std::vector<std::vector<std::string>> rows = {{},
                                                      {"stat"},
                                                      {"status", "--jsn"},
                                                      {"status", "--json", "--watch"},
                                                      {"status", "Not A Target"},
                                                      {"why"},
                                                      {"why", "../etc"},
                                                      {"history", "--since", "yesterday"},
                                                      {"history", "--limit", "0"},
                                                      {"check-config"},
                                                      {"backup"},
                                                      {"completion", "fish"},
                                                      {"status", "--url", "nonsense"}};
  for (const auto& arguments : rows) {
    CAPTURE(arguments.size());
    const auto result = run_command(arguments);
    CHECK(result.code == 64);
    CHECK(result.out.empty());
    CHECK_FALSE(result.err.empty());
  }
}

TEST_CASE("a mistyped command is named") {
  CHECK(run_command({"stat"}).err == "signalbox: \"stat\" is not a command\nTry: signalbox --help\n");
}

TEST_CASE("help teaches: the first steps, and each command's example and exit codes") {
  const auto top = run_command({"--help"});
  CHECK(top.code == 0);
  for (const char* first : {"signalbox status ", "signalbox why claude", "signalbox doctor"}) {
    CHECK(top.out.find(first) != std::string::npos);
  }
  for (const char* command :
       {"status", "why", "history", "doctor", "check-config", "backup", "completion", "serve"}) {
    CAPTURE(command);
    const auto result = run_command({command, "--help"});
    CHECK(result.code == 0);
    CHECK(result.out.find("Example") != std::string::npos);
    CHECK(result.out.find("Exit: ") != std::string::npos);
  }
  CHECK(run_command({"--version"}).out == "signalbox " SIGNALBOX_VERSION "\n");
}

}  // namespace
}  // namespace signalbox
