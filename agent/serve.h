#pragma once
/// The daemon: everything from reading the configuration to the orderly end.
#include <string>

namespace signalbox {

/// From the command line; empty: as configured, or the default.
struct ServeOptions {
  std::string config_path;
  std::string listen;
  std::string state_dir;
  std::string runtime_dir;
};

/// Runs until SIGTERM or SIGINT. Returns the process's exit code: 0, or one of sysexits.h when it could not start.
int serve(const ServeOptions& options);

}  // namespace signalbox
