/// What the front counts, as a request for it sees it.
#include <doctest/doctest.h>

#include <vector>

#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

std::string counts(RunningFront& front) { return FrontClient(front.unix_address()).get("/counted").body; }

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("every request is counted by its route, hot or not") {
  RunningFront front;
  auto client = front.client();
  for (int i = 0; i < 3; ++i) client.get("/v1/health/claude");
  client.get("/v1/health/openai");                          // hot, the same route
  client.get("/v1/health/claude", "Upgrade: nothing\r\n");  // not hot
  client.get("/v1/health/claude", "If-None-Match: W/\"test-1\"\r\n");
  client.get("/v1/health/nobody");
  client.get("/v1/check/openai");
  client.send("HEAD /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.read_reply(true);
  client.post("/v1/echo", "x");
  client.send("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");  // no type
  CHECK(client.read_reply().status == 415);
  const std::string text = counts(front);
  CAPTURE(text);
  CHECK(has(text, "/v1/health/{target} GET 200: 5"));
  CHECK(has(text, "/v1/health/{target} GET 304: 1"));
  CHECK(has(text, "/v1/health/{target} GET 404: 1"));
  CHECK(has(text, "/v1/check/{target} GET 503: 1"));
  CHECK(has(text, "/livez HEAD 200: 1"));
  CHECK(has(text, "/v1/echo POST 200: 1"));
  CHECK(has(text, "/v1/echo POST 415: 1"));
}

TEST_CASE("what a client makes up is one line, however much it is") {
  RunningFront front;
  auto client = front.client();
  for (int i = 0; i < 20; ++i) client.get("/made/up/" + std::to_string(i));
  client.send("BREW /v1/pot HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.read_reply();
  auto cross = front.client();
  cross.send("GET /v1/health HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  cross.read_reply();
  auto garbage = front.client();
  garbage.send("garbage\r\n\r\n");
  garbage.read_reply();
  const std::string text = counts(front);
  CAPTURE(text);
  CHECK(has(text, "none GET 404: 20"));
  CHECK(has(text, "none GET 403: 1"));
  CHECK(has(text, "none none 400: 1"));
  CHECK(text.find("evil") == std::string::npos);
  CHECK(text.find("made") == std::string::npos);
  CHECK(text.find("BREW") == std::string::npos);
}

TEST_CASE("who is connected, who waits and who reads a stream is counted") {
  RunningFront front([](FrontConfig& config) { config.limits.connections = 4; });
  auto stream = front.client();
  stream.send("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto poll = front.client();
  poll.send("GET /v1/health?wait_s=30&generation=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto idle = front.client();
  idle.get("/livez");
  std::vector<FrontClient> more;
  more.push_back(front.client());
  more.back().get("/livez");
  more.push_back(front.client());  // a fifth: who has been idle for longest leaves
  more.back().get("/livez");
  const std::string text = counts(front);
  CAPTURE(text);
  CHECK(has(text, "tcp: open 4, accepted 5, refused 0, evicted 1"));
  CHECK(has(text, "unix: open 1, accepted 1, refused 0, evicted 0"));
  CHECK(has(text, "streams 1, dropped 0"));
  CHECK(has(text, "long polls 1"));
  CHECK(has(text, "/v1/stream GET 200: 1"));
  front->publish(front_snapshot(2));
  poll.read_reply();
  CHECK(has(counts(front), "long polls 0"));
}

TEST_CASE("others are asked for what they count where the answer is made") {
  std::thread::id asked;
  RunningFront front([&](FrontConfig& config) {
    config.measure = [&] {
      asked = std::this_thread::get_id();
      return Measured{};
    };
  });
  counts(front);
  CHECK(asked != std::thread::id());
  CHECK(asked != std::this_thread::get_id());
}
