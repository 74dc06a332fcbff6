#include "agent/access/server_name.h"

#include <openssl/x509v3.h>

#include "lib/url.h"

namespace signalbox {

bool expect_host(X509_VERIFY_PARAM* verification, const std::string& host) {
  if (is_ip_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(verification, host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(verification,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(verification, host.c_str(), host.size()) == 1;
}

}  // namespace signalbox
