#pragma once
/// The commands that ask the agent and show its answer. Each returns the process's exit code.
///
/// Errors: what went wrong goes to the error stream as one sentence.
#include <string>

#include "agent/ask/client.h"
#include "agent/cli/console.h"

namespace signalbox {

struct StatusOptions {
  std::string target;  ///< empty: all
  bool json = false;
};

/// 0 ok, 1 degraded or recovering, 2 unhealthy, 3 unknown or no answer.
int status_command(const Console& console, const AgentClient& client, const StatusOptions& options);

/// 0, 64 for a target that is no name or that the agent does not know, 69 when the agent does not answer.
int why_command(const Console& console, const AgentClient& client, const std::string& target);

struct HistoryOptions {
  std::string target;  ///< empty: all
  std::string since = "24h";
  int limit = 100;
  bool json = false;
};

/// 0, 64, 69 as `why_command`.
int history_command(const Console& console, const AgentClient& client, const HistoryOptions& options);

/// "24h", "90m", "7d", "45s" before `now`, or a time in RFC 3339.
Result<WallTime> parse_since(std::string_view text, WallTime now);

}  // namespace signalbox
