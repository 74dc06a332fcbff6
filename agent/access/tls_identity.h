#pragma once
/// Who the front is to a client that speaks TLS: a certificate with its key, and how TLS is spoken with them.
///
/// TLS 1.2 with forward secrecy and authenticated ciphers, or 1.3; no compression, no renegotiation, no early data;
/// ALPN "http/1.1". Sessions are resumed by tickets alone, which end with the identity: a new one is seen by
/// everybody who connects.
/// Threads: fill it on one; then immutable, any.
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using TlsHandle = std::unique_ptr<SSL, decltype(&SSL_free)>;

class TlsIdentity {
 public:
  TlsIdentity();

  /// The certificate, and after it those that lead to its root, in PEM. Errors say what is wrong with the text.
  std::optional<Error> use_certificates(const std::string& pem);
  /// Afterwards, its key in PEM. Errors: it is none, is encrypted, or belongs to another certificate.
  std::optional<Error> use_key(const std::string& pem);

  /// Of the certificates the first to expire, and the last to become valid.
  WallTime expires_at() const { return expires_at_; }
  WallTime valid_from() const { return valid_from_; }

  /// The server's end of a new connection; null: no memory. What it needs lives on with it.
  TlsHandle open() const;

 private:
  TlsContext context_;
  WallTime expires_at_ = WallTime::max();
  WallTime valid_from_ = WallTime::min();
};

using TlsIdentityPtr = std::shared_ptr<const TlsIdentity>;

}  // namespace signalbox
