#pragma once
/// What the configuration names and other files hold: the tokens. All or nothing: with one mistake among them none
/// comes into force.
#include <string>
#include <vector>

#include "agent/access/tokens.h"
#include "agent/directories.h"
#include "lib/config/config.h"
#include "lib/config/config_problem.h"

namespace signalbox {

struct Secrets {
  TokensPtr tokens = std::make_shared<const Tokens>();
};

struct LoadedSecrets {
  Secrets secrets;          ///< to be used only without errors among `problems`
  ConfigProblems problems;  ///< each names the key and the file, never a token
};

/// A file that everybody on this host may read is a warning: in a container that is how secrets come.
LoadedSecrets load_secrets(const ServerConfig& server, const Surroundings& around);

}  // namespace signalbox
