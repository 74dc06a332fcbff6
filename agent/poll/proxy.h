#pragma once
/// Which proxy, if any, stands between us and a URL: the environment, read as curl reads it.
///
/// Source: curl(1), "ENVIRONMENT". `http_proxy` is read in lower case only, because in a CGI process the upper
/// case one is a client's header.
#include <optional>
#include <string>

#include "lib/result.h"
#include "lib/url.h"

namespace signalbox {

/// From the environment, as curl reads it: `https_proxy`/`HTTPS_PROXY`, `http_proxy`, `no_proxy`/`NO_PROXY`.
struct ProxySettings {
  std::string https_proxy;
  std::string http_proxy;
  std::string no_proxy;
  bool operator==(const ProxySettings&) const = default;
};

ProxySettings proxy_from_environment();

struct Proxy {
  Url at;
  std::string authorization;  ///< value of Proxy-Authorization; empty: none. A secret: never shown
  bool operator==(const Proxy&) const = default;
};

/// The proxy for `url`, or nothing when it is asked directly. Errors never show the settings' user name and
/// password.
Result<std::optional<Proxy>> choose_proxy(const ProxySettings& settings, const Url& url);

/// Whether `no_proxy`, a list separated by commas or spaces, names the host: "*", a host, a domain (".example.com"
/// or "example.com", both with their subdomains), each also with ":port".
bool bypasses_proxy(std::string_view no_proxy, const Url& url);

}  // namespace signalbox
