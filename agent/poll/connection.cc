#include "agent/poll/connection.h"

#include <fmt/format.h>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ssl.hpp>

#include "agent/access/server_name.h"
#include "lib/url.h"

namespace signalbox {

using asio::ip::tcp;

struct Connection::Asio {
  explicit Asio(Deadline until) : deadline(std::move(until)), socket(context) {}

  /// Runs what was just started until it is done, at most for `limit`. Otherwise closes the socket, so that the
  /// operation, whose handler refers to the caller's frame, has ended when we return.
  std::error_code run(const std::optional<std::error_code>& done, Millis limit) {
    context.restart();
    {
      const std::stop_callback on_stop(deadline.stop, [this] { context.stop(); });
      context.run_for(std::min(limit, deadline.left()));
    }
    if (done) return *done;
    std::error_code ignored;
    socket.close(ignored);
    context.restart();
    context.run();
    return asio::error::timed_out;
  }

  Transfer transfer(std::error_code error, size_t bytes) const {
    if (!error) return {bytes, std::nullopt};
    if (error == asio::error::eof) return {0, std::nullopt};
    return {0, failure(error, "waiting for the answer", FetchErrorKind::connect)};
  }

  FetchFailure failure(std::error_code error, std::string_view what, FetchErrorKind kind) const {
    if (deadline.stop.stop_requested()) return {FetchErrorKind::timeout, peer + ": given up because of a stop"};
    if (error == asio::error::timed_out) {
      return {FetchErrorKind::timeout, fmt::format("{}: {}: timed out", peer, what)};
    }
    if (error == asio::ssl::error::stream_truncated) {
      return {FetchErrorKind::tls, fmt::format("{}: {}: TLS ended without its closing message", peer, what)};
    }
    return {kind, fmt::format("{}: {}: {}", peer, what, error.message())};
  }

  Deadline deadline;
  std::string peer;
  asio::io_context context{1};
  tcp::socket socket;
  std::optional<asio::ssl::context> tls_context;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
};

namespace {

/// "Connection refused" and the like come with the address, because a name has several.
std::string at_address(const std::string& address) { return fmt::format("no connection to {}", address); }

std::error_code prepare(asio::ssl::context& context, const std::string& ca_file) {
  std::error_code error;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer, error);
  if (error) return error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(ca_file, error);
  }
  return error;
}

/// What the macro SSL_set_tlsext_host_name does, without its C cast.
bool set_server_name(SSL* ssl, std::string host) {
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1;
}

/// An address is not sent: a server has no certificate for each.
bool expect_server(SSL* ssl, const std::string& host) {
  return expect_host(SSL_get0_param(ssl), host) && (is_ip_address(host) || set_server_name(ssl, host));
}

}  // namespace

Connection::Connection(Deadline deadline) : asio_(std::make_unique<Asio>(std::move(deadline))) {}
Connection::~Connection() = default;

std::optional<FetchFailure> Connection::connect(const std::string& peer, const Addresses& addresses, uint16_t port,
                                                Millis per_address) {
  asio_->peer = peer;
  std::optional<FetchFailure> failure;
  for (const std::string& address : addresses) {
    std::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (!error) {
      std::optional<std::error_code> done;
      asio_->socket.close(error);
      asio_->socket.async_connect(tcp::endpoint(ip, port), [&](std::error_code result) { done = result; });
      error = asio_->run(done, per_address);
    }
    if (!error) return std::nullopt;
    if (!failure) failure = asio_->failure(error, at_address(address), FetchErrorKind::connect);
    if (asio_->deadline.left() == Millis(0)) break;
  }
  return failure;
}

std::optional<FetchFailure> Connection::start_tls(const std::string& peer, const std::string& host,
                                                  const std::string& ca_file) {
  asio_->peer = peer;
  asio_->tls_context.emplace(asio::ssl::context::tls_client);
  if (const auto error = prepare(*asio_->tls_context, ca_file)) {
    return asio_->failure(error, "the certificate store cannot be read", FetchErrorKind::tls);
  }
  asio_->tls.emplace(asio_->socket, *asio_->tls_context);
  SSL* ssl = asio_->tls->native_handle();
  if (!expect_server(ssl, host))
    return FetchFailure{FetchErrorKind::tls, peer + ": no certificate can carry this name"};
  std::optional<std::error_code> done;
  asio_->tls->async_handshake(asio::ssl::stream_base::client, [&](std::error_code result) { done = result; });
  const std::error_code error = asio_->run(done, Millis::max());
  if (!error) return std::nullopt;
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict == X509_V_OK || error == asio::error::timed_out) {
    return asio_->failure(error, "TLS handshake", FetchErrorKind::tls);
  }
  return FetchFailure{FetchErrorKind::tls, fmt::format("{}: the certificate is not trusted: {}", peer,
                                                       X509_verify_cert_error_string(verdict))};
}

Connection::Transfer Connection::read(char* to, size_t size) {
  std::optional<std::error_code> done;
  size_t bytes = 0;
  const auto on_read = [&](std::error_code result, size_t count) {
    bytes = count;
    done = result;
  };
  if (asio_->tls) {
    asio_->tls->async_read_some(asio::buffer(to, size), on_read);
  } else {
    asio_->socket.async_read_some(asio::buffer(to, size), on_read);
  }
  const std::error_code error = asio_->run(done, Millis::max());
  return asio_->transfer(error, bytes);
}

Connection::Transfer Connection::write(const char* from, size_t size) {
  std::optional<std::error_code> done;
  size_t bytes = 0;
  const auto on_write = [&](std::error_code result, size_t count) {
    bytes = count;
    done = result;
  };
  if (asio_->tls) {
    asio_->tls->async_write_some(asio::buffer(from, size), on_write);
  } else {
    asio_->socket.async_write_some(asio::buffer(from, size), on_write);
  }
  const std::error_code error = asio_->run(done, Millis::max());
  return asio_->transfer(error, bytes);
}

}  // namespace signalbox
