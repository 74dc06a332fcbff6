#pragma once
/// The answer to HAProxy's agent-check: a line names a route and one of its targets, the answer is that target's
/// share of the sessions.
///
/// Shape: "chat claude/claude-opus-4-6\n" gives "up 5%\n" while the primary is unhealthy at weight 5, and its
/// fallback "up 95%\n".
///
/// What HAProxy 2.6 makes of a word, as measured, decides the wording:
/// - A percentage is laid over the server's configured weight. Never `down`: who keeps a canary has to be asked.
/// - A share of 0 is "up 0% # drain": at weight 0 a server gets nothing new and HAProxy shows it as drained, with
/// the
///   words after # as its reason. `drain` itself would stay after the next "up 95%": only `ready` ends it, and
///   `ready` would end an operator's `maint` as well.
/// - A word that it does not know changes nothing and stands on its statistics page. So a question that cannot be
///   answered is told in one word, and moves no traffic: "no-such-route", "no-such-target", "not-a-question".
#include <string>
#include <string_view>

#include "lib/snapshot.h"

namespace signalbox {

struct AgentCheckAnswer {
  std::string line;  ///< to send, with its newline
  bool understood = true;
  bool operator==(const AgentCheckAnswer&) const = default;
};

/// `question` without its line end. Spaces and tabs separate, and may stand at either end.
AgentCheckAnswer answer_agent_check(const Snapshot& snapshot, std::string_view question);

}  // namespace signalbox
