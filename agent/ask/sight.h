#pragma once
/// What whoever watches knows of the agent: as it is, and as it was lately.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/ask/answers.h"

namespace signalbox {

/// What the last look saw. With `trouble`, the last good answer stays.
struct Sight {
  std::optional<HealthView> health;  ///< of one target: a list of one
  std::vector<CheckView> checks;
  std::optional<WallTime> seen_at;      ///< when `health` was told
  std::string trouble;                  ///< why the last look failed; empty: it did not
  std::optional<WallTime> next_try_at;  ///< while there is trouble
};

/// What was before.
struct Past {
  TransitionsView transitions;
  std::optional<WallTime> known_from;             ///< since when no transition is missing; none: nothing is known
  std::map<std::string, TimelineView> timelines;  ///< by target
};

}  // namespace signalbox
