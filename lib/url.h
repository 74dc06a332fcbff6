#pragma once
/// The http and https URLs that we are told to fetch, taken apart.
///
/// Shape: `scheme://host[:port][/path][?query]`, ASCII. Strict: no user name, no fragment, nothing that would have
/// to be escaped first. A URL that is not wholly understood is an error, never a guess.
/// Source: RFC 3986, 3; the subset that a status page's address needs.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/result.h"

namespace signalbox {

enum class UrlScheme { http, https };

struct Url {
  UrlScheme scheme = UrlScheme::https;
  std::string host;  ///< lower case; an IPv6 address without its brackets
  uint16_t port = 443;
  std::string target;  ///< path and query as they go into the request line; at least "/"
  bool operator==(const Url&) const = default;
};

/// Errors name the URL and the part that is wrong.
Result<Url> parse_url(std::string_view text);

/// "host:port", with brackets around an IPv6 address.
std::string authority(const Url& url);
/// As in a Host header: without the port where it is the scheme's own.
std::string host_header(const Url& url);

/// For people, of anything that was meant as a URL: "status.claude.com", "127.0.0.1:8099". Cleaned, without a user
/// or password.
std::string host_of(std::string_view url);

/// Whether `host` can only be this machine: `localhost` and its subdomains (RFC 6761), 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

/// An IPv4 address in four decimal parts or an IPv6 address without brackets.
bool is_ip_address(const std::string& host);

/// The numeric host of an address to listen at ("127.0.0.1:9529", "[::1]:9529"; port 0 is any free one). Empty: it
/// is not one.
std::optional<std::string> listen_host(std::string_view address);

}  // namespace signalbox
