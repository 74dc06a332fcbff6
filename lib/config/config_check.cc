#include "lib/config/config_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/url.h"

namespace signalbox {

std::optional<Error> check_open(const ServerConfig& server) {
  const bool encrypts = !server.tls_cert_file.empty() && !server.tls_key_file.empty();
  const bool asks = !server.reader_token_file.empty();
  if (server.allow_plaintext || (encrypts && asks)) return std::nullopt;
  const auto open = std::ranges::find_if(server.listen, [](const std::string& address) {
    const auto host = listen_host(address);
    return host && !is_loopback(*host);
  });
  if (open == server.listen.end()) return std::nullopt;
  return Error{fmt::format(
      "listen: \"{}\" is not loopback: it needs {}, or allow_plaintext = true, which says that a proxy in front "
      "encrypts",
      *open,
      encrypts ? "reader_token_file"
      : asks   ? "tls_cert_file with tls_key_file"
               : "reader_token_file and tls_cert_file with tls_key_file")};
}

}  // namespace signalbox
