#include "agent/ask/agent_address.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "agent/cli/environment.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kDefault = "http://127.0.0.1:9529";
/// An agent on this host takes a connection at once, or its queue is full.
constexpr Millis kLocalConnect = seconds(1);

class Socket {
 public:
  Socket(int family, int type) : fd_(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// 0 or an errno.
  int connect(const sockaddr* to, socklen_t size, Millis timeout) const {
    if (fd_ < 0) return errno;
    if (::connect(fd_, to, size) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    pollfd ready{fd_, POLLOUT, 0};
    if (poll(&ready, 1, static_cast<int>(timeout.count())) <= 0) return ETIMEDOUT;
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
  }

 private:
  int fd_;
};

std::string lower_case_reason(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string unix_trouble(const std::string& path, Millis timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  const int error =
      Socket(AF_UNIX, SOCK_STREAM).connect(reinterpret_cast<const sockaddr*>(&address), sizeof address, timeout);
  return error == 0 ? std::string() : lower_case_reason(error);
}

std::string tcp_trouble(const Url& url, Millis timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
  if (failed != 0) return fmt::format("the name {} is not known: {}", url.host, gai_strerror(failed));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
  int error = EHOSTUNREACH;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    error = Socket(each->ai_family, each->ai_socktype).connect(each->ai_addr, each->ai_addrlen, timeout);
    if (error == 0) return {};
  }
  return lower_case_reason(error);
}

Result<AgentAddress> parse_unix(std::string_view text) {
  AgentAddress address{.text = clean_text(text), .socket = std::string(text.substr(kUnix.size()))};
  if (address.socket.starts_with("///")) address.socket.erase(0, 2);
  if (!address.socket.starts_with('/')) {
    return Error{fmt::format("{}: unix: needs an absolute path, unix:/run/signalbox/signalbox.sock", address.text)};
  }
  constexpr size_t kLongest = sizeof(sockaddr_un{}.sun_path) - 1;
  if (address.socket.size() > kLongest) {
    return Error{fmt::format("{}: a socket's path has at most {} bytes", address.text, kLongest)};
  }
  if (address.socket.find('\0') != std::string::npos) return Error{address.text + ": NUL in the path"};
  return address;
}

}  // namespace

Result<AgentAddress> parse_agent_address(std::string_view text) {
  if (text.starts_with(kUnix)) return parse_unix(text);
  auto url = parse_url(text);
  if (!url) return Error{url.error().message + "; the agent's address is http://HOST:PORT or unix:/PATH"};
  if (url->target.find('?') != std::string::npos) {
    return Error{fmt::format("{}: the agent's address has no query", clean_text(text))};
  }
  while (url->target.ends_with('/')) url->target.pop_back();
  return AgentAddress{.text = clean_text(text), .url = *url};
}

std::string connection_trouble(const AgentAddress& address, Millis timeout) {
  return address.socket.empty() ? tcp_trouble(address.url, timeout) : unix_trouble(address.socket, timeout);
}

Result<AgentAddress> choose_agent(const std::string& given, const std::string& variable,
                                  const std::vector<std::string>& sockets) {
  if (!given.empty()) return parse_agent_address(given);
  if (!variable.empty()) {
    auto address = parse_agent_address(variable);
    return address ? std::move(address) : Error{"SIGNALBOX_URL: " + address.error().message};
  }
  for (const std::string& socket : sockets) {
    auto address = parse_agent_address(std::string(kUnix) + socket);
    if (address && connection_trouble(*address, kLocalConnect).empty()) return address;
  }
  return parse_agent_address(kDefault);
}

std::vector<std::string> usual_sockets() {
  constexpr std::string_view kName = "/signalbox/signalbox.sock";
  std::vector<std::string> sockets = {"/run" + std::string(kName)};
  const std::string runtime = environment("XDG_RUNTIME_DIR");
  if (runtime.starts_with('/')) sockets.push_back(runtime + std::string(kName));
  return sockets;
}

}  // namespace signalbox
