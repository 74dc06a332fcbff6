#pragma once
/// `status --watch`: on a terminal a screen that is always current, on a pipe a line for every change.
///
/// Invariant: the terminal is as it was before, also after Ctrl-C, SIGTERM and Ctrl-Z.
/// Threads: one looks at the agent, on a terminal another asks for what was before; the thread that called writes,
/// and takes signals and keys.
#include <string>
#include <vector>

#include "agent/ask/answers.h"
#include "agent/ask/client.h"
#include "agent/cli/console.h"

namespace signalbox {

struct WatchOptions {
  std::string target;  ///< empty: all
  int out_fd = -1;     ///< for the terminal's size, which may change
  bool no_color = false;
};

/// Until a signal ends it: 128 + its number. 0 for the key q, and when nobody reads the output any more; 64 for a
/// target that is no name.
int watch_command(const Console& console, const AgentClient& client, const WatchOptions& options);

/// A sentence for each target whose state, weight, action or override differs, and for each that came or went.
std::vector<std::string> changes(const std::vector<TargetView>& before, const std::vector<TargetView>& after);

}  // namespace signalbox
