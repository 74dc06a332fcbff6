#pragma once
/// `signalbox replay`: a recording through the core in virtual time (lib/replay.h).
#include <iosfwd>
#include <string>

#include "agent/cli/console.h"

namespace signalbox {

struct ReplayOptions {
  std::string file;         ///< "-": `in`
  std::string config_path;  ///< empty: the built-in defaults, whatever is configured on this host
};

/// Each line of output is flushed before the next line is read, so that who feeds it through pipes can answer.
/// 0; 65 a line is wrong, its number stands on the error stream; 66 the file cannot be read; 78 the configuration
/// is wrong; 74 the output cannot be written.
int replay_command(const Console& console, const ReplayOptions& options, std::istream& in);

}  // namespace signalbox
