#include "agent/http/listen_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <asio/ip/tcp.hpp>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

namespace signalbox {
namespace {

using asio::ip::tcp;

constexpr mode_t kUnixMode = 0660;  ///< the group may ask and override (api.md, "Who may do what")

Error cannot_listen(const std::string& address, const char* what) {
  return {fmt::format("cannot listen on {}: {}: {}", address, what, std::strerror(errno))};
}

std::optional<tcp::endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {};
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  uint16_t port = 0;
  const auto end = text.data() + text.size();
  const auto [stop, bad] = std::from_chars(text.data() + colon + 1, end, port);
  asio::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (bad != std::errc() || stop != end || error || address.is_v6() != bracketed) return {};
  return tcp::endpoint(address, port);
}

bool set_option(int descriptor, int level, int option, int value = 1) {
  return setsockopt(descriptor, level, option, &value, sizeof value) == 0;
}

/// What connections inherit. On loopback a segment is 64 KiB, more than the send buffer takes, and whoever reads
/// acknowledges the second one at once and a single one after 40 ms: smaller ones, so that several are under way.
bool set_tcp_options(int descriptor) {
  return set_option(descriptor, IPPROTO_TCP, TCP_NODELAY) &&
         set_option(descriptor, IPPROTO_TCP, TCP_MAXSEG, kMaxSegment) &&
         set_option(descriptor, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
}

int new_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

/// Unset: the path does not fit.
std::optional<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* as_sockaddr(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

/// Removes what a dead agent left at the path.
std::optional<Error> clear_path(const std::string& path, const sockaddr_un& address) {
  struct stat file {};
  if (lstat(path.c_str(), &file) != 0) {
    if (errno == ENOENT) return {};
    return cannot_listen(path, "looking at it");
  }
  if (!S_ISSOCK(file.st_mode)) return Error{fmt::format("cannot listen on {}: it is there and not a socket", path)};
  const int probe = new_socket(AF_UNIX);
  if (probe < 0) return cannot_listen(path, "making a socket");
  const int connected = connect(probe, as_sockaddr(address), sizeof address);
  const int why = errno;
  ::close(probe);
  // EAGAIN: its queue is full, so somebody is there.
  if (connected == 0 || why == EAGAIN) return Error{fmt::format("cannot listen on {}: another agent does", path)};
  errno = why;
  if (why != ECONNREFUSED) return cannot_listen(path, "asking who listens there");
  if (unlink(path.c_str()) != 0) return cannot_listen(path, "removing the stale socket");
  return {};
}

/// As really bound; unset when the kernel does not say.
std::optional<tcp::endpoint> bound_endpoint(int descriptor) {
  tcp::endpoint bound;
  auto size = static_cast<socklen_t>(bound.capacity());
  if (getsockname(descriptor, bound.data(), &size) != 0) return {};
  bound.resize(size);
  return bound;
}

std::string name_of(const tcp::endpoint& bound) {
  const std::string host = bound.address().to_string();
  return fmt::format("{}:{}", bound.address().is_v6() ? "[" + host + "]" : host, bound.port());
}

/// "unix:/path", "unix:@abstract", "unix:" of one without a name; unset when the kernel does not say.
std::optional<std::string> unix_name(int descriptor) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  std::string path(address.sun_path, size - std::min<size_t>(size, offsetof(sockaddr_un, sun_path)));
  if (!path.empty() && path.front() == '\0') return "unix:@" + path.substr(1);
  return "unix:" + path.substr(0, path.find('\0'));
}

}  // namespace

Result<ListenSocket> ListenSocket::tcp(const std::string& address) {
  const auto endpoint = parse_endpoint(address);
  if (!endpoint) {
    return Error{fmt::format("cannot listen on {}: not an address like 127.0.0.1:9529 or [::1]:9529", address)};
  }
  const bool v6 = endpoint->address().is_v6();
  ListenSocket made(new_socket(endpoint->protocol().family()));
  if (made.descriptor_ < 0) return cannot_listen(address, "making a socket");
  // Not SO_REUSEPORT: a second agent on this port must fail.
  if (!set_option(made.descriptor_, SOL_SOCKET, SO_REUSEADDR) || !set_tcp_options(made.descriptor_) ||
      (v6 && !set_option(made.descriptor_, IPPROTO_IPV6, IPV6_V6ONLY))) {
    return cannot_listen(address, "setting options");
  }
  if (bind(made.descriptor_, endpoint->data(), static_cast<socklen_t>(endpoint->size())) != 0) {
    return cannot_listen(address, "bind");
  }
  if (::listen(made.descriptor_, kBacklog) != 0) return cannot_listen(address, "listen");
  const auto bound = bound_endpoint(made.descriptor_);
  if (!bound) return cannot_listen(address, "getsockname");
  made.host_ = bound->address().to_string();
  made.name_ = name_of(*bound);
  return made;
}

Result<ListenSocket> ListenSocket::unix_file(const std::string& path) {
  const auto address = unix_address(path);
  if (!address) {
    return Error{fmt::format("cannot listen on {}: a unix socket's path has 1 to {} bytes", path,
                             sizeof sockaddr_un{}.sun_path - 1)};
  }
  if (auto trouble = clear_path(path, *address)) return *std::move(trouble);
  ListenSocket made(new_socket(AF_UNIX));
  if (made.descriptor_ < 0) return cannot_listen(path, "making a socket");
  // Linux makes the file with the socket's own mode, so that it is never open to more; chmod undoes the umask.
  if (fchmod(made.descriptor_, kUnixMode) != 0) return cannot_listen(path, "setting its mode");
  if (bind(made.descriptor_, as_sockaddr(*address), sizeof *address) != 0) return cannot_listen(path, "bind");
  made.path_ = path;
  made.name_ = "unix:" + path;
  struct stat file {};
  if (lstat(path.c_str(), &file) != 0) return cannot_listen(path, "looking at it");
  made.inode_ = file.st_ino;
  if (chmod(path.c_str(), kUnixMode) != 0) return cannot_listen(path, "setting its mode");
  if (::listen(made.descriptor_, kBacklog) != 0) return cannot_listen(path, "listen");
  return made;
}

Result<ListenSocket> ListenSocket::adopt(int descriptor) {
  ListenSocket made(descriptor);
  const std::string subject = fmt::format("descriptor {}", descriptor);
  const bool is_unix = sd_is_socket(descriptor, AF_UNIX, SOCK_STREAM, 1) > 0;
  if (!is_unix && sd_is_socket_inet(descriptor, AF_UNSPEC, SOCK_STREAM, 1, 0) <= 0) {
    return Error{fmt::format("cannot listen on {}: it is neither a TCP nor a unix socket that listens", subject)};
  }
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return cannot_listen(subject, "fcntl");
  if (is_unix) {
    const auto name = unix_name(descriptor);
    if (!name) return cannot_listen(subject, "getsockname");
    made.name_ = *name;
    return made;
  }
  if (!set_tcp_options(descriptor)) return cannot_listen(subject, "setting options");
  const auto bound = bound_endpoint(descriptor);
  if (!bound) return cannot_listen(subject, "getsockname");
  made.host_ = bound->address().to_string();
  made.name_ = name_of(*bound);
  return made;
}

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      host_(std::move(other.host_)),
      path_(std::exchange(other.path_, {})),
      inode_(other.inode_) {}

ListenSocket::~ListenSocket() { close(); }

void ListenSocket::close() {
  if (descriptor_ < 0) return;
  struct stat file {};
  if (!path_.empty() && lstat(path_.c_str(), &file) == 0 && file.st_ino == inode_) unlink(path_.c_str());
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace signalbox
