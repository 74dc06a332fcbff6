#pragma once
/// `signalbox override set|clear|list`: what a person decides by hand.
#include <optional>
#include <string>

#include "agent/ask/answers_to_writes.h"
#include "agent/ask/client.h"
#include "agent/cli/console.h"

namespace signalbox {

struct OverrideSetOptions {
  std::string target;
  std::string state;
  std::string reason;
  std::string ttl;            ///< "1h"
  std::optional<int> weight;  ///< the agent's default for the state when left out
  std::string by;             ///< empty: the user's name
};

struct OverrideListOptions {
  bool history = false;
  bool json = false;
};

// All of them: 0; 64 wrong usage, also a target that the agent does not know; 69 the agent does not answer or
// refuses; 77 a token is wanted, or the unix socket.
int override_set_command(const Console& console, const AgentClient& client, const OverrideSetOptions& options);
int override_clear_command(const Console& console, const AgentClient& client, const std::string& target);
int override_list_command(const Console& console, const AgentClient& client, const OverrideListOptions& options);

/// A row for each override in force, or for each line of the history.
std::string render_overrides(const OverridesView& overrides, bool history, const View& view);

}  // namespace signalbox
