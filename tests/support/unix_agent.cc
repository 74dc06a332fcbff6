#include "tests/support/unix_agent.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace signalbox::testing {
namespace {

/// Reads up to the empty line that ends a GET.
bool read_request(int client) {
  std::string request;
  std::array<char, 1024> piece{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = read(client, piece.data(), piece.size());
    if (got <= 0) return false;
    request.append(piece.data(), static_cast<size_t>(got));
  }
  return true;
}

}  // namespace

UnixAgent::UnixAgent(std::string body) : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket().c_str(), sizeof address.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (bind(listener_, generic, sizeof address) != 0 || listen(listener_, SOMAXCONN) != 0) std::abort();
  const std::string response =
      fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.size(), body);
  thread_ = std::thread([this, response] { serve(response); });
}

UnixAgent::~UnixAgent() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void UnixAgent::serve(const std::string& response) const {
  while (true) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    if (read_request(client)) static_cast<void>(send(client, response.data(), response.size(), MSG_NOSIGNAL));
    close(client);
  }
}

}  // namespace signalbox::testing
