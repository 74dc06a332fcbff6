#pragma once
/// A key and a self-signed certificate, made in the test: who trusts `pem_file()` trusts the certificate. And the
/// front's side of it.
#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>

#include "agent/access/tls_identity.h"

namespace signalbox::testing {

struct IdentityShape {
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< subjectAltName, as OpenSSL writes it
  bool expired = false;
  int days = 1;  ///< until it expires, unless it has
};

class FakeIdentity {
 public:
  explicit FakeIdentity(const IdentityShape& shape = {});
  ~FakeIdentity();
  FakeIdentity(const FakeIdentity&) = delete;
  FakeIdentity& operator=(const FakeIdentity&) = delete;

  std::string pem_file() const { return pem_file_.string(); }
  const std::string& certificate_pem() const { return certificate_pem_; }
  const std::string& key_pem() const { return key_pem_; }
  /// As the front wants it.
  TlsIdentityPtr identity() const;
  /// A server's context with this identity.
  SSL_CTX* context() const { return context_.get(); }

 private:
  std::filesystem::path pem_file_;
  std::string certificate_pem_;
  std::string key_pem_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
};

}  // namespace signalbox::testing
