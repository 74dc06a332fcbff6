#pragma once
/// The configuration file, from disk to a checked configuration.
#include <string>

#include "lib/config/config.h"
#include "lib/config/config_problem.h"
#include "lib/result.h"

namespace signalbox {

struct LoadedConfig {
  Config config;            ///< to be used only without errors among `problems`
  ConfigProblems problems;  ///< of the file
  std::string path;         ///< empty: built-in defaults
  std::string text;         ///< of the file, to show the lines that are wrong
};

/// `path` empty: the built-in defaults. Errors: the file cannot be read (errno's text), or is over 1 MiB.
Result<LoadedConfig> load_config(const std::string& path);

/// Like a compiler: "FILE:12:3: error: ...", then the line and a caret below the column. A line that is long or
/// holds what could steer a terminal is not shown.
std::string show_problem(const LoadedConfig& loaded, const ConfigProblem& problem);

}  // namespace signalbox
