/// Who may do what, over real sockets: what is tried to get past the tokens, on the hot path and the slow one.
#include "agent/http/http_access.h"

#include <doctest/doctest.h>

#include <vector>

#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const std::string kReader = "reader-0123456789abcdef0123456789abcdef";
const std::string kRouter = "router-0123456789abcdef0123456789abcdef";
const std::string kOperator = "operator-0123456789abcdef0123456789abcdef";

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

TokensPtr tokens_of(const std::vector<std::pair<std::string, Grant>>& rows) {
  auto tokens = std::make_shared<Tokens>();
  for (const auto& [token, grant] : rows) REQUIRE(tokens->add(token, grant));
  return tokens;
}

TokensPtr all_tokens() {
  return tokens_of({{kReader, {Role::reader, ""}},
                    {kRouter, {Role::reporter, "router-eu-1"}},
                    {kOperator, {Role::operator_, ""}}});
}

RunningFront guarded(const TokensPtr& tokens = all_tokens()) {
  return RunningFront([&](FrontConfig& config) { config.tokens = tokens; });
}

/// The status of a request whose bytes are given; on a connection of its own.
int status_of(const std::string& address, const std::string& bytes) {
  FrontClient client(address);
  client.send(bytes);
  return client.read_reply(bytes.starts_with("HEAD")).status;
}

std::string request(const std::string& line, const std::string& headers = "") {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

int write_status(FrontClient& client, const std::string& line, const std::string& headers = "") {
  client.send(request(line, headers + "Content-Type: application/json\r\nContent-Length: 2\r\n") + "{}");
  return client.read_reply().status;
}

}  // namespace

TEST_CASE("the token is what follows Bearer, in any case, and nothing else is one") {
  CHECK(bearer_token("Bearer abc") == "abc");
  CHECK(bearer_token("bearer   abc") == "abc");
  CHECK(bearer_token("BEARER a b") == "a b");
  for (const char* none : {"", "Bearer", "Bearer ", "Bearer    ", "Basic abc", "Bearerabc", "Bearer\tabc", "abc"}) {
    CAPTURE(none);
    CHECK(bearer_token(none).empty());
  }
}

TEST_CASE("who asks is told by the connection and by what proxies add") {
  const Peer far{.address = asio::ip::make_address("192.0.2.7")};
  const Peer near{.address = asio::ip::make_address("127.8.8.8")};
  const Peer near_v6{.address = asio::ip::make_address("::1")};
  const Peer unix_peer{.is_unix = true, .uid = 1000};
  const Tokens tokens = *all_tokens();
  RequestHead head;
  frame_request(request("GET /"), head);
  CHECK_FALSE(asker_of(head, far, tokens).is_loopback);
  CHECK(asker_of(head, near, tokens).is_loopback);
  CHECK(asker_of(head, near_v6, tokens).is_loopback);
  CHECK_FALSE(asker_of(head, unix_peer, tokens).is_loopback);
  CHECK(asker_of(head, unix_peer, tokens).is_unix);
  CHECK_FALSE(asker_of(head, near, tokens).sent_token);

  const std::string sent = request("GET /", bearer(kRouter) + "x-forwarded-proto: https\r\n");
  frame_request(sent, head);
  const Asker asker = asker_of(head, far, tokens);
  CHECK(asker.forwarded);
  CHECK(asker.sent_token);
  const Caller caller = caller_of(asker, far);
  CHECK(caller.address == "192.0.2.7");
  CHECK(caller.forwarded);
  CHECK(caller.grant == Grant{Role::reporter, "router-eu-1"});
  CHECK(caller_of(asker, unix_peer).uid == 1000);
}

TEST_CASE("without its token nothing is read, by any method, on any path, over TCP or the unix socket") {
  const RunningFront front = guarded();
  for (const auto& address : {front.address(), front.unix_address()}) {
    for (const char* line : {"GET /v1/health",
                             "HEAD /v1/health",
                             "GET /v1/health/claude",
                             "GET /v1/health/claude%2Fclaude-opus-4-6",
                             "GET /%76%31/health",
                             "GET //v1/health",
                             "GET /v1/health?x=1",
                             "GET /v1/health/../health",
                             "GET /v1/check/claude",
                             "GET /v1/transitions",
                             "GET /v1/stream",
                             "GET /v1/health?wait_s=30&generation=1",
                             "GET /livez/../v1/health",
                             "GET /livez/",
                             "GET /livez%2f..%2fv1%2fhealth",
                             "GET /LIVEZ",
                             "GET /nothing",
                             "OPTIONS /v1/health",
                             "OPTIONS /livez",
                             "POST /v1/health",
                             "POST /livez",
                             "DELETE /v1/echo",
                             "PUT /v1/echo",
                             "PATCH /v1/health"}) {
      CAPTURE(line);
      const bool writes = std::string(line).find("echo") != std::string::npos;
      const std::string headers = writes ? "Content-Type: application/json\r\nContent-Length: 2\r\n" : "";
      CHECK(status_of(address, request(line, headers) + (writes ? "{}" : "")) == 401);
    }
    CHECK(status_of(address, "GET /v1/health HTTP/1.0\r\n\r\n") == 401);
    CHECK(status_of(address, request("GET /livez")) == 200);
    CHECK(status_of(address, request("HEAD /livez")) == 200);
    CHECK(status_of(address, "GET /livez HTTP/1.0\r\n\r\n") == 200);
  }
}

TEST_CASE("a 401 says what is wanted and closes nothing") {
  const RunningFront front = guarded();
  auto client = front.client();
  const auto none = client.get("/v1/health");
  CHECK(none.status == 401);
  CHECK(none.header("WWW-Authenticate") == "Bearer realm=\"signalbox\"");
  CHECK(none.header("Content-Type") == "application/problem+json");
  CHECK(none.header("Cache-Control") == "no-store");
  CHECK(none.header("ETag").empty());
  const auto wrong = client.get("/v1/health", bearer(std::string(32, 'x')));
  CHECK(wrong.status == 401);
  CHECK(wrong.header("WWW-Authenticate") == "Bearer realm=\"signalbox\", error=\"invalid_token\"");
  CHECK(client.get("/v1/health", bearer(kReader)).status == 200);
}

TEST_CASE("only the whole token in the one place for it counts") {
  const RunningFront front = guarded();
  auto client = front.client();
  for (const std::string& headers :
       {"Authorization: " + kReader + "\r\n", "Authorization: Basic " + kReader + "\r\n",
        std::string("Authorization: Bearer\r\n"), "Authorization: Bearer " + kReader.substr(1) + "\r\n",
        "Authorization: Bearer " + kReader + "x\r\n", "Authorization: Bearer \"" + kReader + "\"\r\n",
        "Authorization: Bearer " + kReader + " " + kReader + "\r\n",
        "Authorization: Bearer " + kReader + ", Bearer " + kReader + "\r\n",
        "Proxy-Authorization: Bearer " + kReader + "\r\n", "X-Authorization: Bearer " + kReader + "\r\n",
        "Cookie: token=" + kReader + "\r\n", "Authorization_: Bearer " + kReader + "\r\n"}) {
    CAPTURE(headers);
    CHECK(client.get("/v1/health", headers).status == 401);
    CHECK(client.get("/v1/transitions", headers).status == 401);
  }
  for (const char* query : {"?token=", "?access_token=", "?authorization=Bearer%20", "?reader_token="}) {
    CAPTURE(query);
    CHECK(client.get("/v1/health" + std::string(query) + kReader).status == 401);
  }
  for (const std::string& headers :
       {"authorization: bearer " + kReader + "\r\n", "AUTHORIZATION: BEARER " + kReader + "\r\n",
        "Authorization:\t Bearer   " + kReader + " \t\r\n"}) {
    CAPTURE(headers);
    CHECK(client.get("/v1/health", headers).status == 200);
  }
}

TEST_CASE("two Authorization headers are refused, whichever of them would do") {
  const RunningFront front = guarded();
  for (const std::string& headers :
       {bearer(kReader) + bearer(kReader), bearer("x") + "authorization: Bearer " + kReader + "\r\n",
        bearer(kReader) + "Authorization:\r\n"}) {
    auto client = front.client();
    const auto reply = client.get("/v1/health", headers);
    CHECK(reply.status == 400);
    CHECK(reply.header("Connection") == "close");
  }
}

TEST_CASE("pipelined on one connection, each request is judged by its own token, hot and slow") {
  const RunningFront front = guarded();
  auto client = front.client();
  std::string sent;
  for (int i = 0; i < 30; ++i) {
    sent += request("GET /v1/health", bearer(kReader)) + request("GET /v1/health") +
            request("GET /v1/health", bearer("wrong")) + request("GET /livez") +
            request("GET /v1/transitions", bearer(kRouter)) + request("GET /v1/transitions");
  }
  client.send(sent);
  for (int i = 0; i < 30; ++i) {
    for (const int status : {200, 401, 401, 200, 503, 401}) CHECK(client.read_reply().status == status);
  }
}

TEST_CASE("the hot table and the slow path give the same bytes to who has a token, and to who has none") {
  const RunningFront front = guarded();
  auto client = front.client();
  for (const std::string& headers :
       {bearer(kReader), bearer(kRouter), bearer(kOperator), bearer("wrong"), std::string()}) {
    for (const char* path : {"/v1/health", "/v1/health/claude", "/v1/check/openai"}) {
      CAPTURE(headers);
      for (;;) {  // `Date` may step between two requests
        const auto hot = client.get(path, headers).bytes();
        const auto slow = client.get(path, headers + "Upgrade: nothing\r\n").bytes();
        if (client.get(path, headers).bytes() != hot) continue;
        CHECK(hot == slow);
        break;
      }
    }
  }
}

TEST_CASE("a router's copy is not renewed without its token") {
  const RunningFront front = guarded();
  auto client = front.client();
  const std::string match = "If-None-Match: W/\"test-1\"\r\n";
  CHECK(client.get("/v1/health", match + bearer(kReader)).status == 304);
  const auto refused = client.get("/v1/health", match);
  CHECK(refused.status == 401);
  CHECK(refused.header("X-Signalbox-Expires-At").empty());
  CHECK(client.get("/v1/health", "If-None-Match: *\r\n").status == 401);
}

TEST_CASE("the hot table forgets nobody's rights: tokens that come into force later count at once") {
  RunningFront front;
  auto client = front.client();
  CHECK(client.get("/v1/health").status == 200);
  front->use_tokens(all_tokens());
  while (client.get("/v1/health").status == 200) continue;
  CHECK(client.get("/v1/health").status == 401);
  CHECK(client.get("/v1/health", bearer(kReader)).status == 200);
  front->use_tokens(tokens_of({{kRouter, {Role::reader, ""}}}));
  while (client.get("/v1/health", bearer(kReader)).status == 200) continue;
  CHECK(client.get("/v1/health", bearer(kReader)).status == 401);
  CHECK(client.get("/v1/health", bearer(kRouter)).status == 200);
}

TEST_CASE("when the tokens change, streams and long polls that were let in before end") {
  RunningFront front;
  auto stream = front.client();
  stream.send(request("GET /v1/stream"));
  CHECK(stream.read_reply(true).status == 200);
  auto poll = front.client();
  poll.send(request("GET /v1/health?wait_s=30&generation=1"));
  auto other = front.client();
  CHECK(other.get("/livez").status == 200);  // the poll waits by now: requests are read in their order
  front->use_tokens(all_tokens());
  const auto rest = stream.read_to_end();
  REQUIRE(rest);
  CHECK(rest->find("come back with Last-Event-ID") != std::string::npos);
  CHECK(poll.read_to_end() == "");

  auto kept = front.client();
  kept.send(request("GET /v1/stream", bearer(kReader)));
  CHECK(kept.read_reply(true).status == 200);
  front->use_tokens(all_tokens());  // the same: nobody is sent away
  front->publish(front_snapshot(2));
  front.join();
  const auto told = kept.read_to_end();
  REQUIRE(told);
  CHECK(told->find("id: 2\n") != std::string::npos);
}

TEST_CASE("what a proxy forwards is never local, whoever sends it and however it is written") {
  const RunningFront open;
  const RunningFront locked = guarded();
  for (const char* header :
       {"Forwarded: for=192.0.2.1", "forwarded: ", "X-Forwarded-For: 127.0.0.1", "x-forwarded-for: ::1",
        "X-FORWARDED-FOR:127.0.0.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: localhost", "x-real-ip: ::1",
        "X-Real-Ip: 127.0.0.1", "Via: 1.1 x", "VIA: 1.0 localhost"}) {
    CAPTURE(header);
    const std::string headers = std::string(header) + "\r\n";
    for (const auto& address : {open.address(), open.unix_address()}) {
      FrontClient client(address);
      const auto refused = client.get("/v1/health/claude", headers);
      CHECK(refused.status == 403);
      CHECK(refused.body.find("reader_token_file") != std::string::npos);
      CHECK(client.get("/v1/health/claude").status == 200);
      CHECK(client.get("/livez", headers).status == 200);
      CHECK(client.post("/v1/echo", "{}", headers).status == 403);
    }
    auto client = locked.client();
    CHECK(client.get("/v1/health/claude", headers).status == 401);
    CHECK(client.get("/v1/health/claude", headers + bearer(kReader)).status == 200);
  }
}

TEST_CASE("a foreign Host is refused with the best of tokens") {
  const RunningFront front = guarded();
  auto client = front.client();
  client.send("GET /v1/health HTTP/1.1\r\nHost: evil.example\r\n" + bearer(kReader) + "\r\n");
  CHECK(client.read_reply().status == 403);
  client.send("GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  CHECK(client.read_reply().status == 403);
}

TEST_CASE("a write goes by its route: what says nothing takes an operator's token, and no other") {
  const RunningFront front = guarded();
  for (const auto& address : {front.address(), front.unix_address()}) {
    FrontClient client(address);
    for (const char* line : {"POST /v1/echo", "PUT /v1/decree"}) {
      CAPTURE(line);
      const bool reports = std::string(line).starts_with("POST");
      CHECK(write_status(client, line) == 401);
      CHECK(write_status(client, line, bearer("wrong")) == 401);
      CHECK(write_status(client, line, bearer(kReader)) == 403);
      CHECK(write_status(client, line, bearer(kRouter)) == (reports ? 200 : 403));
      CHECK(write_status(client, line, bearer(kOperator)) == (reports ? 403 : 200));
    }
    const auto denied = client.post("/v1/echo", "{}", bearer(kReader));
    CHECK(denied.header("WWW-Authenticate") == "Bearer realm=\"signalbox\", error=\"insufficient_scope\"");
  }
}

TEST_CASE("without an operator token overrides come over the unix socket alone, reports from this host") {
  const RunningFront front;
  auto client = front.client();
  FrontClient local(front.unix_address());
  CHECK(write_status(client, "PUT /v1/decree") == 403);
  CHECK(write_status(client, "POST /v1/echo") == 200);
  CHECK(write_status(local, "PUT /v1/decree") == 200);
  CHECK(write_status(local, "POST /v1/echo") == 200);
  CHECK(write_status(local, "PUT /v1/decree", "Via: 1.1 x\r\n") == 403);
}

TEST_CASE("the body of who may not write is read past, and who asks first is told before it sends") {
  const RunningFront front = guarded();
  auto client = front.client();
  const std::string smuggled = request("GET /v1/health", bearer(kReader));
  CHECK(client.post("/v1/echo", smuggled).status == 401);
  CHECK(client.get("/livez").status == 200);
  client.send(
      request("POST /v1/echo", "Content-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n"));
  CHECK(client.read_reply().status == 401);
}
