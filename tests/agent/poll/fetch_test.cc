#include "agent/poll/fetch.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <fstream>
#include <ostream>
#include <thread>

#include "agent/clock.h"
#include "tests/support/fake_page.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace signalbox {

std::ostream& operator<<(std::ostream& out, const FetchFailure& failure) {
  return out << static_cast<int>(failure.kind) << " " << failure.detail;
}

}  // namespace signalbox

namespace {

/// Short where the deadline itself is tested, and long enough to tell it from other failures.
constexpr Millis kShort{300};
/// What fetch.h promises beyond the deadline.
constexpr Millis kSlack{500};
constexpr FetchErrorKind kNoFailure{-1};

FetchAnswer get(const FakePage& page, const std::string& path = "/", const FetchLimits& limits = {},
                const ProxySettings& proxy = {}) {
  return fetch({.url = page.url(path)}, limits, proxy);
}

FetchFailure failure_of(const FetchAnswer& answer) {
  const auto* failure = std::get_if<FetchFailure>(&answer.result);
  return failure == nullptr ? FetchFailure{kNoFailure, "none"} : *failure;
}

HttpReply reply_of(const FetchAnswer& answer) {
  if (const auto* failure = std::get_if<FetchFailure>(&answer.result)) FAIL(failure->detail);
  return std::get<HttpReply>(answer.result);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The most memory that this process had, in KiB.
long peak_kib() {
  std::ifstream status("/proc/self/status");
  std::string field;
  long value = 0;
  while (status >> field && field != "VmHWM:") {
  }
  status >> value;
  return value;
}

std::string address_of(const FakePage& page) { return "127.0.0.1:" + std::to_string(page.port()); }

/// A port on which nobody listens: it was ours a moment ago.
std::string closed_url() {
  const FakePage page;
  return page.url();
}

}  // namespace

TEST_CASE("an answer comes with its body and the headers that the decoder and the schedule need") {
  FakePage page;
  page.on("/page?x=1", reply(429, "{\"a\":1}",
                             {{"Content-Type", "application/json"},
                              {"Retry-After", "120"},
                              {"ETag", "W/\"abc\""},
                              {"Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT"},
                              {"x-amzn-waf-action", "captcha"},
                              {"CF-Mitigated", "challenge"}}));
  const FetchAnswer answer = get(page, "/page?x=1");
  CHECK(reply_of(answer) == HttpReply{.status = 429,
                                      .body = "{\"a\":1}",
                                      .content_type = "application/json",
                                      .retry_after = "120",
                                      .waf_action = "captcha",
                                      .cf_mitigated = "challenge"});
  CHECK(answer.etag == "W/\"abc\"");
  CHECK(answer.last_modified == "Mon, 23 Nov 2026 10:00:00 GMT");
}

TEST_CASE("a request says who we are and asks for gzip and nothing else") {
  FakePage page;
  get(page);
  REQUIRE(page.requests().size() == 1);
  const FakeRequest request = page.requests()[0];
  CHECK(request.method == "GET");
  CHECK(request.headers ==
        std::map<std::string, std::string>{
            {"host", address_of(page)},
            {"user-agent", "signalbox/" SIGNALBOX_VERSION " (LLM provider health agent; polls status feeds)"},
            {"accept", "*/*"},
            {"accept-encoding", "gzip"},
            {"connection", "close"}});
}

TEST_CASE("a POST carries its body and headers") {
  FakePage page;
  page.on("/rpc", reply(200, "[]"));
  const FetchAnswer answer = fetch(
      {.url = page.url("/rpc"), .headers = {{"Content-Type", "application/json+protobuf"}}, .post_body = "[]"}, {},
      {});
  CHECK(reply_of(answer).body == "[]");
  const FakeRequest request = page.requests()[0];
  CHECK(request.method == "POST");
  CHECK(request.body == "[]");
  CHECK(request.header("content-type") == "application/json+protobuf");
}

TEST_CASE("chunked and gzip bodies arrive whole") {
  FakePage page;
  std::string text;
  for (int line = 0; line < 3000; ++line) text += "line " + std::to_string(line) + "\n";
  page.on("/chunked", chunked(text));
  page.on("/gzip", reply(200, gzip(text), {{"Content-Encoding", "gzip"}}));
  page.on("/identity", reply(200, text, {{"Content-Encoding", "Identity"}}));
  CHECK(reply_of(get(page, "/chunked")).body == text);
  CHECK(reply_of(get(page, "/gzip")).body == text);
  CHECK(reply_of(get(page, "/identity")).body == text);
}

TEST_CASE("a gzip body that is cut is no answer, though the connection ended where it may") {
  FakePage page;
  const std::string packed = gzip(std::string(20'000, 'x'));
  for (const size_t missing : {size_t{1}, size_t{8}, size_t{9}, packed.size() / 2}) {
    CAPTURE(missing);
    page.on("/", reply(200, packed.substr(0, packed.size() - missing), {{"Content-Encoding", "gzip"}}));
    CHECK(
        failure_of(get(page)) ==
        FetchFailure{FetchErrorKind::protocol,
                     address_of(page) + ": the answer is not one whole gzip stream, as its Content-Encoding says"});
  }
}

TEST_CASE("validators are sent back, and a 304 without a body ends the call though the connection stays open") {
  FakePage page;
  page.on("/", FakeAnswer{.bytes = "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", .hangs = true});
  const FetchAnswer answer =
      fetch({.url = page.url(), .etag = "\"1\"", .last_modified = "Mon, 23 Nov 2026 10:00:00 GMT"}, {}, {});
  CHECK(reply_of(answer).status == 304);
  CHECK(page.requests()[0].header("if-none-match") == "\"1\"");
  CHECK(page.requests()[0].header("if-modified-since") == "Mon, 23 Nov 2026 10:00:00 GMT");
}

TEST_CASE("a validator that would smuggle a header is dropped, and none is ever sent") {
  FakePage page;
  page.on("/", reply(200, "x", {{"ETag", "\"%0d%0aX-Evil: 1\""}}));
  CHECK(get(page).etag.empty());
  const FetchAnswer answer = fetch({.url = page.url(), .etag = "\"\r\nX-Evil: 1\""}, {}, {});
  CHECK(failure_of(answer) ==
        FetchFailure{FetchErrorKind::protocol, "the header If-None-Match holds a character that no header may"});
  CHECK(page.requests().size() == 1);
}

TEST_CASE("a redirect is reported with its target and not followed") {
  FakePage page;
  page.on("/old", reply(301, "<html>moved</html>", {{"Location", page.url("/new")}}));
  CHECK(reply_of(get(page, "/old")) == HttpReply{.status = 301, .location = page.url("/new")});
  CHECK(page.requests().size() == 1);
}

TEST_CASE("nothing that the other side does holds a call past its deadline") {
  const std::string slow_text(100'000, 'x');
  FakePage page;
  page.on("/silence", silence());
  page.on("/headers", dribble_headers(reply(200, "x", {{"X-Long", std::string(5000, 'x')}})));
  page.on("/body", dribble_body(reply(200, slow_text)));
  page.on("/chunks", dribble_body(chunked(slow_text)));
  page.on("/rest", FakeAnswer{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", .hangs = true});
  for (const char* path : {"/silence", "/headers", "/body", "/chunks", "/rest"}) {
    CAPTURE(std::string(path));
    const MonoTime start = now().mono;
    const FetchFailure failure = failure_of(get(page, path, {.deadline = kShort}));
    const Millis took = now().mono - start;
    CHECK(failure.kind == FetchErrorKind::timeout);
    CHECK(contains(failure.detail, address_of(page)));
    CHECK(took >= kShort - Millis(1));
    CHECK(took < kShort + kSlack);
  }
}

TEST_CASE("a TLS handshake or a proxy that dribbles does not hold a call past its deadline") {
  FakePage slow;
  slow.on(FakePage::kAnyPath, dribble_headers(reply(200, "", {{"X-Long", std::string(5000, 'x')}})));
  const MonoTime start = now().mono;
  SUBCASE("a server that never shakes hands") {
    // The page waits for a request's end, the client for the server's hello.
    const FetchFailure failure =
        failure_of(fetch({.url = "https://" + address_of(slow) + "/"}, {.deadline = kShort}, {}));
    CHECK(failure == FetchFailure{FetchErrorKind::timeout, address_of(slow) + ": TLS handshake: timed out"});
  }
  SUBCASE("a proxy that never finishes its answer") {
    const FetchFailure failure =
        failure_of(fetch({.url = "https://example.invalid/"}, {.deadline = kShort}, {.https_proxy = slow.url()}));
    CHECK(failure.kind == FetchErrorKind::timeout);
    CHECK(contains(failure.detail, "the proxy " + address_of(slow)));
  }
  CHECK(now().mono - start < kShort + kSlack);
}

TEST_CASE("a name service that hangs does not hold a call past its deadline") {
  std::promise<void> let_go;
  const std::shared_future<void> gone = let_go.get_future().share();
  Resolver resolver([gone](const std::string&) -> std::variant<Addresses, std::string> {
    gone.wait();
    return "at last";
  });
  const MonoTime start = now().mono;
  const FetchAnswer answer = fetch({.url = "https://status.example/"}, {.deadline = kShort}, {}, resolver);
  CHECK(now().mono - start < kShort + kSlack);
  CHECK(failure_of(answer) == FetchFailure{FetchErrorKind::timeout, "status.example: no answer from DNS in time"});
  let_go.set_value();
}

TEST_CASE("a stop request ends a call at once") {
  FakePage page;
  page.on("/", silence());
  std::stop_source source;
  Resolver resolver;
  std::optional<FetchAnswer> answer;
  std::jthread call([&] { answer = fetch({.url = page.url()}, {}, {}, resolver, source.get_token()); });
  REQUIRE(page.wait_for_requests(1));
  const MonoTime start = now().mono;
  source.request_stop();
  call.join();
  CHECK(now().mono - start < kSlack);
  CHECK(failure_of(*answer).kind == FetchErrorKind::timeout);
}

TEST_CASE("a body over the cap is refused, before and after inflating") {
  constexpr size_t cap = 100'000;
  FakePage page;
  page.on("/exact", reply(200, std::string(cap, 'x')));
  page.on("/over", reply(200, std::string(cap + 1, 'x')));
  page.on("/chunked", chunked(std::string(cap + 1, 'x')));
  page.on("/until-close", FakeAnswer{.bytes = "HTTP/1.1 200 OK\r\n\r\n", .filler = cap + 1});
  page.on("/bomb", reply(200, gzip(std::string(cap + 1, 'x')), {{"Content-Encoding", "gzip"}}));
  const FetchLimits limits{.max_body = cap};
  CHECK(reply_of(get(page, "/exact", limits)).body.size() == cap);
  for (const char* path : {"/over", "/chunked", "/until-close"}) {
    CAPTURE(std::string(path));
    CHECK(failure_of(get(page, path, limits)) ==
          FetchFailure{FetchErrorKind::too_large, address_of(page) + ": the answer has more than 100000 bytes"});
  }
  CHECK(failure_of(get(page, "/bomb", limits)) ==
        FetchFailure{FetchErrorKind::too_large,
                     address_of(page) + ": the answer has more than 100000 bytes after inflating"});
}

TEST_CASE("a body of 64 MB or a bomb of as much does not grow our memory") {
  constexpr uint64_t big = 64 * 1024 * 1024;
  constexpr long allowed_kib = 32 * 1024;  // the cap is 4 MiB; sanitizers keep freed memory for a while
  FakePage page;
  page.on("/big", FakeAnswer{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", .filler = big});
  page.on("/headers", FakeAnswer{.bytes = "HTTP/1.1 200 OK\r\nX-Long: ", .filler = big});
  page.on("/status", FakeAnswer{.bytes = "HTTP/1.1 200 ", .filler = big});
  page.on("/bomb", reply(200, gzip(std::string(big, 'x')), {{"Content-Encoding", "gzip"}}));
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak counts from now on, see proc(5)
  const long before = peak_kib();
  for (const char* path : {"/big", "/headers", "/status", "/bomb"}) {
    CAPTURE(std::string(path));
    CHECK(failure_of(get(page, path)).kind == FetchErrorKind::too_large);
  }
  CHECK(peak_kib() - before < allowed_kib);
}

TEST_CASE("too many headers are refused") {
  FakePage page;
  FakeHeaders headers;
  for (int each = 0; each < 2000; ++each) headers.emplace_back("X-" + std::to_string(each), std::string(50, 'x'));
  page.on("/", reply(200, "", headers));
  CHECK(failure_of(get(page)) ==
        FetchFailure{FetchErrorKind::too_large, address_of(page) + ": the answer's headers are too long"});
}

TEST_CASE("what is not HTTP, or not whole, is a protocol failure that says which") {
  FakePage page;
  page.on("/nothing", FakeAnswer{});
  page.on("/banner", FakeAnswer{.bytes = "220 smtp.example ESMTP\r\n\r\n"});
  page.on("/longest-status", FakeAnswer{.bytes = "HTTP/1.1 200 " + std::string(8000, 'x') + "\x01\r\r\n\r\n"});
  page.on("/head", cut(reply(200, "body", {{"X-A", "b"}}), 25));
  page.on("/body", cut(reply(200, std::string(1000, 'x')), 500));
  page.on("/chunks", cut(chunked(std::string(5000, 'x')), 3000));
  page.on("/gzip", reply(200, "this is no gzip", {{"Content-Encoding", "gzip"}}));
  page.on("/br", reply(200, "this may be brotli", {{"Content-Encoding", "br"}}));
  struct Row {
    const char* path;
    const char* why;
  };
  const Row rows[] = {{"/nothing", "closed the connection without an answer"},
                      {"/banner", "the answer is not the HTTP we understand"},
                      {"/head", "closed the connection in the middle of the answer"},
                      {"/body", "closed the connection in the middle of the answer"},
                      {"/chunks", "closed the connection in the middle of the answer"},
                      {"/gzip", "the answer is not one whole gzip stream, as its Content-Encoding says"},
                      {"/br", "the answer's Content-Encoding is another than gzip"}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.path));
    CHECK(failure_of(get(page, row.path)) ==
          FetchFailure{FetchErrorKind::protocol, address_of(page) + ": " + row.why});
  }
  CHECK(failure_of(get(page, "/longest-status")).kind == FetchErrorKind::protocol);
}

TEST_CASE("a refused connection, an unknown name and a wrong address are told apart") {
  const std::string closed = closed_url();
  const FetchFailure refused = failure_of(fetch({.url = closed}, {}, {}));
  CHECK(refused.kind == FetchErrorKind::connect);
  CHECK(contains(refused.detail, "no connection to 127.0.0.1: Connection refused"));

  const FetchFailure unknown = failure_of(fetch({.url = "https://status.invalid/"}, {}, {}));
  CHECK(unknown.kind == FetchErrorKind::dns);
  CHECK(contains(unknown.detail, "status.invalid: the name cannot be resolved: "));

  CHECK(failure_of(fetch({.url = "gopher://example.com/"}, {}, {})).kind == FetchErrorKind::protocol);
}

TEST_CASE("a name is tried at each of its addresses") {
  FakePage page;  // listens on 127.0.0.1; localhost is often ::1 first
  page.on("/", reply(200, "here"));
  Resolver resolver([](const std::string&) -> std::variant<Addresses, std::string> {
    return Addresses{"127.0.0.2", "127.0.0.1"};
  });
  const std::string url = "http://page.example:" + std::to_string(page.port()) + "/";
  CHECK(reply_of(fetch({.url = url}, {}, {}, resolver)).body == "here");
  CHECK(page.requests()[0].header("host") == "page.example:" + std::to_string(page.port()));
}

TEST_CASE("TLS is verified: chain, dates and name") {
  const FakeIdentity good;
  const FakeIdentity expired({.expired = true});
  const FakeIdentity elsewhere({.names = "DNS:other.example"});
  const auto answer_of = [](const FakeIdentity& identity, const std::string& ca_file) {
    FakePage page(&identity);
    page.on("/", reply(200, "secret"));
    return get(page, "/", {.ca_file = ca_file});
  };
  CHECK(reply_of(answer_of(good, good.pem_file())).body == "secret");
  struct Row {
    const FakeIdentity& identity;
    std::string ca_file;
    const char* why;
  };
  const Row rows[] = {{good, "", "self-signed certificate"},
                      {good, elsewhere.pem_file(), "self-signed certificate"},
                      {expired, expired.pem_file(), "certificate has expired"},
                      {elsewhere, elsewhere.pem_file(), "IP address mismatch"}};
  for (const Row& row : rows) {
    const FetchFailure failure = failure_of(answer_of(row.identity, row.ca_file));
    CHECK(failure.kind == FetchErrorKind::tls);
    CHECK(contains(failure.detail, std::string("the certificate is not trusted: ") + row.why));
  }
}

TEST_CASE("a certificate for another name, or a partial wildcard, is refused") {
  Resolver resolver(
      [](const std::string&) -> std::variant<Addresses, std::string> { return Addresses{"127.0.0.1"}; });
  struct Row {
    const char* names;
    bool trusted;
  };
  const Row rows[] = {{"DNS:status.example.com", true}, {"DNS:*.example.com", true},
                      {"DNS:s*.example.com", false},    {"DNS:*.*.com", false},
                      {"DNS:example.com", false},       {"DNS:status.example.com.evil.org", false},
                      {"email:signalbox@test", false}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.names));
    const FakeIdentity identity({.names = row.names});
    FakePage page(&identity);
    page.on("/", reply(200, "x"));
    const std::string url = "https://status.example.com:" + std::to_string(page.port()) + "/";
    const FetchFailure failure = failure_of(fetch({.url = url}, {.ca_file = identity.pem_file()}, {}, resolver));
    CHECK((failure.kind == kNoFailure) == row.trusted);
    CHECK(contains(failure.detail, "hostname mismatch") != row.trusted);
  }
}

TEST_CASE("a body without length that is cut inside TLS is a TLS failure, not a shorter page") {
  const FakeIdentity identity;
  FakePage page(&identity);
  page.on("/", FakeAnswer{.bytes = "HTTP/1.1 200 OK\r\n\r\n{\"half\":", .abrupt = true});
  CHECK(failure_of(get(page, "/", {.ca_file = identity.pem_file()})) ==
        FetchFailure{FetchErrorKind::tls,
                     address_of(page) + ": waiting for the answer: TLS ended without its closing message"});
}

TEST_CASE("a plain request goes through the proxy with its whole URL, unless NO_PROXY names the host") {
  FakePage page;
  FakePage proxy;
  page.on("/x", reply(200, "direct"));
  proxy.on(FakePage::kAnyPath, reply(200, "by proxy"));
  const ProxySettings settings{.http_proxy = "http://dana:pass@" + address_of(proxy)};
  CHECK(reply_of(get(page, "/x", {}, settings)).body == "by proxy");
  REQUIRE(proxy.requests().size() == 1);
  CHECK(proxy.requests()[0].target == page.url("/x"));
  CHECK(proxy.requests()[0].header("host") == address_of(page));
  CHECK(proxy.requests()[0].header("proxy-authorization") == "Basic ZGFuYTpwYXNz");

  ProxySettings direct = settings;
  direct.no_proxy = address_of(page);
  CHECK(reply_of(get(page, "/x", {}, direct)).body == "direct");
  CHECK(proxy.requests().size() == 1);
  CHECK(page.requests().size() == 1);
}

TEST_CASE("https goes through the proxy's tunnel, and is verified there as well") {
  const FakeIdentity identity;
  FakePage page(&identity);
  FakePage proxy;
  page.on("/x", reply(200, "through the tunnel"));
  proxy.on(address_of(page),
           FakeAnswer{.bytes = "HTTP/1.1 200 Connection established\r\n\r\n", .tunnel_to = page.port()});
  const ProxySettings settings{.https_proxy = "http://dana:pass@" + address_of(proxy)};
  CHECK(reply_of(get(page, "/x", {.ca_file = identity.pem_file()}, settings)).body == "through the tunnel");
  REQUIRE(proxy.requests().size() == 1);
  CHECK(proxy.requests()[0].method == "CONNECT");
  CHECK(proxy.requests()[0].header("proxy-authorization") == "Basic ZGFuYTpwYXNz");
  CHECK(page.requests()[0].header("proxy-authorization").empty());
  CHECK(failure_of(get(page, "/x", {}, settings)).kind == FetchErrorKind::tls);
}

TEST_CASE("a proxy's refusal, silence or absence is the proxy's") {
  FakePage proxy;
  proxy.on("a.example:443", reply(407, "who are you?"));
  proxy.on("b.example:443", FakeAnswer{});
  proxy.on("c.example:443", FakeAnswer{.bytes = "SSH-2.0-OpenSSH\r\n\r\n"});
  const ProxySettings settings{.https_proxy = proxy.url()};
  const std::string name = "the proxy " + address_of(proxy);
  CHECK(failure_of(fetch({.url = "https://a.example/"}, {}, settings)) ==
        FetchFailure{FetchErrorKind::proxy, name + " refused the way to a.example:443: HTTP 407"});
  CHECK(failure_of(fetch({.url = "https://b.example/"}, {}, settings)) ==
        FetchFailure{FetchErrorKind::proxy, name + ": closed the connection without an answer"});
  CHECK(failure_of(fetch({.url = "https://c.example/"}, {}, settings)) ==
        FetchFailure{FetchErrorKind::proxy, name + " refused the way to c.example:443: not HTTP"});
  const FetchFailure absent = failure_of(fetch({.url = "https://a.example/"}, {}, {.https_proxy = closed_url()}));
  CHECK(absent.kind == FetchErrorKind::proxy);
  CHECK(contains(absent.detail, "Connection refused"));
  CHECK(failure_of(fetch({.url = "https://a.example/"}, {}, {.https_proxy = "http://proxy.invalid:1"})).kind ==
        FetchErrorKind::proxy);
}

TEST_CASE("without a free descriptor a fetch fails like any other") {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const FetchAnswer answer = fetch({.url = "http://127.0.0.1:9/"}, {}, {});
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(failure_of(answer) ==
        FetchFailure{FetchErrorKind::connect, "127.0.0.1:9: no connection can be made: Too many open files"});
}
