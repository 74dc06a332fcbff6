#include "agent/poll/proxy.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("NO_PROXY names hosts, domains, ports and everything") {
  struct Row {
    const char* no_proxy;
    const char* url;
    bool bypassed;
  };
  const Row rows[] = {
      {"", "https://example.com/", false},
      {"*", "https://example.com/", true},
      {"example.com", "https://example.com/", true},
      {"EXAMPLE.com", "https://example.com/", true},
      {"example.com", "https://status.example.com/", true},
      {".example.com", "https://status.example.com/", true},
      {".example.com", "https://example.com/", true},
      {"example.com", "https://badexample.com/", false},
      {"status.example.com", "https://example.com/", false},
      {"example.com:8443", "https://example.com:8443/", true},
      {"example.com:8443", "https://example.com/", false},
      {"other.org, example.com", "https://example.com/", true},
      {"other.org  example.com", "https://example.com/", true},
      {"other.org,", "https://example.com/", false},
      {"127.0.0.1", "http://127.0.0.1:8080/", true},
      {"0.0.1", "http://127.0.0.1/", false},
      {"::1", "http://[::1]/", true},
      {"[::1]", "http://[::1]/", true},
      {"[::1]:8080", "http://[::1]/", false},
      {"[::1", "http://[::1]/", false},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.no_proxy));
    CAPTURE(std::string(row.url));
    CHECK(bypasses_proxy(row.no_proxy, *parse_url(row.url)) == row.bypassed);
  }
}

TEST_CASE("a proxy is taken from the setting of the URL's scheme") {
  const ProxySettings settings{.https_proxy = "http://dana:p%40ss@proxy.example:3128/",
                               .http_proxy = "proxy.example"};
  const auto https = choose_proxy(settings, *parse_url("https://example.com/"));
  REQUIRE(https);
  CHECK(**https == Proxy{{UrlScheme::http, "proxy.example", 3128, "/"}, "Basic ZGFuYTpwQHNz"});
  const auto http = choose_proxy(settings, *parse_url("http://example.com/"));
  REQUIRE(http);
  CHECK(**http == Proxy{{UrlScheme::http, "proxy.example", 1080, "/"}, ""});
  const auto ipv6 = choose_proxy({.http_proxy = "http://[::1]"}, *parse_url("http://example.com/"));
  REQUIRE(ipv6);
  CHECK((**ipv6).at == Url{UrlScheme::http, "::1", 1080, "/"});
  CHECK(*choose_proxy({.https_proxy = "http://p:1"}, *parse_url("http://example.com/")) == std::nullopt);
  CHECK(*choose_proxy({.https_proxy = "http://p:1", .no_proxy = "*"}, *parse_url("https://a/")) == std::nullopt);
}

TEST_CASE("a proxy that we cannot use is an error without its password") {
  for (const char* proxy :
       {"socks5://dana:secret@p:1", "https://dana:secret@p:1", "dana:secret@p:port", "dana:secret@"}) {
    CAPTURE(std::string(proxy));
    const auto chosen = choose_proxy({.https_proxy = proxy}, *parse_url("https://example.com/"));
    REQUIRE_FALSE(chosen);
    CHECK(chosen.error().message.find("secret") == std::string::npos);
  }
}
