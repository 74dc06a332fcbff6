#include "lib/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "lib/text.h"

namespace signalbox {
namespace {

constexpr size_t kMaxHost = 253;  ///< longest name that DNS can carry, RFC 1035, 3.1
/// Longer request lines are refused by most servers.
constexpr size_t kMaxTarget = 4000;
constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

constexpr std::string_view kAlphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// What RFC 3986 allows beside letters and digits in a path or query; "%" must start an escape.
constexpr std::string_view kTargetMarks = "-._~!$&'()*+,;=:@/?%";

/// Whether `host` is an address of the family, and which. inet_pton reads as far as a NUL, and no further.
template <class Address>
bool read_address(int family, const std::string& host, Address& address) {
  return host.find('\0') == std::string::npos && inet_pton(family, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return read_address(AF_INET6, host, address);
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return read_address(AF_INET, host, address);
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

/// Labels of letters, digits, hyphens and underscores. A name whose last label is a number must be an IPv4
/// address: resolvers read "1.2.3" and "0x7f.1" as addresses too, and people do not.
bool is_host_name(const std::string& host) {
  if (host.empty() || host.size() > kMaxHost || host.front() == '.' || host.find("..") != std::string::npos) {
    return false;
  }
  const auto allowed = [](char c) {
    return kAlphanumeric.find(c) != std::string_view::npos || c == '-' || c == '_' || c == '.';
  };
  if (!std::ranges::all_of(host, allowed)) return false;
  const std::string last = host.substr(host.find_last_of('.') + 1);
  const bool numeric = !last.empty() && last.front() >= '0' && last.front() <= '9';
  return !numeric || is_ipv4(host);
}

bool is_target(std::string_view target) {
  for (size_t i = 0; i < target.size(); ++i) {
    const char c = target[i];
    if (c == '%') {
      constexpr std::string_view hex = "0123456789abcdefABCDEF";
      if (i + 2 >= target.size() || hex.find(target[i + 1]) == std::string_view::npos ||
          hex.find(target[i + 2]) == std::string_view::npos) {
        return false;
      }
    } else if (kAlphanumeric.find(c) == std::string_view::npos && kTargetMarks.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return target.size() <= kMaxTarget;
}

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

struct HostAndPort {
  std::string host;
  std::string_view port;  ///< with its colon; empty: none
  bool ok = false;
};

HostAndPort split_host(std::string_view authority) {
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return {};
    std::string host = lower(authority.substr(1, close - 1));
    const bool ok = is_ipv6(host);
    return {std::move(host), authority.substr(close + 1), ok};
  }
  const size_t colon = std::min(authority.find(':'), authority.size());
  std::string host = lower(authority.substr(0, colon));
  const bool ok = is_host_name(host);
  return {std::move(host), authority.substr(colon), ok};
}

Error wrong(std::string_view text, std::string_view why) {
  return {fmt::format("\"{}\": {}", clean_text(text), why)};
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

uint16_t own_port(UrlScheme scheme) { return scheme == UrlScheme::https ? kHttpsPort : kHttpPort; }

}  // namespace

Result<Url> parse_url(std::string_view text) {
  Url url;
  const size_t scheme_end = std::min(text.find("://"), text.size());
  const std::string scheme = lower(text.substr(0, scheme_end));
  if (scheme_end == text.size() || (scheme != "http" && scheme != "https")) {
    return wrong(text, "a URL must begin with https:// or http://");
  }
  url.scheme = scheme == "https" ? UrlScheme::https : UrlScheme::http;
  const std::string_view rest = text.substr(scheme_end + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::string_view where = rest.substr(0, authority_end);
  if (where.find('@') != std::string_view::npos) return wrong("...", "a URL must not hold a user name or password");
  auto [host, port, host_ok] = split_host(where);
  if (!host_ok) return wrong(text, "the host is neither a name nor an address");
  url.host = std::move(host);
  url.port = own_port(url.scheme);
  if (!port.empty()) {
    const auto number = port.front() == ':' ? parse_port(port.substr(1)) : std::nullopt;
    if (!number) return wrong(text, "the port is not a number from 1 to 65535");
    url.port = *number;
  }
  const std::string_view target = rest.substr(authority_end);
  if (target.find('#') != std::string_view::npos)
    return wrong(text, "a fragment (#) is never sent and must not be here");
  if (!is_target(target))
    return wrong(text, "the path or query holds a character that must be percent-encoded, or is too long");
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

std::string authority(const Url& url) { return fmt::format("{}:{}", bracketed(url.host), url.port); }

std::string host_header(const Url& url) {
  return url.port == own_port(url.scheme) ? bracketed(url.host) : authority(url);
}

std::string host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const size_t user = url.rfind('@');
  if (user != std::string_view::npos) url.remove_prefix(user + 1);
  return clean_text(url);
}

bool is_loopback(std::string_view host) {
  std::string name = lower(host);
  if (name.ends_with('.')) name.pop_back();
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  in_addr v4{};
  if (read_address(AF_INET, name, v4)) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (!read_address(AF_INET6, name, v6)) return false;
  if (IN6_IS_ADDR_LOOPBACK(&v6)) return true;
  return IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127;
}

bool is_ip_address(const std::string& host) { return is_ipv4(host) || is_ipv6(host); }

std::optional<std::string> listen_host(std::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = address.substr(colon + 1);
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  std::string host(address.substr(0, colon));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool fits = bracketed ? is_ipv6(host) : is_ipv4(host);
  return fits ? std::optional(host) : std::nullopt;
}

}  // namespace signalbox
