#include "agent/http/http_host.h"

#include <algorithm>
#include <asio/ip/address.hpp>

namespace signalbox {
namespace {

/// Lower case, without port, brackets and the root's dot; empty when it is not a host.
std::string host_name(std::string_view host) {
  if (host.starts_with('[')) {
    const auto close = host.find(']');
    if (close == std::string_view::npos) return {};
    host = host.substr(1, close - 1);
  } else if (std::count(host.begin(), host.end(), ':') == 1) {
    host = host.substr(0, host.find(':'));
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string name(host);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return name;
}

}  // namespace

HostPolicy::HostPolicy(const std::vector<std::string>& addresses, const std::vector<std::string>& names)
    : allowed_{"localhost"} {
  for (const auto& text : addresses) {
    asio::error_code error;
    const auto address = asio::ip::make_address(text, error);
    any_address_ = any_address_ || (!error && address.is_unspecified());
    allowed_.insert(host_name(text));
  }
  for (const auto& name : names) allowed_.insert(host_name(name));
  allowed_.erase("");
}

bool HostPolicy::allows(std::string_view host) const {
  const auto name = host_name(host);
  if (allowed_.contains(name) || name.ends_with(".localhost")) return true;
  asio::error_code error;
  const auto address = asio::ip::make_address(name, error);
  return !error && (any_address_ || address.is_loopback() || allowed_.contains(address.to_string()));
}

}  // namespace signalbox
