#pragma once
/// A key and a self-signed certificate, made in the test: who trusts `pem_file()` trusts the certificate.
#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>

namespace signalbox::testing {

struct IdentityShape {
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< subjectAltName, as OpenSSL writes it
  bool expired = false;
};

class FakeIdentity {
 public:
  explicit FakeIdentity(const IdentityShape& shape = {});
  ~FakeIdentity();
  FakeIdentity(const FakeIdentity&) = delete;
  FakeIdentity& operator=(const FakeIdentity&) = delete;

  std::string pem_file() const { return pem_file_.string(); }
  /// A server's context with this identity.
  SSL_CTX* context() const { return context_.get(); }

 private:
  std::filesystem::path pem_file_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
};

}  // namespace signalbox::testing
