#pragma once
/// Transitions as a table, newest first, with how long each state lasted.
#include <string>
#include <vector>

#include "agent/ask/answers.h"
#include "agent/render/layout.h"

namespace signalbox {

/// `rows` newest first, as the agent answers. `with_target`: the rows are of several targets.
std::string render_transitions(const std::vector<TransitionView>& rows, bool with_target, const View& view);

/// How long the state of each row lasted: until the next change of the same target, "so far" for the newest.
std::vector<std::string> durations(const std::vector<TransitionView>& rows, WallTime now);

/// The table with a line above that says of what and since when.
std::string render_history(const TransitionsView& history, const std::string& target, WallTime since,
                           const View& view);

}  // namespace signalbox
