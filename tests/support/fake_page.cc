#include "tests/support/fake_page.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>

namespace signalbox::testing {
namespace {

constexpr std::chrono::milliseconds kDribblePace{5};
constexpr std::chrono::milliseconds kEventPoll{5};  ///< how often a held answer looks whether it may go on
constexpr std::chrono::seconds kPatience{10};       ///< of a test that waits for requests
constexpr int kBacklog = 64;
constexpr size_t kPiece = 64 * 1024;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connect_to(uint16_t port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return descriptor;
  close(descriptor);
  return -1;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Fills all but the body; false when the text is no request.
bool parse_head(const std::string& text, FakeRequest& request) {
  const size_t first = text.find(' ');
  const size_t second = text.find(' ', first + 1);
  if (first == std::string::npos || second == std::string::npos) return false;
  request.method = text.substr(0, first);
  request.target = text.substr(first + 1, second - first - 1);
  size_t line = text.find("\r\n") + 2;
  while (line < text.size()) {
    const size_t end = std::min(text.find("\r\n", line), text.size());
    const size_t colon = text.find(": ", line);
    if (colon < end)
      request.headers[lower(text.substr(line, colon - line))] = text.substr(colon + 2, end - colon - 2);
    line = end + 2;
  }
  return true;
}

}  // namespace

/// A connection's bytes, through TLS or not.
class FakePage::Wire {
 public:
  Wire(int descriptor, const FakeIdentity* identity) : descriptor_(descriptor) {
    if (identity == nullptr) return;
    tls_.reset(SSL_new(identity->context()));
    SSL_set_fd(tls_.get(), descriptor);
  }

  bool handshake() { return !tls_ || SSL_accept(tls_.get()) == 1; }

  /// 0 at the end or when it broke.
  size_t read(char* to, size_t size) {
    const long count =
        tls_ ? SSL_read(tls_.get(), to, static_cast<int>(size)) : static_cast<long>(recv(descriptor_, to, size, 0));
    return count > 0 ? static_cast<size_t>(count) : 0;
  }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const int piece = static_cast<int>(std::min(bytes.size(), kPiece));
      const long sent = tls_ ? SSL_write(tls_.get(), bytes.data(), piece)
                             : static_cast<long>(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  void end(bool abrupt) {
    if (tls_ && !abrupt) SSL_shutdown(tls_.get());
    shutdown(descriptor_, SHUT_WR);
  }

  void read_to_the_end() {
    std::array<char, 1024> ignored;
    while (read(ignored.data(), ignored.size()) > 0) {
    }
  }

  void relay(uint16_t port) {
    const int other = connect_to(port);
    std::array<pollfd, 2> ends = {pollfd{descriptor_, POLLIN, 0}, pollfd{other, POLLIN, 0}};
    std::array<char, 4096> buffer;
    while (other >= 0 && poll(ends.data(), ends.size(), -1) > 0) {
      const bool forth = ends[0].revents != 0;
      const ssize_t count = recv(forth ? descriptor_ : other, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      send(forth ? other : descriptor_, buffer.data(), static_cast<size_t>(count), MSG_NOSIGNAL);
    }
    if (other >= 0) close(other);
  }

 private:
  int descriptor_;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
};

std::string FakeRequest::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

FakePage::FakePage(const FakeIdentity* identity) : identity_(identity) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, kBacklog) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("fake page: cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_until_stopped(); });
}

FakePage::~FakePage() {
  {
    const std::lock_guard lock(mutex_);
    down_ = true;
    for (const int descriptor : open_) shutdown(descriptor, SHUT_RDWR);
  }
  changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  connections_.clear();
  close(listener_);
}

void FakePage::accept_until_stopped() {
  while (true) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const std::lock_guard lock(mutex_);
    if (down_) {
      close(descriptor);
      return;
    }
    open_.push_back(descriptor);
    connections_.emplace_back([this, descriptor] { serve(descriptor); });
  }
}

void FakePage::serve(int descriptor) {
  {
    Wire wire(descriptor, identity_);
    FakeRequest request;
    if (wire.handshake() && read_request(wire, request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      changed_.notify_all();
      answer(wire, responder_of(request.target)(request));
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, descriptor);
  close(descriptor);
}

bool FakePage::read_request(Wire& wire, FakeRequest& request) {
  std::string text;
  std::array<char, 4096> buffer;
  size_t head_end = std::string::npos;
  while ((head_end = text.find("\r\n\r\n")) == std::string::npos) {
    const size_t count = wire.read(buffer.data(), buffer.size());
    if (count == 0) return false;
    text.append(buffer.data(), count);
  }
  if (!parse_head(text.substr(0, head_end), request)) return false;
  request.body = text.substr(head_end + 4);
  const std::string length = request.header("content-length");
  while (!length.empty() && request.body.size() < std::stoul(length)) {
    const size_t count = wire.read(buffer.data(), buffer.size());
    if (count == 0) return false;
    request.body.append(buffer.data(), count);
  }
  return true;
}

void FakePage::answer(Wire& wire, const FakeAnswer& answer) {
  while (answer.after.valid() && answer.after.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    if (!pause(kEventPoll)) return;
  }
  const std::string_view bytes = answer.bytes;
  const size_t at_once = std::min(answer.dribble_from, bytes.size());
  if (!wire.write(bytes.substr(0, at_once))) return;
  for (const char byte : bytes.substr(at_once)) {
    if (!pause(kDribblePace) || !wire.write({&byte, 1})) return;
  }
  const std::string piece(kPiece, 'x');
  for (uint64_t left = answer.filler; left > 0; left -= std::min<uint64_t>(left, piece.size())) {
    if (!wire.write(std::string_view(piece).substr(0, left))) return;
  }
  if (answer.tunnel_to != 0) return wire.relay(answer.tunnel_to);
  if (!answer.hangs) wire.end(answer.abrupt);
  wire.read_to_the_end();  // closing before would throw away what the peer has not read yet
}

bool FakePage::pause(std::chrono::milliseconds duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, duration, [this] { return down_; });
}

void FakePage::on(const std::string& path, FakeResponder responder) {
  const std::lock_guard lock(mutex_);
  responders_[path] = std::move(responder);
}

void FakePage::on(const std::string& path, FakeAnswer answer) {
  on(path, [answer = std::move(answer)](const FakeRequest&) { return answer; });
}

FakeResponder FakePage::responder_of(const std::string& target) const {
  const std::lock_guard lock(mutex_);
  for (const std::string& path : {target, std::string(kAnyPath)}) {
    if (const auto found = responders_.find(path); found != responders_.end()) return found->second;
  }
  return [](const FakeRequest&) { return reply(404); };
}

std::string FakePage::url(const std::string& path) const {
  return fmt::format("{}://127.0.0.1:{}{}", identity_ == nullptr ? "http" : "https", port_, path);
}

std::vector<FakeRequest> FakePage::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool FakePage::wait_for_requests(size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
}

}  // namespace signalbox::testing
