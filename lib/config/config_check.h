#pragma once
/// A rule over several keys that holds for whatever starts the agent: also for a configuration that the command
/// line was laid over.
#include <optional>

#include "lib/config/config.h"
#include "lib/result.h"

namespace signalbox {

/// An address other than loopback needs a reader's token and TLS, or `allow_plaintext` (api.md, "Who may do what").
/// The error names the address and what to do. What is no address is left to who binds it.
std::optional<Error> check_open(const ServerConfig& server);

}  // namespace signalbox
