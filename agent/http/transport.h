#pragma once
/// What a connection's bytes go over: a socket, plain or with TLS. Plain costs one branch a call.
///
/// Errors are Asio's; `would_block`: wait with `wait_to_read`, or for `wait_write`, then call again.
/// Threads: the event loop's.
#include <asio/buffer.hpp>
#include <memory>
#include <string_view>

#include "agent/access/tls_identity.h"
#include "agent/http/http_net.h"
#include "agent/http/tls_session.h"

namespace signalbox {

class Transport {
 public:
  /// `identity` null: plain.
  Transport(StreamSocket socket, const TlsIdentity* identity);

  bool is_secure() const { return tls_ != nullptr; }
  bool is_open() const { return socket_.is_open(); }
  /// To wait for; its bytes are the transport's business while it is secure.
  StreamSocket& socket() { return socket_; }

  /// Until both sides have agreed. Precondition: secure.
  Awaitable<asio::error_code> shake_hands();
  /// Whether a handshake failed because the client spoke plain HTTP. It is answered so: the transport is plain now.
  bool fell_to_plain_http();

  /// Both without waiting; some bytes, not all.
  size_t read_some(asio::mutable_buffer to, asio::error_code& error) {
    return tls_ ? tls_->read(to, error) : socket_.read_some(to, error);
  }
  size_t write_some(asio::const_buffer from, asio::error_code& error) {
    return tls_ ? tls_->write(from, error) : socket_.write_some(from, error);
  }
  /// Waits for some bytes, or for all to be taken. For a secure transport: a plain socket's own are faster.
  Awaitable<size_t> read(asio::mutable_buffer to, asio::error_code& error);
  Awaitable<void> write(std::string_view bytes, asio::error_code& error);
  /// Tells the peer that nothing follows. Its own bytes may still come, and are the socket's to read.
  Awaitable<void> end(asio::error_code& error);

  asio::socket_base::wait_type wait_to_read() const {
    return tls_ ? tls_->read_wait() : asio::socket_base::wait_read;
  }
  /// Received, and not told of by any wait: read on.
  bool holds_input() const { return tls_ && tls_->holds_input(); }
  /// A write was refused that has begun: what is written next has to begin with the same bytes.
  bool owes_output() const { return tls_ && tls_->owes_output(); }

  void cancel();
  void close();

 private:
  bool was_closed(asio::error_code& error) const;

  StreamSocket socket_;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace signalbox
