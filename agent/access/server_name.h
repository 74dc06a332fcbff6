#pragma once
/// Whom a server's certificate has to name when we are the client.
#include <openssl/ssl.h>

#include <string>

namespace signalbox {

/// The whole name, or the address, must be a subjectAltName: no partial wildcards, no fallback to the common name.
/// False: no certificate can carry it.
bool expect_host(X509_VERIFY_PARAM* verification, const std::string& host);

}  // namespace signalbox
