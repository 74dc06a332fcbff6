#include "agent/http/tls_session.h"

#include <openssl/err.h>

#include <cerrno>
#include <utility>

namespace signalbox {

TlsSession::TlsSession(TlsHandle handle, int descriptor) : handle_(std::move(handle)) {
  SSL_set_fd(handle_.get(), descriptor);
  SSL_set_accept_state(handle_.get());
}

void TlsSession::shake_hands(asio::error_code& error) {
  ERR_clear_error();
  const int result = SSL_do_handshake(handle_.get());
  ready_ = result == 1;
  if (!ready_) met_plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
  judge(result, reading_needs_write_, error);
}

size_t TlsSession::read(asio::mutable_buffer to, asio::error_code& error) {
  ERR_clear_error();
  size_t count = 0;
  judge(SSL_read_ex(handle_.get(), to.data(), to.size(), &count), reading_needs_write_, error);
  return error ? 0 : count;
}

size_t TlsSession::write(asio::const_buffer from, asio::error_code& error) {
  error.clear();
  if (from.size() == 0) return 0;
  ERR_clear_error();
  size_t count = 0;
  bool needs_write = false;
  judge(SSL_write_ex(handle_.get(), from.data(), from.size(), &count), needs_write, error);
  owes_output_ = error == asio::error::would_block;
  // Without renegotiation no write waits for the client's bytes.
  if (owes_output_ && !needs_write) error = asio::error::connection_aborted;
  return error ? 0 : count;
}

/// Not waited for is the client's own word: it may have gone.
void TlsSession::end(asio::error_code& error) {
  error.clear();
  if (!ready_ || ended_ || owes_output_) return;
  ERR_clear_error();
  const int result = SSL_shutdown(handle_.get());
  ended_ = result >= 0;
  bool needs_write = false;
  if (result < 0) judge(result, needs_write, error);
}

void TlsSession::judge(int result, bool& needs_write, asio::error_code& error) {
  const int why = errno;
  needs_write = false;
  error.clear();
  if (result > 0) return;
  switch (SSL_get_error(handle_.get(), result)) {
    case SSL_ERROR_WANT_READ: error = asio::error::would_block; return;
    case SSL_ERROR_WANT_WRITE:
      needs_write = true;
      error = asio::error::would_block;
      return;
    case SSL_ERROR_ZERO_RETURN: error = asio::error::eof; return;
    case SSL_ERROR_SYSCALL:
      error = why == 0 ? asio::error_code(asio::error::eof) : asio::error_code(why, asio::system_category());
      break;
    default: error = asio::error::connection_aborted;
  }
  ready_ = false;
}

}  // namespace signalbox
