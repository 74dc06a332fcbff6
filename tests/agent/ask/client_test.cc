#include <doctest/doctest.h>
#include <stdlib.h>

#include <fstream>
#include <thread>

#include "agent/ask/client.h"
#include "tests/support/fake_page.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/unix_agent.h"

namespace signalbox {
namespace {

using testing::FakePage;

AgentClient client_of(const std::string& url) {
  auto address = parse_agent_address(url);
  REQUIRE(address);
  auto client = AgentClient::make(*address);
  REQUIRE(client);
  return *client;
}

/// The page's address without the slash that its `url` ends in.
std::string base_of(const FakePage& page) { return page.url(""); }

std::string error_of(const Result<AgentReply>& reply) { return reply ? "" : reply.error().message; }

/// A port on which nobody listens any more.
std::string closed_url() { return FakePage().url(""); }

TEST_CASE("an agent is asked over TCP, under a prefix, and over a unix socket") {
  FakePage page;
  page.on("/v1/health", testing::reply(200, "{}"));
  page.on("/box/v1/health", testing::reply(503, "under a prefix"));
  const auto plain = client_of(base_of(page)).get("/v1/health");
  REQUIRE(plain);
  CHECK(plain->status == 200);
  CHECK(plain->body == "{}");
  const auto prefixed = client_of(page.url("/box/")).get("/v1/health");
  REQUIRE(prefixed);
  CHECK(prefixed->status == 503);
  CHECK(prefixed->body == "under a prefix");

  const testing::UnixAgent agent("over a socket");
  const auto local = client_of(agent.url()).get("/v1/health");
  REQUIRE(local);
  CHECK(local->body == "over a socket");
}

TEST_CASE("an agent that is not there is an error that says what to try") {
  const std::string closed = closed_url();
  CHECK(error_of(client_of(closed).get("/")) ==
        "cannot reach the agent at " + closed + ": connection refused; is it running? try: signalbox serve");
  CHECK(error_of(client_of("unix:/nowhere/x.sock").get("/")) ==
        "cannot reach the agent at unix:/nowhere/x.sock: no such file or directory; is it running? try: signalbox "
        "serve");
}

TEST_CASE("an agent that is silent or dribbles is given up at the deadline") {
  FakePage page;
  page.on("/silent", testing::silence());
  page.on("/dribble", testing::dribble_headers(testing::reply(200, std::string(100'000, 'x'))));
  page.on("/body", testing::dribble_body(testing::reply(200, std::string(100'000, 'x'))));
  for (const char* path : {"/silent", "/dribble", "/body"}) {
    CAPTURE(path);
    const auto start = std::chrono::steady_clock::now();
    CHECK(error_of(client_of(base_of(page)).get(path, seconds(1))) ==
          "the agent at " + base_of(page) + " did not answer within 1 s");
    CHECK(std::chrono::steady_clock::now() - start < seconds(4));
  }
}

TEST_CASE("a request to stop ends a call at once") {
  FakePage page;
  page.on("/silent", testing::silence());
  std::stop_source stop;
  std::jthread stopper([&] {
    page.wait_for_requests(1);
    stop.request_stop();
  });
  CHECK(error_of(client_of(base_of(page)).get("/silent", minutes(1), stop.get_token())) == "stopped");
}

TEST_CASE("an answer that is too large or cut short is an error") {
  FakePage page;
  testing::FakeAnswer huge = testing::reply(200);
  huge.bytes = "HTTP/1.1 200 OK\r\n\r\n";
  huge.filler = kMaxAnswer + 1;
  page.on("/huge", huge);
  page.on("/cut", testing::cut(testing::reply(200, "0123456789"), 45));
  page.on("/other", testing::FakeAnswer{.bytes = "SSH-2.0-OpenSSH_9.2\r\n"});
  const std::string agent = base_of(page);
  CHECK(error_of(client_of(agent).get("/huge")) == "the answer of " + agent + " is larger than 8 MiB");
  const std::string broken = agent + " closed the connection before its answer was whole, or does not speak HTTP";
  CHECK(error_of(client_of(agent).get("/cut")) == broken);
  CHECK(error_of(client_of(agent).get("/other")) == broken);
}

TEST_CASE("a certificate that nobody vouches for is refused") {
  const testing::FakeIdentity identity;
  FakePage page(&identity);
  page.on("/", testing::reply(200, "{}"));
  const std::string agent = base_of(page);
  REQUIRE(agent.starts_with("https://"));
  CHECK(error_of(client_of(agent).get("/")) ==
        "the certificate of " + agent +
            " is of nobody who this system trusts: self-signed certificate; --ca-file names who vouches for it");
  CHECK(page.requests().empty());
}

TEST_CASE("a certificate that the file vouches for is trusted, unless it has expired or is for another name") {
  const auto said_of = [](const testing::IdentityShape& shape) {
    const testing::FakeIdentity identity(shape);
    FakePage page(&identity);
    page.on("/", testing::reply(200, "{}"));
    const auto client = AgentClient::make(*parse_agent_address(base_of(page)), {.ca = {identity.pem_file(), "CA"}});
    REQUIRE(client);
    std::string said = error_of(client->get("/"));
    CHECK(page.requests().size() == (said.empty() ? 1 : 0));
    return said.substr(0, said.find(base_of(page))) + said.substr(said.find(' ', said.find("://") + 1) + 1);
  };
  CHECK(said_of({}).empty());
  CHECK(said_of({.expired = true}) == "the certificate of has expired");
  CHECK(said_of({.names = "DNS:signalbox.example"}) ==
        "the certificate of is not for 127.0.0.1 but for another name");
  CHECK(said_of({.names = "IP:127.0.0.2"}) == "the certificate of is not for 127.0.0.1 but for another name");
}

TEST_CASE("a file of those who vouch has to hold certificates") {
  const ScratchDirectory directory;
  std::ofstream(directory.file("ca")) << "nonsense\n";
  const auto address = *parse_agent_address("https://127.0.0.1:1");
  for (const char* name : {"missing", "ca"}) {
    const auto refused = AgentClient::make(address, {.ca = {directory.file(name), "--ca-file"}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message ==
          "--ca-file: " + directory.file(name) + " cannot be read, or holds no certificate in PEM");
  }
}

TEST_CASE("a token goes to this host and over TLS only") {
  const ScratchDirectory directory;
  const std::string file = directory.file("token");
  std::ofstream(file) << "0123456789abcdef0123456789abcdef\n";
  const auto make = [&](const std::string& url) {
    return AgentClient::make(*parse_agent_address(url), {.token = {file, "--token-file"}});
  };
  CHECK(make("https://signalbox.example:9529"));
  CHECK(make("unix:/run/signalbox/signalbox.sock"));
  const auto refused = make("http://signalbox.example:9529");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "http://signalbox.example:9529: the token of --token-file is not sent over plain http to another "
        "host; use "
        "https://");

  FakePage page;
  page.on("/", testing::reply(200, "{}"));
  const auto client = make(base_of(page));
  REQUIRE(client);
  REQUIRE(client->get("/"));
  CHECK(page.requests().front().header("authorization") == "Bearer 0123456789abcdef0123456789abcdef");
}

TEST_CASE("a token file that holds no token is an error") {
  const ScratchDirectory directory;
  const auto address = *parse_agent_address("unix:/run/x");
  CHECK_FALSE(AgentClient::make(address, {.token = {directory.file("missing"), ""}}));
  for (const std::string& content :
       {std::string(), std::string("two words"), std::string("a\nb"), std::string(5000, 'x')}) {
    std::ofstream(directory.file("token")) << content;
    CHECK_FALSE(AgentClient::make(address, {.token = {directory.file("token"), ""}}));
  }
}

TEST_CASE("an address is http, https or an absolute socket path") {
  for (const char* good : {"http://127.0.0.1:9529", "http://127.0.0.1:9529/", "https://box.example/prefix",
                           "http://[::1]:9529", "unix:/run/x.sock", "unix:///run/x.sock"}) {
    CAPTURE(good);
    CHECK(parse_agent_address(good));
  }
  const std::string long_path = "unix:/" + std::string(200, 'x');
  for (const char* bad : {"", "127.0.0.1:9529", "ftp://x", "unix:relative", "unix:", "http://x/?a=b", "http://a b",
                          "http://user:secret@x", long_path.c_str()}) {
    CAPTURE(bad);
    const auto address = parse_agent_address(bad);
    REQUIRE_FALSE(address);
    CHECK(address.error().message.find("secret") == std::string::npos);
  }
  CHECK(parse_agent_address("unix:///run/x.sock")->socket == "/run/x.sock");
}

TEST_CASE("the agent is looked for where it was said, then on its sockets, then on loopback") {
  const testing::UnixAgent agent("{}");
  const std::vector<std::string> sockets = {"/nowhere/x.sock", agent.socket()};
  CHECK(choose_agent("http://a.example", "http://b.example", sockets)->text == "http://a.example");
  CHECK(choose_agent("", "http://b.example", sockets)->text == "http://b.example");
  CHECK(choose_agent("", "", sockets)->text == agent.url());
  CHECK(choose_agent("", "", {"/nowhere/x.sock"})->text == "http://127.0.0.1:9529");
  const auto wrong = choose_agent("", "nonsense", sockets);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.starts_with("SIGNALBOX_URL: "));
}

TEST_CASE("what is not usual in a path is encoded") {
  CHECK(percent_encode("claude/claude-opus-4@20250514:a") == "claude/claude-opus-4%4020250514%3Aa");
  CHECK(percent_encode("a b&c=\xc3\xa9") == "a%20b%26c%3D%C3%A9");
}

}  // namespace
}  // namespace signalbox
