#pragma once
/// The commands that work on this host's files rather than through the agent.
#include <string>

#include "agent/ask/client.h"
#include "agent/cli/console.h"

namespace signalbox {

struct LocalOptions {
  std::string config_path;  ///< empty: the usual place, if a file is there
  std::string state_dir;    ///< empty: as configured
};

struct DoctorOptions {
  LocalOptions local;
  std::string url;               ///< of the agent; empty: as configured
  ClientFiles files;             ///< with which it is asked
  bool list_components = false;  ///< with the ids of what is on a page and not watched
};

/// 0 all well, 1 warnings, 2 failures, 78 the configuration is wrong.
int doctor_command(const Console& console, const DoctorOptions& options);

/// 0, 1 when nothing was copied, 78 the configuration is wrong.
int backup_command(const Console& console, const LocalOptions& options, const std::string& to);

}  // namespace signalbox
