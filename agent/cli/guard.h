#pragma once
/// `signalbox guard TARGET && ...`: an answer for shell scripts, as an exit code.
#include <string>

#include "agent/ask/client.h"
#include "agent/cli/console.h"

namespace signalbox {

struct GuardOptions {
  std::string target;
  bool fail_open = false;  ///< an agent that does not answer keeps nobody from anything
};

/// What no answer exits with: 69, or 0 to fail open.
int guard_unavailable(const GuardOptions& options);

/// 0 use it: any state but unhealthy; 1 do not, and why stands on the error stream; 64 wrong usage, also a provider
/// that is not configured; 69 the agent does not answer.
int guard_command(const Console& console, const AgentClient& client, const GuardOptions& options);

}  // namespace signalbox
