#include "lib/config/config_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/url.h"

namespace signalbox {

std::optional<Error> check_open(const ServerConfig& server) {
  if (server.allow_plaintext) return std::nullopt;
  const auto open = std::ranges::find_if(server.listen, [](const std::string& address) {
    const auto host = listen_host(address);
    return host && !is_loopback(*host);
  });
  if (open == server.listen.end()) return std::nullopt;
  return Error{fmt::format(
      "listen: \"{}\" is not loopback: it needs allow_plaintext = true, which says that a proxy in front checks "
      "tokens and encrypts",
      *open)};
}

}  // namespace signalbox
