#include "lib/url.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("the addresses of status pages are taken apart") {
  struct Row {
    const char* text;
    Url url;
  };
  const Row rows[] = {
      {"https://status.claude.com/api/v2/summary.json",
       {UrlScheme::https, "status.claude.com", 443, "/api/v2/summary.json"}},
      {"https://example.com", {UrlScheme::https, "example.com", 443, "/"}},
      {"HTTP://Example.COM:8080?a=b", {UrlScheme::http, "example.com", 8080, "/?a=b"}},
      {"http://127.0.0.1:43211/x", {UrlScheme::http, "127.0.0.1", 43211, "/x"}},
      {"https://[2001:DB8::1]:8443/", {UrlScheme::https, "2001:db8::1", 8443, "/"}},
      {"http://[::1]/", {UrlScheme::http, "::1", 80, "/"}},
      {"https://a.example/$rpc/google.internal.Service/List?x=%20&y=1",
       {UrlScheme::https, "a.example", 443, "/$rpc/google.internal.Service/List?x=%20&y=1"}},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.text));
    const auto url = parse_url(row.text);
    REQUIRE(url);
    CHECK(*url == row.url);
  }
}

TEST_CASE("what is not wholly an address is an error that says why") {
  struct Row {
    const char* text;
    const char* why;
  };
  const Row rows[] = {
      {"", "must begin with"},
      {"status.claude.com/api", "must begin with"},
      {"ftp://example.com/", "must begin with"},
      {"file:///etc/passwd", "must begin with"},
      {"https://", "neither a name nor an address"},
      {"https:///path", "neither a name nor an address"},
      {"https://:443/", "neither a name nor an address"},
      {"https://exa mple.com/", "neither a name nor an address"},
      {"https://example..com/", "neither a name nor an address"},
      {"https://ex\xC3\xA4mple.com/", "neither a name nor an address"},
      {"http://0x7f.1/", "neither a name nor an address"},
      {"http://127.1/", "neither a name nor an address"},
      {"http://[::1/", "neither a name nor an address"},
      {"http://[example.com]/", "neither a name nor an address"},
      {"http://::1/", "neither a name nor an address"},
      {"http://[::1]x/", "the port is not a number"},
      {"https://example.com:/", "the port is not a number"},
      {"https://example.com:0/", "the port is not a number"},
      {"https://example.com:65536/", "the port is not a number"},
      {"https://example.com:80a/", "the port is not a number"},
      {"https://example.com:+80/", "the port is not a number"},
      {"https://example.com/#top", "a fragment"},
      {"https://example.com/a b", "percent-encoded"},
      {"https://example.com/a\r\nX: y", "percent-encoded"},
      {"https://example.com/%zz", "percent-encoded"},
      {"https://example.com/%2", "percent-encoded"},
      {"https://example.com/<", "percent-encoded"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.text));
    const auto url = parse_url(row.text);
    REQUIRE_FALSE(url);
    CHECK(url.error().message.find(row.why) != std::string::npos);
  }
}

TEST_CASE("a password in an address is refused and not repeated") {
  const auto url = parse_url("https://dana:secret@example.com/");
  REQUIRE_FALSE(url);
  CHECK(url.error().message.find("secret") == std::string::npos);
}

TEST_CASE("a Host header leaves the scheme's own port out") {
  CHECK(host_header(*parse_url("https://example.com/")) == "example.com");
  CHECK(host_header(*parse_url("https://example.com:80/")) == "example.com:80");
  CHECK(host_header(*parse_url("http://[::1]:80/")) == "[::1]");
  CHECK(authority(*parse_url("http://[::1]/")) == "[::1]:80");
}

TEST_CASE("loopback is this machine and nothing that only looks like it") {
  for (const char* host : {"localhost", "LOCALHOST", "page.localhost", "localhost.", "127.0.0.1", "127.8.9.10",
                           "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(std::string(host));
    CHECK(is_loopback(host));
  }
  for (const char* host : {"", "localhost.example.com", "notlocalhost", "128.0.0.1", "127.0.0.1.example.com",
                           "0.0.0.0", "::", "::2", "::ffff:10.0.0.1", "127.1"}) {
    CAPTURE(std::string(host));
    CHECK_FALSE(is_loopback(host));
  }
}

TEST_CASE("an address does not end where C's strings do") {
  const std::string nul(1, '\0');
  CHECK_FALSE(parse_url("http://[::1" + nul + " ]/"));
  CHECK_FALSE(parse_url("http://127.0.0.1" + nul + "x/"));
  CHECK_FALSE(is_loopback("127.0.0.1" + nul + ".example"));
  CHECK_FALSE(is_loopback("::1" + nul + "x"));
  CHECK_FALSE(is_ip_address("10.0.0.1" + nul));
}

TEST_CASE("the host of a URL is for people") {
  CHECK(host_of("https://status.claude.com/api/v2/summary.json") == "status.claude.com");
  CHECK(host_of("http://127.0.0.1:8080/x?y") == "127.0.0.1:8080");
  CHECK(host_of("statuspage") == "statuspage");
  CHECK(host_of("https://dana:secret@status.example/") == "status.example");
}
