#include "agent/service/handed_over.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cstring>
#include <utility>

namespace signalbox {
namespace {

constexpr std::string_view kUnix = "unix:";

std::string not_used(const std::string& key, const std::string& configured, const std::string& instead) {
  return fmt::format(
      "{} = \"{}\" is not used: the service manager listens on {}; change it there (systemctl edit "
      "signalbox.socket)",
      key, configured, instead);
}

}  // namespace

Result<std::vector<ListenSocket>> take_handed_over() {
  // Looks at LISTEN_PID, so that what was meant for our starter is not taken, and sets FD_CLOEXEC.
  const int count = sd_listen_fds(1);
  if (count < 0) return Error{fmt::format("LISTEN_FDS: {}", std::strerror(-count))};
  std::vector<ListenSocket> sockets;
  for (int descriptor = SD_LISTEN_FDS_START; descriptor < SD_LISTEN_FDS_START + count; ++descriptor) {
    auto socket = ListenSocket::adopt(descriptor);
    if (!socket) return socket.error();
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

std::vector<std::string> names_of(const std::vector<ListenSocket>& sockets) {
  std::vector<std::string> names;
  for (const auto& socket : sockets) names.push_back(socket.name());
  return names;
}

std::vector<std::string> lay_over(const std::vector<std::string>& handed_over, ServerConfig& server) {
  std::vector<std::string> addresses;
  std::string path;
  for (const auto& name : handed_over) {
    if (name.starts_with(kUnix)) {
      path = name.substr(kUnix.size());
    } else {
      addresses.push_back(name);
    }
  }
  std::vector<std::string> warnings;
  if (!addresses.empty()) {
    const auto configured = std::exchange(server.listen, addresses);
    if (configured != addresses && configured != ServerConfig{}.listen) {
      warnings.push_back(not_used("listen", fmt::format("{}", fmt::join(configured, ", ")),
                                  fmt::format("{}", fmt::join(addresses, ", "))));
    }
  }
  if (!path.empty()) {
    const auto configured = std::exchange(server.unix_socket, path);
    if (configured != path && !configured.empty()) warnings.push_back(not_used("unix_socket", configured, path));
  }
  return warnings;
}

}  // namespace signalbox
