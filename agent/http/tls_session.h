#pragma once
/// The server's end of TLS over a socket that does not wait: OpenSSL reads and writes the socket itself, so that an
/// idle connection keeps no buffers, and what is sent is copied once.
///
/// Errors: `would_block` means: wait, then call again; `eof`: the client is done. Anything else ends it.
/// The process ignores SIGPIPE: a client that has gone is an error of one write.
/// Threads: one. Invariant: never waits.
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/error_code.hpp>
#include <asio/socket_base.hpp>
#include <string>

#include "agent/access/tls_identity.h"

namespace signalbox {

class TlsSession {
 public:
  /// The descriptor stays its owner's and outlives this.
  TlsSession(TlsHandle handle, int descriptor);

  /// One step of the handshake, as far as it goes.
  void shake_hands(asio::error_code& error);
  /// The handshake failed because the client spoke HTTP without TLS; nothing was sent to it.
  bool met_plain_http() const { return met_plain_http_; }

  size_t read(asio::mutable_buffer to, asio::error_code& error);
  /// What `would_block` refused has to be the beginning of what is written next: it is encrypted already.
  size_t write(asio::const_buffer from, asio::error_code& error);
  /// Tells the client that nothing follows, if that can be said now. `would_block`: not yet.
  void end(asio::error_code& error);

  /// For what to wait before the step, or the read, that would have blocked.
  asio::socket_base::wait_type read_wait() const {
    return reading_needs_write_ ? asio::socket_base::wait_write : asio::socket_base::wait_read;
  }
  /// Bytes that were received and wait for `read`: no wait for the socket tells of them.
  bool holds_input() const { return SSL_pending(handle_.get()) > 0; }
  bool owes_output() const { return owes_output_; }

 private:
  void judge(int result, bool& needs_write, asio::error_code& error);

  TlsHandle handle_;
  bool ready_ = false;  ///< the handshake is done, and nothing has gone wrong since
  bool ended_ = false;
  bool met_plain_http_ = false;
  bool reading_needs_write_ = false;
  bool owes_output_ = false;
};

}  // namespace signalbox
