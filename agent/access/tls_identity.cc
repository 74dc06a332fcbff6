#include "agent/access/tls_identity.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <span>
#include <stdexcept>
#include <string_view>

namespace signalbox {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Text = std::unique_ptr<BIO, decltype(&BIO_free)>;

/// Of TLS 1.2; those of 1.3 are all good.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kHttp11 = "http/1.1";

Text reading(const std::string& pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

/// OpenSSL's own words for what it refused just now, without its numbers.
std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "it cannot be used" : reason;
}

WallTime time_of(const ASN1_TIME* time, WallTime otherwise) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return otherwise;
  return WallTime(seconds(timegm(&parts)));
}

/// A program without a terminal asks nobody; `asked` tells that somebody would have been.
int ask_nobody(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

/// RFC 7301: of what the client offers ours, and who offers other protocols alone is refused.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int size, void*) {
  std::span<const unsigned char> left(offered, size);
  while (!left.empty() && left.size() > left.front()) {
    const auto name = left.subspan(1, left.front());
    if (std::ranges::equal(name, kHttp11)) {
      *chosen = name.data();
      *length = static_cast<unsigned char>(name.size());
      return SSL_TLSEXT_ERR_OK;
    }
    left = left.subspan(1 + name.size());
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

TlsIdentity::TlsIdentity() : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  SSL_CTX* context = context_.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context, kCiphers) != 1) {
    throw std::runtime_error("OpenSSL: " + openssl_reason());
  }
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Sockets do not wait, and what is to be written may have moved; buffers of idle connections are given back.
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

std::optional<Error> TlsIdentity::use_certificates(const std::string& pem) {
  ERR_clear_error();
  const Text text = reading(pem);
  bool first = true;
  for (;;) {
    Certificate certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free);
    if (!certificate) break;
    expires_at_ = std::min(expires_at_, time_of(X509_get0_notAfter(certificate.get()), WallTime::min()));
    valid_from_ = std::max(valid_from_, time_of(X509_get0_notBefore(certificate.get()), WallTime::max()));
    const bool taken = first ? SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1
                             : SSL_CTX_add1_chain_cert(context_.get(), certificate.get()) == 1;
    if (!taken) return Error{fmt::format("OpenSSL does not take the certificate: {}", openssl_reason())};
    first = false;
  }
  // Where no further one begins is the end; anything else is one that is broken.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (first && at_end) return Error{"it holds no certificate in PEM"};
  if (!at_end) return Error{fmt::format("a certificate in it is broken: {}", openssl_reason())};
  ERR_clear_error();
  return std::nullopt;
}

std::optional<Error> TlsIdentity::use_key(const std::string& pem) {
  ERR_clear_error();
  bool asked = false;
  const Key key(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, ask_nobody, &asked), EVP_PKEY_free);
  if (asked) return Error{"it is encrypted, and nobody is there to say its passphrase: openssl pkey -in FILE"};
  if (!key) return Error{fmt::format("it holds no private key in PEM: {}", openssl_reason())};
  if (X509_check_private_key(SSL_CTX_get0_certificate(context_.get()), key.get()) != 1) {
    ERR_clear_error();
    return Error{"it is not the key of the first certificate in tls_cert_file"};
  }
  if (SSL_CTX_use_PrivateKey(context_.get(), key.get()) != 1) {
    return Error{fmt::format("OpenSSL does not take the key: {}", openssl_reason())};
  }
  return std::nullopt;
}

TlsHandle TlsIdentity::open() const { return {SSL_new(context_.get()), SSL_free}; }

}  // namespace signalbox
