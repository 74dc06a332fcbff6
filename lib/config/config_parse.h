#pragma once
/// From TOML text to a configuration (api.md, "Configuration"). All mistakes are found in one go.
#include <string>
#include <string_view>

#include "lib/config/config.h"
#include "lib/config/config_problem.h"

namespace signalbox {

struct ParsedConfig {
  Config config;  ///< to be used only without errors among `problems`
  ConfigProblems problems;
};

ParsedConfig parse_config(std::string_view text);

}  // namespace signalbox
