/// Requests that write: how their bodies are taken, and how their answers may come later.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "agent/http/http_framer.h"
#include "tests/support/fake_page.h"
#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const std::string kGzip = "Content-Encoding: gzip\r\n";

ApiReply said(const std::string& body) { return {200, "application/json", body, {}}; }

}  // namespace

TEST_CASE("a body arrives whole, whatever its size and however it comes") {
  RunningFront front;
  auto client = front.client();
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1023}, size_t{20'000}, kMaxBodyBytes}) {
    CAPTURE(size);
    const std::string body(size, 'b');
    const auto reply = client.post("/v1/echo", body);
    CHECK(reply.status == 200);
    CHECK(reply.body == "POST " + body);
  }
  client.send(
      "PUT /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n");
  for (const char* byte : {"t", "h", "i", "s"}) client.send(byte);
  CHECK(client.read_reply().body == "PUT this");
}

TEST_CASE("a body in chunks arrives whole, and the request after it is served") {
  RunningFront front;
  auto client = front.client();
  const std::string head =
      "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n";
  client.send(head + "\r\n4\r\nthis\r\n5\r\n, too\r\n0\r\n\r\n" + head + "\r\n0\r\n\r\n");
  CHECK(client.read_reply().body == "POST this, too");
  CHECK(client.read_reply().body == "POST ");
  for (const std::string& piece : {head, std::string("\r\n"), std::string("5\r"), std::string("\nth"),
                                   std::string("ree\r\n0"), std::string("\r\n\r\n")}) {
    client.send(piece);
  }
  CHECK(client.read_reply().body == "POST three");
  const std::string large(kMaxBodyBytes, 'b');
  client.send(head + "\r\n100000\r\n" + large + "\r\n0\r\n\r\n");
  CHECK(client.read_reply().body == "POST " + large);
  const std::string packed = gzip("packed");
  client.send(head + kGzip + "\r\n" + std::string(1, "0123456789abcdef"[packed.size() / 16]) +
              std::string(1, "0123456789abcdef"[packed.size() % 16]) + "\r\n" + packed + "\r\n0\r\n\r\n");
  CHECK(client.read_reply().body == "POST packed");
  client.send(head + "Expect: 100-continue\r\n\r\n");
  CHECK(client.read_reply(true).status == 100);
  client.send("1\r\nx\r\n0\r\n\r\n");
  CHECK(client.read_reply().body == "POST x");
}

TEST_CASE("chunks that are broken, too large, too slow or unwanted are the last of their connection") {
  struct Row {
    std::string what;
    std::string bytes;
    int status;
  };
  const std::string post = "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n";
  const std::string json = post + "Content-Type: application/json\r\n\r\n";
  const std::string next = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const Row& row : {
           Row{"broken", json + "5;x\r\nhello\r\n0\r\n\r\n" + next, 400},
           Row{"too large", json + "100001\r\n" + next, 413},
           Row{"too slow", json + "5\r\nhel", 408},
           Row{"of another type", post + "Content-Type: text/plain\r\n\r\n1\r\nx\r\n0\r\n\r\n" + next, 415},
           Row{"to nowhere", "POST /none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + next,
               404},
       }) {
    CAPTURE(row.what);
    RunningFront front([](FrontConfig& config) { config.limits.body = Millis(50); });
    auto client = front.client();
    client.try_send(row.bytes);
    const auto reply = client.read_reply();
    CHECK(reply.status == row.status);
    CHECK(reply.header("Connection") == "close");
    CHECK(client.read_to_end() == "");
  }
}

TEST_CASE("a route that speaks a protocol of its own words every refusal in it, in the body's encoding") {
  RunningFront front;
  const std::string protobuf = "Content-Type: application/x-protobuf\r\n";
  const auto ask = [&](const std::string& headers, const std::string& body) {
    auto client = front.client();
    client.send("POST /v1/spoken HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body);
    const auto reply = client.read_reply();
    return std::to_string(reply.status) + " " + reply.body;
  };
  CHECK(ask(protobuf + "Content-Length: 2\r\n", "hi") == "200 POST hi");
  CHECK(ask("Content-Type: application/json\r\nContent-Length: 2\r\n", "hi") == "200 POST hi");
  CHECK(ask("Content-Type: text/plain\r\nContent-Length: 2\r\n", "hi") == "415 no, in JSON");
  CHECK(ask(protobuf + kGzip + "Content-Length: 2\r\n", "hi") == "400 no, in protobuf");
  CHECK(ask(protobuf + "Content-Encoding: br\r\nContent-Length: 2\r\n", "hi") == "415 no, in protobuf");
  CHECK(ask(protobuf + "Transfer-Encoding: chunked\r\n", "x") == "400 no, in protobuf");
  auto client = front.client();
  CHECK(client.post("/v1/echo", "x", protobuf).status == 415);  // two types: neither
  CHECK(client.get("/v1/spoken").status == 405);
}

TEST_CASE("answers come in the order of the requests, also those that come later") {
  RunningFront front;
  auto client = front.client();
  client.send_body("POST", "/v1/held", "{}");
  client.send_body("POST", "/v1/echo", "second");
  client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto respond = take_held_reply();
  CHECK(front.client().get("/livez").status == 200);  // nobody else waits for it
  std::thread([respond] { respond(said("first")); }).join();
  CHECK(client.read_reply().body == "first");
  CHECK(client.read_reply().body == "POST second");
  CHECK(client.read_reply().body == "{}");
}

TEST_CASE("of several answers to one request the first counts") {
  RunningFront front;
  auto client = front.client();
  client.send_body("POST", "/v1/held", "{}");
  const auto respond = take_held_reply();
  respond(said("first"));
  respond(said("second"));
  CHECK(client.read_reply().body == "first");
  CHECK(client.get("/livez").body == "{}");
}

TEST_CASE("an answer to a client that has gone, or after the end of the front's service, goes nowhere") {
  RunningFront front;
  {
    auto client = front.client();
    client.send_body("POST", "/v1/held", "{}");
  }
  const auto respond = take_held_reply();
  respond(said("nobody reads this"));
  CHECK(front.client().get("/livez").status == 200);

  auto client = front.client();
  client.send_body("POST", "/v1/held", "{}");
  const auto late = take_held_reply();
  front.join();
  late(said("nobody reads this either"));
}

TEST_CASE("when we stop, who waits for an answer still gets it") {
  RunningFront front;
  auto client = front.client();
  client.send_body("POST", "/v1/held", "{}");
  const auto respond = take_held_reply();
  front->stop();
  respond(said("stored"));
  const auto reply = client.read_reply();
  CHECK(reply.body == "stored");
  CHECK(reply.header("Connection") == "close");
}

TEST_CASE("an answer that does not come in time is a 503, and the connection goes on") {
  RunningFront front([](FrontConfig& config) { config.limits.write_answer = Millis(20); });
  auto client = front.client();
  const auto reply = client.post("/v1/held", "{}");
  CHECK(reply.status == 503);
  CHECK(reply.header("Retry-After") == "1");
  take_held_reply()(said("too late"));
  CHECK(client.post("/v1/echo", "x").body == "POST x");
}

TEST_CASE("each path names the methods it takes") {
  RunningFront front;
  auto client = front.client();
  struct Row {
    std::string method;
    std::string path;
    std::string allow;
  };
  for (const Row& row : {Row{"POST", "/v1/health", "GET, HEAD"}, Row{"DELETE", "/v1/health/claude", "GET, HEAD"},
                         Row{"GET", "/v1/echo", "POST, PUT, DELETE"}, Row{"PATCH", "/v1/echo", "POST, PUT, DELETE"},
                         Row{"PUT", "/v1/held", "POST"}, Row{"OPTIONS", "/v1/held", "POST"}}) {
    CAPTURE(row.method);
    CAPTURE(row.path);
    client.send_body(row.method, row.path, "{}");
    const auto reply = client.read_reply();
    CHECK(reply.status == 405);
    CHECK(reply.header("Allow") == row.allow);
  }
}

TEST_CASE("what is not JSON, or encoded otherwise than by gzip, is not read") {
  RunningFront front;
  auto client = front.client();
  const auto ask = [&](const std::string& headers) {
    client.send("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n" + headers + "\r\n{}");
    return client.read_reply();
  };
  const std::string json = "Content-Type: application/json\r\n";
  CHECK(ask("").status == 415);
  CHECK(ask("Content-Type: text/plain\r\n").status == 415);
  CHECK(ask("Content-Type: application/json2\r\n").status == 415);
  CHECK(ask(json + json).status == 415);
  CHECK(ask("Content-Type: Application/JSON; charset=utf-8\r\n").status == 200);
  CHECK(ask(json + "Content-Encoding: identity\r\n").status == 200);
  for (const char* coding : {"br", "deflate", "gzip, gzip", "x"}) {
    const auto reply = ask(json + "Content-Encoding: " + coding + "\r\n");
    CHECK(reply.status == 415);
    CHECK(reply.header("Accept-Encoding") == "gzip");
  }
  CHECK(ask(json + kGzip + kGzip).status == 415);
  // A DELETE has no body worth its name.
  client.send("DELETE /v1/echo HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(client.read_reply().body == "DELETE ");
}

TEST_CASE("a gzip body is inflated, as far as 1 MiB") {
  RunningFront front;
  auto client = front.client();
  const std::string most(kMaxBodyBytes, 'g');
  CHECK(client.post("/v1/echo", gzip("{}"), kGzip).body == "POST {}");
  CHECK(client.post("/v1/echo", gzip(most), kGzip).body == "POST " + most);
  const auto bomb = client.post("/v1/echo", gzip(std::string(size_t{64} * kMaxBodyBytes, '0')), kGzip);
  CHECK(bomb.status == 413);
  CHECK(bomb.header("Content-Type") == "application/problem+json");
  const std::string packed = gzip("{\"reporter\": \"a\"}");
  for (const std::string& broken : {std::string(), std::string("{}"), packed.substr(0, packed.size() - 1),
                                    packed + "x", packed + packed, packed.substr(1)}) {
    CHECK(client.post("/v1/echo", broken, kGzip).status == 400);
  }
}

TEST_CASE("a body over 1 MiB is refused before it is sent") {
  RunningFront front;
  auto client = front.client();
  client.send(
      "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "1048577\r\n\r\n");
  CHECK(client.read_reply().status == 413);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("who asks before it sends its body is told at once, yes or no") {
  RunningFront front;
  const std::string head = " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n";
  auto welcome = front.client();
  welcome.send("POST /v1/echo" + head + "Content-Type: application/json\r\n\r\n");
  CHECK(welcome.read_reply().status == 100);
  welcome.send("{}");
  CHECK(welcome.read_reply().body == "POST {}");

  auto unwelcome = front.client();
  unwelcome.send("POST /v1/echo" + head + "Content-Type: text/csv\r\n\r\n");
  const auto reply = unwelcome.read_reply();
  CHECK(reply.status == 415);
  CHECK(reply.header("Connection") == "close");
  CHECK(unwelcome.read_to_end() == "");
}

TEST_CASE("bodies take no more memory together than they may, and give it back") {
  RunningFront front([](FrontConfig& config) { config.limits.bodies = 30'000; });
  auto holder = front.client();
  holder.send_body("POST", "/v1/held", std::string(20'000, 'h'));
  const auto respond = take_held_reply();

  auto client = front.client();
  const auto refused = client.post("/v1/echo", std::string(11'000, 'x'));
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(client.read_to_end() == "");
  CHECK(front.client().post("/v1/echo", "small").status == 200);
  // What a small body becomes when it is inflated counts too.
  CHECK(front.client().post("/v1/echo", gzip(std::string(11'000, 'x')), kGzip).status == 503);

  respond(said("done"));
  CHECK(holder.read_reply().body == "done");
  CHECK(front.client().post("/v1/echo", std::string(29'000, 'x')).status == 200);
}

TEST_CASE("so many may wait for the answer to what they wrote, and the others are told to come again") {
  RunningFront front([](FrontConfig& config) { config.limits.writes = 2; });
  auto first = front.client();
  auto second = front.client();
  first.send_body("POST", "/v1/held", "{}");
  const auto to_first = take_held_reply();
  second.send_body("POST", "/v1/held", "{}");
  const auto to_second = take_held_reply();
  auto third = front.client();
  const auto refused = third.post("/v1/echo", "{}");
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(third.get("/v1/health").status == 200);
  to_first(said("1"));
  CHECK(first.read_reply().body == "1");
  CHECK(third.post("/v1/echo", "{}").status == 200);
  to_second(said("2"));
  CHECK(second.read_reply().body == "2");
}

TEST_CASE("without a way in nothing is taken") {
  FrontConfig config;
  config.listen = {"127.0.0.1:0"};
  auto front = HttpFront::listen(config, front_routes(), nullptr, front_snapshot(1));
  REQUIRE(front);
  std::thread served([&] { (*front)->run(); });
  CHECK(FrontClient::plain((*front)->bound().front()).post("/v1/echo", "{}").status == 503);
  (*front)->stop();
  served.join();
}
