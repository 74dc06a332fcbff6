/// What one client can take from the others: nothing.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr Millis kSoon{100};

/// Sends a byte after the other until the peer closes; false when it never does.
bool closed_while_dribbling(FrontClient& client, size_t most) {
  for (size_t i = 0; i < most; ++i) {
    if (!client.try_send("x")) return true;
  }
  return client.read_to_end().has_value();
}

/// The limit under which `free` more descriptors can be opened.
rlim_t limit_leaving(int free) {
  rlim_t limit = 0;
  std::vector<int> opened;
  for (int i = 0; i <= free; ++i) {
    opened.push_back(dup(0));
    REQUIRE(opened.back() >= 0);
    limit = static_cast<rlim_t>(opened.back());
  }
  for (const int one : opened) close(one);
  return limit;
}

struct DescriptorLimit {
  DescriptorLimit() { getrlimit(RLIMIT_NOFILE, &before); }
  ~DescriptorLimit() { setrlimit(RLIMIT_NOFILE, &before); }
  void lower_to(rlim_t soft) const {
    const rlimit lower{soft, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &lower) == 0);
  }
  rlimit before{};
};

}  // namespace

TEST_CASE("a head that takes too long is answered 408 and closed, however it dribbles") {
  RunningFront front([](FrontConfig& config) { config.limits.head = kSoon; });
  auto client = front.client();
  client.send("GET /v1/health HTTP/1.1\r\nHost: loc");
  const auto reply = client.read_reply();
  CHECK(reply.status == 408);
  CHECK(reply.header("Connection") == "close");
  CHECK(client.read_to_end() == "");

  auto slow = front.client();
  slow.send("GET /v1/health HTTP/1.1\r\nX: ");
  CHECK(closed_while_dribbling(slow, 1'000'000));
}

TEST_CASE("the head's deadline counts from the request's first byte, not from the connection's") {
  RunningFront front([](FrontConfig& config) { config.limits.head = Millis(500); });
  auto client = front.client();
  // Far more than 500 ms of requests on one connection.
  const auto end = std::chrono::steady_clock::now() + Millis(700);
  while (std::chrono::steady_clock::now() < end) {
    client.send("GET /v1/health HTTP/1.1\r\n");
    client.send("Host: localhost\r\n\r\nGET /v1/health");
    CHECK(client.read_reply().status == 200);
    client.send(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.read_reply().status == 200);
  }
}

TEST_CASE("a body that takes too long is answered 408 and closed") {
  RunningFront front([](FrontConfig& config) { config.limits.body = kSoon; });
  auto client = front.client();
  client.send("POST /v1/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc");
  CHECK(client.read_reply().status == 408);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("an idle connection is closed without a word") {
  RunningFront front([](FrontConfig& config) { config.limits.idle = kSoon; });
  auto silent = front.client();
  CHECK(silent.read_to_end() == "");
  auto served = front.client();
  CHECK(served.get("/v1/health").status == 200);
  CHECK(served.read_to_end() == "");
}

TEST_CASE("a client that asks and never reads is closed, and its replies do not pile up") {
  RunningFront front([](FrontConfig& config) { config.limits.write = kSoon; });
  auto client = front.client();
  std::string many;
  for (int i = 0; i < 200; ++i) many += "GET /v1/health/claude HTTP/1.1\r\nHost: localhost\r\n\r\n";
  bool closed = false;
  // The kernel's buffers take a few megabytes of replies first.
  for (int i = 0; i < 1000 && !closed; ++i) closed = !client.try_send(many);
  CHECK(closed);
  CHECK(front.client().get("/v1/health").status == 200);
}

TEST_CASE("more than a thousand silent connections leave room for a request") {
  RunningFront front;
  std::vector<FrontClient> silent;
  for (int i = 0; i < 1100; ++i) silent.push_back(front.client());
  CHECK(front.client().get("/v1/health").status == 200);
  for (size_t i = 0; i < silent.size(); i += 100) CHECK(silent[i].get("/v1/health").status == 200);
}

TEST_CASE("at the cap the idlest is closed for a new one, and the unix socket has seats of its own") {
  RunningFront front([](FrontConfig& config) { config.limits.connections = 3; });
  auto first = front.client();
  auto second = front.client();
  auto third = front.client();
  for (auto* client : {&first, &second, &third}) CHECK(client->get("/v1/health").status == 200);
  CHECK(first.get("/v1/health").status == 200);
  CHECK(front.client().get("/v1/health").status == 200);
  CHECK(second.read_to_end() == "");
  CHECK(first.get("/v1/health").status == 200);
  CHECK(FrontClient(front.unix_address()).get("/v1/health").status == 200);
  CHECK(third.get("/v1/health").status == 200);
}

TEST_CASE("a flood of clients that are refused, however often they ask, costs no regular its seat") {
  RunningFront front([](FrontConfig& config) {
    config.limits.connections = 8;
    config.limits.regular = Millis{0};
  });
  auto router = front.client();
  CHECK(router.get("/v1/health").status == 200);
  std::vector<FrontClient> flood;
  for (int i = 0; i < 50; ++i) {
    flood.push_back(front.client());
    CHECK(flood.back().get("/v1/nothing").status == 404);
    CHECK(flood.back().post("/v1/echo", "{}", "Content-Encoding: br\r\n").status == 415);
  }
  CHECK(router.get("/v1/health").status == 200);
  CHECK(flood.front().read_to_end() == "");
}

TEST_CASE("a flood of connections that ask nothing costs a client that has asked nothing") {
  RunningFront front([](FrontConfig& config) { config.limits.connections = 8; });
  auto router = front.client();
  CHECK(router.get("/v1/health").status == 200);
  std::vector<FrontClient> flood;
  for (int i = 0; i < 50; ++i) {
    flood.push_back(front.client());
    if (i % 2 == 0) flood.back().send("GET /v1/health HTTP/1.1\r\nX: ");
  }
  CHECK(router.get("/v1/health").status == 200);
  CHECK(flood.front().read_to_end() == "");
}

TEST_CASE("clients that ask for much and take nothing hold no more together than they may") {
  // A reply has 900 bytes: whoever keeps one waiting is over it.
  RunningFront front([](FrontConfig& config) { config.limits.unsent = 100; });
  auto deaf = front.client();
  std::string many;
  for (int i = 0; i < 200; ++i) many += "GET /v1/health/claude HTTP/1.1\r\nHost: localhost\r\n\r\n";
  bool closed = false;
  for (int i = 0; i < 1000 && !closed; ++i) closed = !deaf.try_send(many);
  CHECK(closed);
  CHECK(front.client().get("/v1/health/claude").status == 200);
}

TEST_CASE("when all seats are busy a new client is told, not left waiting") {
  RunningFront front([](FrontConfig& config) { config.limits.connections = 1; });
  auto busy = front.client();
  busy.send("GET /v1/health?wait_s=30&generation=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  FrontClient witness(front.unix_address());
  CHECK(witness.get("/livez").status == 200);
  auto late = front.client();
  const auto reply = late.read_reply();
  CHECK(reply.status == 503);
  CHECK(late.read_to_end() == "");
  front->publish(front_snapshot(2));
  CHECK(busy.read_reply().status == 200);
}

TEST_CASE("without a free descriptor the idlest makes room, and the front lives on") {
  RunningFront front;
  CHECK(front.client().get("/v1/health").status == 200);
  std::vector<FrontClient> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(FrontClient::unconnected());
  {
    const DescriptorLimit limit;
    limit.lower_to(limit_leaving(2));
    for (auto& client : clients) client.connect(front.address());
    CHECK(clients.back().get("/v1/health").status == 200);
    CHECK(clients.front().read_to_end() == "");
  }
  CHECK(front.client().get("/v1/health").status == 200);
}

TEST_CASE("without a free descriptor and nobody idle, accepting waits and goes on later") {
  RunningFront front;
  CHECK(front.client().get("/v1/health").status == 200);
  auto client = FrontClient::unconnected();
  {
    const DescriptorLimit limit;
    limit.lower_to(limit_leaving(0));
    client.connect(front.address());
    client.send("GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  CHECK(client.read_reply().status == 200);
}

TEST_CASE("stopping finishes what is in flight, refuses what is new and removes the unix socket") {
  RunningFront front;
  const auto address = front.address();
  const auto path = front.unix_address().substr(5);
  auto half = front.client();
  half.send("GET /v1/health HTTP/1.1\r\nHost: local");
  auto idle = front.client();
  CHECK(idle.get("/v1/health").status == 200);
  front->stop();
  CHECK(idle.read_to_end() == "");
  half.send("host\r\n\r\n");
  const auto reply = half.read_reply();
  CHECK(reply.status == 200);
  CHECK(reply.header("Connection") == "close");
  front.join();
  CHECK_THROWS(FrontClient(address));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("stopping does not wait for ever for a request that never ends") {
  RunningFront front([](FrontConfig& config) { config.limits.drain = kSoon; });
  auto half = front.client();
  half.send("GET /v1/health HTTP/1.1\r\nHost: local");
  CHECK(front.client().get("/livez").status == 200);
  front.join();
  CHECK(half.read_to_end() == "");
}

TEST_CASE("when we stop, who has connected and not asked yet is still heard") {
  RunningFront front;
  auto idle = front.client();
  CHECK(idle.get("/v1/health").status == 200);
  auto just_came = front.client();
  FrontClient just_came_unix(front.unix_address());
  CHECK(front.client().get("/v1/health").status == 200);  // the two before it are accepted by now
  front->stop();
  CHECK(idle.read_to_end() == "");
  for (auto* client : {&just_came, &just_came_unix}) {
    const auto reply = client->get("/v1/health");
    CHECK(reply.status == 200);
    CHECK(reply.header("Connection") == "close");
  }
}

TEST_CASE("when we stop, who says nothing, half a request, or takes no leave holds us up for a moment only") {
  RunningFront front([](FrontConfig& config) {
    config.limits.last_word = kSoon;
    config.limits.drain = config.limits.linger = seconds(60);
  });
  auto silent = front.client();
  auto half = front.client();
  half.send("GET /v1/health HTTP/1.1\r\nHost: local");
  auto lingering = front.client();
  lingering.send("GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(lingering.read_reply().status == 200);
  const auto begin = std::chrono::steady_clock::now();
  front.join();
  CHECK(std::chrono::steady_clock::now() - begin < seconds(10));
  CHECK(silent.read_to_end() == "");
  CHECK(half.read_reply().status == 408);
}

TEST_CASE("connections that nobody has accepted yet wait in an adopted socket for whoever listens next") {
  auto kept = ListenSocket::tcp("127.0.0.1:0");
  REQUIRE(kept);
  const auto adopted = [&] {
    std::vector<ListenSocket> sockets;
    sockets.push_back(std::move(*ListenSocket::adopt(dup(kept->descriptor()))));
    return sockets;
  };
  FrontConfig config;
  config.listen = {"192.0.2.1:1"};  // not an address of this machine: the adopted socket stands for it
  const auto serve_once = [&](FrontClient& client) {
    auto front = HttpFront::listen(config, front_routes(), nullptr, front_snapshot(1), nullptr, adopted());
    REQUIRE(front);
    CHECK((*front)->bound() == std::vector<std::string>{kept->name()});
    std::thread thread([&] { (*front)->run(); });
    CHECK(client.read_reply().status == 200);
    (*front)->stop();
    thread.join();
  };
  auto first = FrontClient::plain(kept->name());
  first.send("GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  serve_once(first);
  auto second = FrontClient::plain(kept->name());
  second.send("GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  serve_once(second);
}

TEST_CASE("a second agent on the same port or socket gets a clear error, the first goes on") {
  RunningFront front;
  FrontConfig config;
  config.listen = {front.address()};
  const auto same_port = HttpFront::listen(config, front_routes(), nullptr, front_snapshot(1));
  REQUIRE_FALSE(same_port);
  CHECK(same_port.error().message == "cannot listen on " + front.address() + ": bind: Address already in use");
  config.listen.clear();
  config.unix_socket = front.unix_address().substr(5);
  const auto same_path = HttpFront::listen(config, front_routes(), nullptr, front_snapshot(1));
  REQUIRE_FALSE(same_path);
  CHECK(same_path.error().message == "cannot listen on " + config.unix_socket + ": another agent does");
  CHECK(FrontClient(front.unix_address()).get("/v1/health").status == 200);
}

TEST_CASE("a front that never ran closes what it bound") {
  FrontConfig config;
  config.listen = {"127.0.0.1:0"};
  auto front = HttpFront::listen(config, front_routes(), nullptr, front_snapshot(1));
  REQUIRE(front);
  const auto address = (*front)->bound().front();
  (*front)->publish(front_snapshot(2));
  front->reset();
  CHECK_THROWS(FrontClient(address));
}
