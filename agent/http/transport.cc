#include "agent/http/transport.h"

#include <asio/redirect_error.hpp>
#include <utility>

// g++ 12 takes the two functions with which Asio allocates and frees a coroutine's frame for a mismatch, once it
// has inlined one of them and not the other.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace signalbox {

Transport::Transport(StreamSocket socket, const TlsIdentity* identity) : socket_(std::move(socket)) {
  if (identity == nullptr) return;
  if (auto handle = identity->open()) {
    tls_ = std::make_unique<TlsSession>(std::move(handle), socket_.native_handle());
  } else {
    close();  // never plain instead
  }
}

Awaitable<asio::error_code> Transport::shake_hands() {
  asio::error_code error;
  for (;;) {
    tls_->shake_hands(error);
    if (error != asio::error::would_block) co_return error;
    co_await socket_.async_wait(tls_->read_wait(), asio::redirect_error(kAwait, error));
    if (was_closed(error)) co_return error;
  }
}

/// A wait that was over may be heard of after a close that came first.
bool Transport::was_closed(asio::error_code& error) const {
  if (!error && !tls_) error = asio::error::operation_aborted;
  return bool(error);
}

bool Transport::fell_to_plain_http() {
  if (!tls_ || !tls_->met_plain_http()) return false;
  tls_.reset();
  return true;
}

Awaitable<size_t> Transport::read(asio::mutable_buffer to, asio::error_code& error) {
  for (;;) {
    const size_t count = tls_->read(to, error);
    if (error != asio::error::would_block) co_return count;
    co_await socket_.async_wait(tls_->read_wait(), asio::redirect_error(kAwait, error));
    if (was_closed(error)) co_return 0;
  }
}

Awaitable<void> Transport::write(std::string_view bytes, asio::error_code& error) {
  while (!bytes.empty()) {
    bytes.remove_prefix(tls_->write(asio::buffer(bytes), error));
    if (!error) continue;
    if (error != asio::error::would_block) co_return;
    co_await socket_.async_wait(asio::socket_base::wait_write, asio::redirect_error(kAwait, error));
    if (was_closed(error)) co_return;
  }
}

Awaitable<void> Transport::end(asio::error_code& error) {
  while (tls_) {
    tls_->end(error);
    if (error != asio::error::would_block) break;
    co_await socket_.async_wait(asio::socket_base::wait_write, asio::redirect_error(kAwait, error));
    if (was_closed(error)) co_return;
  }
  socket_.shutdown(asio::socket_base::shutdown_send, error);
}

void Transport::cancel() {
  asio::error_code error;
  socket_.cancel(error);
}

/// A client that is waiting learns that this is an end, and not a cut, where that takes no waiting. TLS goes before
/// the socket, for it knows only the descriptor's number, which is somebody else's next.
void Transport::close() {
  asio::error_code error;
  if (tls_) tls_->end(error);
  tls_.reset();
  socket_.close(error);
}

}  // namespace signalbox
