#pragma once
/// What a person set by hand: it wins over everything until it ends (signal.md, "Overrides").
#include <string>

#include "lib/level.h"
#include "lib/time.h"

namespace signalbox {

inline constexpr Millis kLongestOverride = hours(24 * 7);

struct Override {
  State state = State::unhealthy;  ///< healthy, degraded or unhealthy
  int primary_weight = 0;          ///< 0-100; a person may give up the canary
  std::string reason;
  std::string by;
  Instant set_at;
  Instant expires_at;
  bool operator==(const Override&) const = default;
};

}  // namespace signalbox
