#pragma once
/// What the configuration names and other files hold: the tokens, and the certificate with its key. All or nothing:
/// with one mistake among them none comes into force.
#include <string>
#include <vector>

#include "agent/access/tls_identity.h"
#include "agent/access/tokens.h"
#include "agent/directories.h"
#include "lib/config/config.h"
#include "lib/config/config_problem.h"

namespace signalbox {

struct Secrets {
  TokensPtr tokens = std::make_shared<const Tokens>();
  TlsIdentityPtr tls;  ///< null: none is configured
};

struct LoadedSecrets {
  Secrets secrets;          ///< to be used only without errors among `problems`
  ConfigProblems problems;  ///< each names the key and the file, never what is in it
};

/// A certificate that expires sooner is a warning: who renews them does so earlier.
inline constexpr Millis kSoonExpired = hours(24 * 14);

/// A secret that everybody on this host may read is a warning: in a container that is how secrets come. So is a
/// certificate that has expired, does so soon, or is not valid yet: clients decide, and some may know it.
LoadedSecrets load_secrets(const ServerConfig& server, const Surroundings& around, WallTime now);

}  // namespace signalbox
