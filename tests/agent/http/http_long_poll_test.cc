/// Long polls: `wait_s` and `generation`.
#include <doctest/doctest.h>

#include <chrono>

#include "agent/http/http_service.h"
#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

std::string poll(int wait_s, int generation) {
  return "GET /v1/health?wait_s=" + std::to_string(wait_s) + "&generation=" + std::to_string(generation) +
         " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

/// A reply on another connection: the loop has read everything that was sent before it.
void settle(RunningFront& front) { CHECK(front.client().get("/livez").status == 200); }

struct Stopwatch {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  Millis elapsed() const { return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - start); }
};

}  // namespace

TEST_CASE("a long poll waits for another generation, and hears of it at once") {
  RunningFront front([](FrontConfig& config) { config.limits.sweep = seconds(5); });
  std::vector<FrontClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(front.client());
    clients.back().send(poll(30, 1));
  }
  settle(front);
  front->publish(front_snapshot(1));  // nothing new
  settle(front);
  const Stopwatch watch;
  front->publish(front_snapshot(2));
  for (auto& client : clients) CHECK(client.read_reply().body == "{\"generation\": 2}");
  // The sweep is far away: only the publishing can have woken them.
  CHECK(watch.elapsed() < seconds(4));
  CHECK(clients.front().get("/v1/health").body == "{\"generation\": 2}");
}

TEST_CASE("a long poll for another generation than the current one, or without a time, does not wait") {
  RunningFront front;
  auto client = front.client();
  const Stopwatch watch;
  client.send(poll(30, 7) + poll(0, 1));
  CHECK(client.read_reply().body == "{\"generation\": 1}");
  CHECK(client.read_reply().body == "{\"generation\": 1}");
  CHECK(watch.elapsed() < seconds(10));
}

TEST_CASE("a long poll ends with its time, and the same generation") {
  RunningFront front;
  auto client = front.client();
  const Stopwatch watch;
  client.send(poll(1, 1));
  CHECK(client.read_reply().body == "{\"generation\": 1}");
  CHECK(watch.elapsed() >= seconds(1));
}

TEST_CASE("over the most that may wait a long poll is answered at once, and may wait when one has ended") {
  RunningFront front([](FrontConfig& config) { config.limits.long_polls = 2; });
  std::vector<FrontClient> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.push_back(front.client());
    waiting.back().send(poll(30, 1));
  }
  settle(front);
  auto third = front.client();
  const Stopwatch watch;
  third.send(poll(30, 1));
  CHECK(third.read_reply().body == "{\"generation\": 1}");
  CHECK(watch.elapsed() < seconds(10));
  front->publish(front_snapshot(2));
  for (auto& client : waiting) CHECK(client.read_reply().body == "{\"generation\": 2}");
  third.send(poll(1, 2));
  const Stopwatch again;
  CHECK(third.read_reply().body == "{\"generation\": 2}");
  CHECK(again.elapsed() >= Millis(900));
}

TEST_CASE("what is malformed is left to the handler") {
  RunningFront front;
  auto client = front.client();
  CHECK(client.get("/v1/health?wait_s=soon&generation=1").status == 400);
}

TEST_CASE("a long poll for a target that is not there fails at once") {
  RunningFront front;
  auto client = front.client();
  const Stopwatch watch;
  CHECK(client.get("/v1/health/nobody?wait_s=30&generation=1").status == 404);
  CHECK(watch.elapsed() < seconds(10));
}

TEST_CASE("which calls wait, and how long") {
  ApiRoute route{"", nullptr, false, true};
  const auto waits = [&](std::multimap<std::string, std::string> query) {
    const auto found = long_poll({&route, {"GET", "/", std::move(query), "", ""}});
    return found ? found->at_most.count() : -1;
  };
  CHECK(waits({{"wait_s", "5"}, {"generation", "42"}}) == 5000);
  CHECK(waits({{"wait_s", "31"}, {"generation", "42"}}) == 30000);
  CHECK(waits({{"wait_s", "18446744073709551615"}, {"generation", "42"}}) == 30000);
  CHECK(waits({{"wait_s", "99999999999999999999999"}, {"generation", "42"}}) == 30000);
  CHECK(waits({{"wait_s", "-1"}, {"generation", "42"}}) == -1);
  CHECK(waits({{"wait_s", ""}, {"generation", "42"}}) == -1);
  CHECK(waits({{"wait_s", "1.5"}, {"generation", "42"}}) == 1500);
  CHECK(waits({{"wait_s", "5"}}) == -1);
  CHECK(waits({{"wait_s", "5"}, {"wait_s", "6"}, {"generation", "42"}}) == 5000);
  route.waits = false;
  CHECK(waits({{"wait_s", "5"}, {"generation", "42"}}) == -1);
}

TEST_CASE("a request that comes during a long poll is answered after it") {
  RunningFront front;
  auto client = front.client();
  client.send(poll(30, 1));
  settle(front);
  client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  settle(front);
  front->publish(front_snapshot(2));
  CHECK(client.read_reply().body == "{\"generation\": 2}");
  CHECK(client.read_reply().body == "{}");
}

TEST_CASE("a long poll whose client left gives its seat back at once") {
  RunningFront front([](FrontConfig& config) { config.limits.connections = 1; });
  {
    auto client = front.client();
    client.send(poll(30, 1));
    FrontClient witness(front.unix_address());
    CHECK(witness.get("/livez").status == 200);
  }
  // A busy guest is never evicted, so a reply proves that the first one is gone.
  for (;;) {
    auto next = front.client();
    next.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (next.read_reply().status == 200) break;
  }
}

TEST_CASE("stopping answers long polls with what there is") {
  RunningFront front;
  auto client = front.client();
  client.send(poll(30, 1));
  settle(front);
  front->stop();
  const auto reply = client.read_reply();
  CHECK(reply.body == "{\"generation\": 1}");
  CHECK(reply.header("Connection") == "close");
  CHECK(client.read_to_end() == "");
}
