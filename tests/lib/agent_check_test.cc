#include "lib/agent_check.h"

#include <doctest/doctest.h>

using namespace signalbox;

namespace {

struct Fixture {
  Snapshot snapshot;
  Fixture() { set(5); }
  void set(int percent) {
    snapshot.routes["chat"].shares = {
        {"claude/claude-opus-4-6", percent}, {"claude/claude-haiku-4-5", 0}, {"openai", 100 - percent}};
  }
  std::string ask(std::string_view question) const { return answer_agent_check(snapshot, question).line; }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a target of a route is told its share, and never that it is down") {
  CHECK(ask("chat claude/claude-opus-4-6") == "up 5%\n");
  CHECK(ask("chat openai") == "up 95%\n");
  CHECK(ask("chat claude/claude-haiku-4-5") == "up 0% # drain\n");
  set(100);
  CHECK(ask("chat claude/claude-opus-4-6") == "up 100%\n");
  CHECK(ask("chat openai") == "up 0% # drain\n");
}

TEST_CASE_FIXTURE(Fixture, "blanks and a carriage return around the names do not matter") {
  for (const char* question : {" chat openai", "chat\topenai\r", "chat   openai  \r"}) {
    CHECK(ask(question) == "up 95%\n");
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "what cannot be answered is one word that HAProxy does not know, so that nothing moves") {
  const auto row = [&](std::string_view question, const char* line) {
    CAPTURE(question);
    CHECK(answer_agent_check(snapshot, question) == AgentCheckAnswer{line, false});
  };
  row("search openai", "no-such-route\n");
  row("chat gemini", "no-such-target\n");
  row("chat claude", "no-such-target\n");
  row("", "not-a-question\n");
  row("chat", "not-a-question\n");
  row("chat openai please", "not-a-question\n");
  row("GET / HTTP/1.1", "not-a-question\n");
  row(std::string_view("\0\xff\x80 \n", 5), "not-a-question\n");
}
