#include "agent/poll/proxy.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

#include "lib/hex.h"

namespace signalbox {
namespace {

/// curl's port for a proxy that names none.
constexpr std::string_view kDefaultProxyPort = ":1080";

std::string variable(const char* lower_case, const char* upper_case) {
  for (const char* name : {lower_case, upper_case}) {
    const char* value = name == nullptr ? nullptr : std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string base64(const std::string& text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  encoded.resize(static_cast<size_t>(length));
  return encoded;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

Result<std::optional<Proxy>> parse_proxy(std::string_view setting) {
  constexpr std::string_view plain = "http://";
  if (setting.find("://") != std::string_view::npos && !setting.starts_with(plain)) {
    return Error{"the proxy of the environment is not an http:// one, which is the only kind we speak"};
  }
  if (setting.starts_with(plain)) setting.remove_prefix(plain.size());
  setting = setting.substr(0, setting.find('/'));
  Proxy proxy;
  if (const size_t at = setting.rfind('@'); at != std::string_view::npos) {
    std::string user(setting.substr(0, at));
    if (user.find(':') == std::string::npos) user += ':';
    proxy.authorization = "Basic " + base64(percent_decoded(user));
    setting.remove_prefix(at + 1);
  }
  std::string address = std::string(plain) + std::string(setting);
  const size_t last_colon = setting.rfind(':');
  const bool has_port =
      last_colon != std::string_view::npos && setting.find(']', last_colon) == std::string_view::npos;
  if (!has_port) address += kDefaultProxyPort;
  const Result<Url> at = parse_url(address);
  if (!at) return Error{"the proxy of the environment cannot be used: " + at.error().message};
  proxy.at = *at;
  return std::optional(proxy);
}

bool names_host(std::string_view entry, const Url& url) {
  if (entry == "*") return true;
  const bool bracketed = entry.starts_with('[');
  const size_t close = bracketed ? entry.find(']') : 0;
  if (close == std::string_view::npos) return false;
  const size_t colon = bracketed ? entry.find(':', close) : entry.find(':');
  const bool bare_ipv6 = !bracketed && std::ranges::count(entry, ':') > 1;
  if (colon != std::string_view::npos && !bare_ipv6) {
    if (entry.substr(colon + 1) != std::to_string(url.port)) return false;
    entry = entry.substr(0, colon);
  }
  if (bracketed) entry = entry.substr(1, close - 1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || entry.size() > url.host.size()) return false;
  const auto same = [](char a, char b) {
    return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
  };
  const std::string_view tail = std::string_view(url.host).substr(url.host.size() - entry.size());
  if (!std::ranges::equal(tail, entry, same)) return false;
  return tail.size() == url.host.size() ||
         (!is_ip_address(url.host) && url.host[url.host.size() - tail.size() - 1] == '.');
}

}  // namespace

ProxySettings proxy_from_environment() {
  return {.https_proxy = variable("https_proxy", "HTTPS_PROXY"),
          .http_proxy = variable("http_proxy", nullptr),
          .no_proxy = variable("no_proxy", "NO_PROXY")};
}

bool bypasses_proxy(std::string_view no_proxy, const Url& url) {
  constexpr std::string_view separators = ", \t";
  while (!no_proxy.empty()) {
    const size_t end = std::min(no_proxy.find_first_of(separators), no_proxy.size());
    if (names_host(no_proxy.substr(0, end), url)) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

Result<std::optional<Proxy>> choose_proxy(const ProxySettings& settings, const Url& url) {
  const std::string& setting = url.scheme == UrlScheme::https ? settings.https_proxy : settings.http_proxy;
  if (setting.empty() || bypasses_proxy(settings.no_proxy, url)) return std::optional<Proxy>();
  return parse_proxy(setting);
}

}  // namespace signalbox
