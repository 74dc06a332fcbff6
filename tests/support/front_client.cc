#include "tests/support/front_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace signalbox::testing {
namespace {

/// Far above what anything here takes, also under a sanitizer on a busy machine.
constexpr int kDeadlineMs = 10'000;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("front client: " + what); }

void wait_for(int descriptor, short events) {
  pollfd waited{descriptor, events, 0};
  if (poll(&waited, 1, kDeadlineMs) <= 0) fail("the deadline passed");
}

int connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail(std::strerror(errno));
  return made;
}

SSL_CTX* trusting_context() {
  static const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> kContext(SSL_CTX_new(TLS_client_method()),
                                                                          SSL_CTX_free);
  return kContext.get();
}

}  // namespace

bool fronts_speak_tls() { return std::getenv("SIGNALBOX_FRONT_TLS") != nullptr; }

std::string ClientReply::header(std::string_view name) const {
  const auto at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const auto value = at + 2 + name.size() + 2;
  return head.substr(value, head.find("\r\n", value) - value);
}

FrontClient::FrontClient(const std::string& address) {
  if (address.starts_with("unix:")) {
    descriptor_ = connect_unix(address.substr(5));
  } else {
    descriptor_ = socket(address.starts_with('[') ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connect(address);
    if (fronts_speak_tls()) begin_tls(nullptr);
  }
}

FrontClient FrontClient::tls(const std::string& address, SSL_CTX* context) {
  FrontClient client = plain(address);
  client.begin_tls(context);
  return client;
}

FrontClient FrontClient::plain(const std::string& address) {
  FrontClient client = unconnected();
  client.ssl_.reset();
  client.connect(address);
  return client;
}

void FrontClient::begin_tls(SSL_CTX* context) {
  ssl_.reset(SSL_new(context == nullptr ? trusting_context() : context));
  SSL_set_fd(ssl_.get(), descriptor_);
  SSL_set_connect_state(ssl_.get());
}

bool FrontClient::shake_hands() {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return true;
    if (!wait_for_tls(result)) return false;
  }
}

/// False: there is nothing to wait for, it has ended.
bool FrontClient::wait_for_tls(int result) {
  const int why = SSL_get_error(ssl_.get(), result);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return false;
  wait_for(descriptor_, why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT);
  return true;
}

FrontClient FrontClient::unconnected() {
  FrontClient client;
  client.descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fronts_speak_tls()) client.begin_tls(nullptr);
  return client;
}

FrontClient::FrontClient(FrontClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      ssl_(std::move(other.ssl_)),
      received_(std::move(other.received_)) {}

FrontClient::~FrontClient() {
  if (descriptor_ >= 0) close(descriptor_);
}

void FrontClient::connect(const std::string& address) {
  const auto colon = address.rfind(':');
  const auto port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = port;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = port;
  const bool is_v6 = address.starts_with('[');
  const std::string host = is_v6 ? address.substr(1, colon - 2) : address.substr(0, colon);
  void* const binary = is_v6 ? static_cast<void*>(&v6.sin6_addr) : static_cast<void*>(&v4.sin_addr);
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, host.c_str(), binary) != 1) fail("not an address: " + address);
  const auto* const to = is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  if (::connect(descriptor_, to, is_v6 ? sizeof v6 : sizeof v4) != 0) fail(std::strerror(errno));
}

void FrontClient::send(std::string_view bytes) {
  if (!try_send(bytes)) fail("the peer does not take what is sent");
}

bool FrontClient::try_send(std::string_view bytes) {
  while (ssl_ && !bytes.empty()) {
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
    ERR_clear_error();
    size_t sent = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
    if (result != 1 && !wait_for_tls(result)) return false;
    bytes.remove_prefix(sent);
  }
  while (!bytes.empty()) {
    wait_for(descriptor_, POLLOUT);
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

/// 0: the peer closed.
size_t FrontClient::receive() {
  char chunk[16384];
  while (ssl_) {
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
    ERR_clear_error();
    size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), chunk, sizeof chunk, &size);
    received_.append(chunk, size);
    if (result == 1) return size;
    if (!wait_for_tls(result)) return 0;
  }
  wait_for(descriptor_, POLLIN);
  const auto got = recv(descriptor_, chunk, sizeof chunk, 0);
  if (got <= 0) return 0;
  received_.append(chunk, static_cast<size_t>(got));
  return static_cast<size_t>(got);
}

ClientReply FrontClient::read_reply(bool head_only) {
  size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (receive() == 0) fail("closed before a reply; got: " + received_);
  }
  ClientReply reply;
  reply.head = received_.substr(0, end + 4);
  reply.status = std::stoi(reply.head.substr(reply.head.find(' ') + 1));
  const auto length = reply.header("Content-Length");
  const size_t size = head_only || length.empty() ? 0 : std::stoul(length);
  while (received_.size() < reply.head.size() + size) {
    if (receive() == 0) fail("closed inside a body");
  }
  reply.body = received_.substr(reply.head.size(), size);
  received_.erase(0, reply.head.size() + size);
  return reply;
}

ClientReply FrontClient::get(const std::string& path, const std::string& headers) {
  send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  return read_reply();
}

void FrontClient::send_body(const std::string& method, const std::string& path, const std::string& body,
                            const std::string& headers) {
  send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
       std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
}

ClientReply FrontClient::post(const std::string& path, const std::string& body, const std::string& headers) {
  send_body("POST", path, body, headers);
  return read_reply();
}

std::optional<std::string> FrontClient::read_to_end() {
  try {
    while (receive() > 0) continue;
  } catch (const std::runtime_error&) {
    return {};
  }
  return std::exchange(received_, {});
}

void FrontClient::shutdown_send() {
  if (ssl_) SSL_shutdown(ssl_.get());
  ::shutdown(descriptor_, SHUT_WR);
}

}  // namespace signalbox::testing
