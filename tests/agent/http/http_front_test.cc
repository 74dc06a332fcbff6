/// The front over real sockets: what is answered, and that the hot table and the slow path answer alike.
#include <doctest/doctest.h>

#include <semaphore>

#include "agent/http/history_worker.h"
#include "tests/support/api.h"
#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

/// A header that the hot table does not know what to do with.
const std::string kForceSlow = "Upgrade: nothing\r\n";

/// `Date` may step between two requests: asks until both sides of `second` got the same.
struct Pair {
  std::string hot;
  std::string slow;
};
Pair ask_both(FrontClient& client, const std::string& path, const std::string& headers) {
  for (;;) {
    const auto before = client.get(path, headers).bytes();
    const auto slow = client.get(path, headers + kForceSlow).bytes();
    if (client.get(path, headers).bytes() == before) return {before, slow};
  }
}

/// Reads wait until the test lets them.
class SlowHistory final : public FakeHistory {
 public:
  Result<HistoryPage<TransitionRecord>> transitions(const TransitionQuery&) override {
    gate.acquire();
    return HistoryPage<TransitionRecord>{std::vector<TransitionRecord>(3), ""};
  }
  static inline std::counting_semaphore<> gate{0};
};

}  // namespace

TEST_CASE("the hot table and the slow path give the same bytes, for every hot path, also 304, over TCP and unix") {
  RunningFront front;
  for (const auto& address : {front.address(), front.unix_address()}) {
    FrontClient client(address);
    for (const char* path :
         {"/v1/health", "/v1/health/claude", "/v1/health/openai", "/v1/health/claude/claude-opus-4-6",
          "/v1/check/claude", "/v1/check/openai", "/v1/check/claude/claude-opus-4-6"}) {
      for (const char* headers : {"", "If-None-Match: W/\"test-1\"\r\n", "If-None-Match: W/\"other\"\r\n",
                                  "If-None-Match: *\r\n", "If-None-Match: \"test-1\"\r\n",
                                  "If-None-Match: W/\"other\", W/\"test-1\"\r\n", "If-None-Match: W/\"\r\n"}) {
        CAPTURE(path);
        CAPTURE(headers);
        const auto pair = ask_both(client, path, headers);
        CHECK(pair.hot == pair.slow);
      }
    }
    CHECK(client.get("/v1/health/claude", "If-None-Match: W/\"test-1\"\r\n").status == 304);
    CHECK(client.get("/v1/check/openai").status == 503);
  }
}

TEST_CASE("a snapshot that is published is what the next request gets") {
  RunningFront front;
  auto client = front.client();
  CHECK(client.get("/v1/health").body == "{\"generation\": 1}");
  front->publish(front_snapshot(2));
  while (client.get("/v1/health").body != "{\"generation\": 2}") continue;
  CHECK(client.get("/v1/health", kForceSlow).body == "{\"generation\": 2}");
  CHECK(client.get("/v1/health/claude", "If-None-Match: W/\"test-1\"\r\n").status == 200);
}

TEST_CASE("escaped paths, queries and names that are not known take the slow path") {
  RunningFront front;
  auto client = front.client();
  CHECK(client.get("/v1/health/claude%2Fclaude-opus-4-6").body ==
        client.get("/v1/health/claude/claude-opus-4-6").body);
  CHECK(client.get("/v1/health/claude?x=1").body == client.get("/v1/health/claude").body);
  CHECK(client.get("/v1/health/nobody").status == 404);
  CHECK(client.get("/livez").header("Content-Type") == "application/health+json");
}

TEST_CASE("HEAD answers like GET without the body, on both paths") {
  RunningFront front;
  auto client = front.client();
  for (const char* path : {"/v1/health/claude", "/livez", "/v1/nothing"}) {
    CAPTURE(path);
    const auto full = client.get(path);
    client.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto head = client.read_reply(true);
    CHECK(head.status == full.status);
    CHECK(head.header("Content-Length") == full.header("Content-Length"));
    CHECK(client.get(path).body == full.body);
  }
}

TEST_CASE("pipelined requests are answered in order, hot and slow mixed") {
  RunningFront front;
  auto client = front.client();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += "GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    requests += "POST /v1/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";
    requests += "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    CHECK(client.read_reply().body == "{\"generation\": 1}");
    CHECK(client.read_reply().status == 405);
    CHECK(client.read_reply().body == "{}");
  }
}

TEST_CASE("a wrong method is told which one is right, an unknown path is not found") {
  RunningFront front;
  auto client = front.client();
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    CAPTURE(method);
    client.send(std::string(method) + " /v1/health/claude HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto wrong_method = client.read_reply();
    CHECK(wrong_method.status == 405);
    CHECK(wrong_method.header("Allow") == "GET, HEAD");
    CHECK(wrong_method.header("Content-Type") == "application/problem+json");
    client.send(std::string(method) + " /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.read_reply().status == 404);
  }
}

TEST_CASE("what is refused says why and closes the connection") {
  RunningFront front;
  struct Row {
    std::string bytes;
    int status;
  };
  const std::string line = "GET /v1/health HTTP/1.1\r\nHost: localhost\r\n";
  const Row rows[] = {
      {"GET /v1/health HTTP/1.1\r\n\r\n", 400},
      {line + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nabGET /smuggled HTTP/1.1\r\n", 400},
      {line + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 411},
      {line + "Content-Length: 1048577\r\n\r\n" + std::string(200'000, 'x'), 413},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n", 414},
      {line + "X: " + std::string(9000, 'a') + "\r\n\r\n", 431},
      {line + "Expect: a-cake\r\n\r\n", 417},
      {"CONNECT a:1 HTTP/1.1\r\n\r\n", 501},
      {"GET / HTTP/2.0\r\n\r\n", 505},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes.substr(0, 80));
    auto client = front.client();
    client.try_send(row.bytes);
    const auto reply = client.read_reply();
    CHECK(reply.status == row.status);
    CHECK(reply.header("Connection") == "close");
    CHECK(reply.header("Content-Type") == "application/problem+json");
    CHECK(client.read_to_end() == "");
  }
}

TEST_CASE("a body is read past and never taken for a request") {
  RunningFront front;
  auto client = front.client();
  const std::string smuggled = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string large = smuggled + std::string(1'000'000, 'x');
  client.send(
      "POST /v1/health HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\nContent-Length: " +
      std::to_string(large.size()) + "\r\n\r\n" + large);
  CHECK(client.read_reply().status == 405);
  client.send("GET /v1/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(smuggled.size()) +
              "\r\n\r\n" + smuggled);
  CHECK(client.read_reply().body == "{\"generation\": 1}");
  CHECK(client.get("/v1/health").body == "{\"generation\": 1}");
}

TEST_CASE("ranges and compression are not offered") {
  RunningFront front;
  auto client = front.client();
  const auto whole = client.get("/v1/health/claude");
  for (const char* headers :
       {"Range: bytes=0-3\r\n", "Range: nonsense\r\n", "Accept-Encoding: br, gzip\r\nUpgrade: x\r\n"}) {
    CAPTURE(headers);
    const auto reply = client.get("/v1/health/claude", headers);
    CHECK(reply.status == 200);
    CHECK(reply.body == whole.body);
  }
}

TEST_CASE("a foreign Host is refused, also after one that was allowed; over the unix socket any will do") {
  RunningFront front([](FrontConfig& config) { config.allowed_hosts = {"gateway.internal"}; });
  auto client = front.client();
  const auto status_of = [](FrontClient& from, const std::string& host) {
    from.send("GET /v1/health HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return from.read_reply().status;
  };
  CHECK(status_of(client, "localhost:1") == 200);
  CHECK(status_of(client, "gateway.internal") == 200);
  CHECK(status_of(client, "evil.example") == 403);
  CHECK(status_of(client, "") == 403);
  CHECK(status_of(client, front.address()) == 200);
  FrontClient local(front.unix_address());
  CHECK(status_of(local, "anything") == 200);
  client.send("GET /v1/health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto old = client.read_reply();
  CHECK(old.status == 200);
  CHECK(old.header("Connection") == "keep-alive");
}

TEST_CASE("who says close, or speaks HTTP/1.0, is answered and let go") {
  RunningFront front;
  for (const char* request : {"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                              "GET /v1/health HTTP/1.0\r\n\r\n"}) {
    auto client = front.client();
    client.send(request);
    const auto reply = client.read_reply();
    CHECK(reply.status == 200);
    CHECK(reply.header("Connection") == "close");
    CHECK(client.read_to_end() == "");
  }
}

TEST_CASE("a client that closes its sending side still gets its answer") {
  RunningFront front;
  auto client = front.client();
  client.send("GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  client.shutdown_send();
  CHECK(client.read_reply().status == 200);
}

TEST_CASE("a handler that throws is a 500 that tells nothing, and the connection lives on") {
  RunningFront front;
  auto client = front.client();
  const auto reply = client.get("/v1/broken");
  CHECK(reply.status == 500);
  CHECK(reply.bytes().find("secret") == std::string::npos);
  CHECK(client.get("/v1/health").status == 200);
}

TEST_CASE("while history waits for the disk everybody else is served, and too many who wait are told so") {
  RunningFront front({}, std::make_unique<SlowHistory>());
  std::vector<FrontClient> waiting;
  for (size_t i = 0; i < kMaxHistoryCalls; ++i) {
    waiting.push_back(front.client());
    waiting.back().send("GET /v1/transitions HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  auto client = front.client();
  CHECK(client.get("/v1/health").status == 200);
  // Connections are accepted, and then read, in the order in which they came.
  auto last = front.client();
  last.send("GET /v1/transitions HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto refused = last.read_reply();
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "1");
  SlowHistory::gate.release(kMaxHistoryCalls);
  for (auto& one : waiting) CHECK(one.read_reply().body == "{\"rows\": 3}");
}

TEST_CASE("bodies that take long to read wait for each other, and too many who wait are told so") {
  RunningFront front({}, std::make_unique<SlowHistory>());
  auto reader = front.client();
  reader.send("GET /v1/transitions HTTP/1.1\r\nHost: localhost\r\n\r\n");
  // What it becomes is not known before: gzip takes the worker, and this one is not even gzip.
  const std::string gzip = "Content-Encoding: gzip\r\n";
  std::vector<FrontClient> waiting;
  for (size_t i = 0; i < kMaxWorkerBodies; ++i) {
    waiting.push_back(front.client());
    waiting.back().send_body("POST", "/v1/echo", "{}", gzip);
  }
  auto client = front.client();
  CHECK(client.get("/livez").status == 200);
  CHECK(client.post("/v1/echo", "{}").status == 200);
  const auto refused = client.post("/v1/echo", "{}", gzip);
  CHECK(refused.status == 503);
  CHECK(refused.header("Retry-After") == "1");
  SlowHistory::gate.release();
  CHECK(reader.read_reply().status == 200);
  for (auto& one : waiting) CHECK(one.read_reply().status == 400);
  CHECK(client.post("/v1/echo", "{}", gzip).status == 400);
}

TEST_CASE("a front that ends while the database is slow waits for the call that runs and drops those that wait") {
  {
    RunningFront front([](FrontConfig& config) { config.limits.drain = Millis(50); },
                       std::make_unique<SlowHistory>());
    std::vector<FrontClient> waiting;
    for (int i = 0; i < 3; ++i) {
      waiting.push_back(front.client());
      waiting.back().send("GET /v1/transitions HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    CHECK(front.client().get("/livez").status == 200);
    front.join();
    for (auto& one : waiting) CHECK(one.read_to_end() == "");
    SlowHistory::gate.release(3);  // the call that runs, and those that it may start before it is told to stop
  }
  while (SlowHistory::gate.try_acquire()) continue;
}
