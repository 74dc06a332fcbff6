#include "agent/http/acceptor.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <asio/co_spawn.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

#include "agent/http/log_bug.h"

namespace signalbox {
namespace {

/// Accepted in one go before others have their turn.
constexpr int kAcceptBatch = 64;
/// Between two tries when the process has no descriptor left and nobody is idle.
constexpr Millis kAcceptPause{100};
/// A flood shall not fill the log.
constexpr minutes kWarnInterval{1};

asio::ip::address address_of(const asio::generic::stream_protocol::endpoint& peer) {
  if (peer.protocol().family() != AF_INET && peer.protocol().family() != AF_INET6) return {};
  asio::ip::tcp::endpoint endpoint;
  endpoint.resize(peer.size());
  std::memcpy(endpoint.data(), peer.data(), peer.size());
  const asio::ip::address address = endpoint.address();
  // A socket for both families, which we may be handed, writes 127.0.0.1 as ::ffff:127.0.0.1.
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

/// The kernel's word for who connected, as it was then.
std::optional<uint32_t> uid_at(int descriptor, const ListenSocket& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (!socket.is_unix() || getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return peer.uid;
}

Awaitable<void> serve(std::unique_ptr<HttpConnection> connection) { co_await connection->serve(); }

}  // namespace

Acceptor::Acceptor(asio::io_context& loop, ListenSocket socket, HttpService& service, HistoryWorker& worker,
                   Seats& seats, Turns& turns, std::function<void()> on_end)
    : loop_(loop),
      socket_(std::move(socket)),
      readable_(loop.get_executor(), socket_.descriptor()),
      retry_(loop.get_executor()),
      service_(service),
      worker_(worker),
      seats_(seats),
      turns_(turns),
      on_end_(std::move(on_end)) {}

Acceptor::~Acceptor() { stop(); }

void Acceptor::start() {
  asio::co_spawn(loop_.get_executor(), run(),
                 [](const std::exception_ptr& failure) { log_bug("http: accepting", failure); });
}

void Acceptor::stop() {
  stopped_ = true;
  if (readable_.is_open()) readable_.release();
  retry_.cancel();
  socket_.close();
}

Awaitable<void> Acceptor::run() {
  while (!stopped_) {
    asio::error_code error;
    co_await readable_.async_wait(asio::posix::descriptor_base::wait_read, asio::redirect_error(kAwait, error));
    if (error || stopped_) co_return;
    auto accepted = Accepted::one;
    for (int i = 0; i < kAcceptBatch && accepted == Accepted::one; ++i) accepted = accept_one();
    if (accepted == Accepted::later) co_await pause();
  }
}

Awaitable<void> Acceptor::pause() {
  asio::error_code error;
  retry_.expires_after(kAcceptPause);
  co_await retry_.async_wait(asio::redirect_error(kAwait, error));
}

Acceptor::Accepted Acceptor::accept_one() {
  asio::generic::stream_protocol::endpoint from;
  auto size = static_cast<socklen_t>(from.capacity());
  const int descriptor = accept4(socket_.descriptor(), from.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Accepted::none_left;
    // The peer was faster, or a signal: the next may be fine.
    if (errno == EINTR || errno == ECONNABORTED) return Accepted::one;
    return out_of_resources(errno);
  }
  from.resize(size);
  asio::error_code error;
  StreamSocket socket(loop_.get_executor());
  socket.assign(from.protocol(), descriptor, error);
  if (error) {
    ::close(descriptor);
    return Accepted::one;
  }
  socket.non_blocking(true, error);
  welcome(std::move(socket), {address_of(from), socket_.is_unix(), uid_at(descriptor, socket_)});
  return Accepted::one;
}

Acceptor::Accepted Acceptor::out_of_resources(int why) {
  // The kernel takes a descriptor before it looks for a connection: there may be none.
  pollfd waiting{socket_.descriptor(), POLLIN, 0};
  if (poll(&waiting, 1, 0) == 0) return Accepted::none_left;
  const auto at = service_.tick_time();
  if (at - kWarnInterval > warned_at_) {
    spdlog::warn("http: cannot accept on {}: {}", socket_.name(), std::strerror(why));
    warned_at_ = at;
  }
  const bool for_want_of_descriptors = why == EMFILE || why == ENFILE;
  return for_want_of_descriptors && seats_.evict_first() ? Accepted::one : Accepted::later;
}

void Acceptor::welcome(StreamSocket socket, const Peer& peer) {
  auto connection = std::make_unique<HttpConnection>(std::move(socket), peer, service_, worker_, seats_, turns_);
  if (!seats_.admit(*connection)) return connection->turn_away();
  asio::co_spawn(loop_.get_executor(), serve(std::move(connection)), [this](const std::exception_ptr& failure) {
    log_bug("http: a connection", failure);
    on_end_();
  });
}

}  // namespace signalbox
