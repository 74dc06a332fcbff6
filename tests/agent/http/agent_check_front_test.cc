#include "agent/http/agent_check_front.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/support/front_client.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

SnapshotPtr snapshot_with(int primary_percent) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->routes["chat"].shares = {{"claude", primary_percent}, {"openai", 100 - primary_percent}};
  return snapshot;
}

/// Two addresses, a primary with everything.
struct Fixture {
  std::unique_ptr<AgentCheckFront> front;
  Fixture() { start({}); }
  void start(const AgentCheckLimits& limits) {
    auto started = AgentCheckFront::start({"127.0.0.1:0", "[::1]:0"}, snapshot_with(100), limits);
    REQUIRE(started);
    front = std::move(*started);
  }
  FrontClient connect() const { return FrontClient(front->bound().front()); }
  std::string ask(const std::string& question) const {
    FrontClient client = connect();
    client.send(question);
    return client.read_to_end().value_or("the connection stayed open");
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a line is answered by a line and the end, at each address") {
  CHECK(ask("chat claude\n") == "up 100%\n");
  CHECK(ask("chat openai\r\n") == "up 0% # drain\n");
  CHECK(ask("chat nobody\n") == "no-such-target\n");
  FrontClient other(front->bound().back());
  other.send("chat claude\n");
  CHECK(other.read_to_end() == "up 100%\n");
}

TEST_CASE_FIXTURE(Fixture, "what is published is what the next question hears") {
  front->publish(snapshot_with(5));
  while (ask("chat claude\n") == "up 100%\n") continue;
  CHECK(ask("chat claude\n") == "up 5%\n");
  CHECK(ask("chat openai\n") == "up 95%\n");
}

TEST_CASE_FIXTURE(Fixture, "a question may come in pieces, and what follows its line is not read") {
  FrontClient client = connect();
  client.send("cha");
  client.send("t claude\nchat openai\n");
  CHECK(client.read_to_end() == "up 100%\n");
}

TEST_CASE_FIXTURE(Fixture, "who leaves without a question, or asks for too long, gets nothing") {
  FrontClient gone = connect();
  gone.send("chat claude");
  gone.shutdown_send();
  CHECK(gone.read_to_end() == "");
  CHECK(ask(std::string(1200, 'x')) == "not-a-question\n");

  start({.whole = Millis(50)});
  FrontClient silent = connect();
  CHECK(silent.read_to_end() == "");
}

TEST_CASE_FIXTURE(Fixture, "when all seats are taken the oldest leaves for a new one") {
  start({.connections = 3, .whole = hours(1)});
  std::vector<FrontClient> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(connect());
  CHECK(silent[0].read_to_end() == "");
  CHECK(silent[1].read_to_end() == "");
  silent[4].send("chat claude\n");
  CHECK(silent[4].read_to_end() == "up 100%\n");
  CHECK(ask("chat claude\n") == "up 100%\n");
}

TEST_CASE("an address that cannot be taken is an error that names it") {
  const auto failed = AgentCheckFront::start({"192.0.2.1:9530"}, snapshot_with(100));
  REQUIRE(!failed);
  CHECK(failed.error().message.starts_with("cannot listen on 192.0.2.1:9530: bind: "));
}
