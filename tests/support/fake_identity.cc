#include "tests/support/fake_identity.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <stdexcept>

namespace signalbox::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kDay = 24 * 60 * 60;

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("fake identity: ") + what);
}

Certificate self_signed(EVP_PKEY* key, const IdentityShape& shape) {
  Certificate certificate(X509_new(), X509_free);
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(x509), shape.expired ? -kDay : shape.days * kDay);
  X509_set_pubkey(x509, key);
  const unsigned char name[] = "signalbox test";
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, name, -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(x509));
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, shape.names.c_str()), X509_EXTENSION_free);
  require(names != nullptr && X509_add_ext(x509, names.get(), -1) == 1, "the names");
  require(X509_sign(x509, key, EVP_sha256()) > 0, "the signature");
  return certificate;
}

template <class Write>
std::string pem_of(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
  require(text != nullptr && write(text.get()) == 1, "the PEM text");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

std::filesystem::path write_file(const std::string& text) {
  std::string path = (std::filesystem::temp_directory_path() / "signalbox-test-XXXXXX").string();
  const int descriptor = mkstemp(path.data());
  require(descriptor >= 0, "a temporary file");
  FILE* file = fdopen(descriptor, "w");
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  require(std::fclose(file) == 0 && written, "the PEM file");
  return path;
}

}  // namespace

FakeIdentity::FakeIdentity(const IdentityShape& shape) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  require(key != nullptr, "the key");
  const Certificate certificate = self_signed(key.get(), shape);
  context_.reset(SSL_CTX_new(TLS_server_method()));
  require(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1,
          "the context");
  certificate_pem_ = pem_of([&](BIO* text) { return PEM_write_bio_X509(text, certificate.get()); });
  key_pem_ = pem_of(
      [&](BIO* text) { return PEM_write_bio_PrivateKey(text, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  pem_file_ = write_file(certificate_pem_);
}

TlsIdentityPtr FakeIdentity::identity() const {
  auto made = std::make_shared<TlsIdentity>();
  require(!made->use_certificates(certificate_pem_) && !made->use_key(key_pem_), "the front's identity");
  return made;
}

FakeIdentity::~FakeIdentity() {
  std::error_code ignored;
  std::filesystem::remove(pem_file_, ignored);
}

}  // namespace signalbox::testing
