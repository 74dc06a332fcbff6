#pragma once
/// The configuration and the places that an agent on this host would use, for commands that work without it.
#include <optional>

#include "agent/cli/console.h"
#include "agent/cli/local_commands.h"
#include "agent/directories.h"
#include "lib/config/config.h"

namespace signalbox {

struct Setup {
  Config config;
  Places places;
  std::string from;  ///< the configuration file; empty: built-in defaults
};

/// Nothing when the configuration is wrong. Mistakes are said on the error stream.
std::optional<Setup> load_setup(const Console& console, const LocalOptions& options);

}  // namespace signalbox
