#pragma once
/// What is known about one target now, from both sides.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/level.h"

namespace signalbox {

struct OfficialEvidence {
  OfficialLevel level = OfficialLevel::unknown;
  bool fresh = false;    ///< at least one source has answered within its staleness
  bool partial = false;  ///< some source is stale, or some watched component is missing
  std::string covers;    ///< what the level speaks for when that is only a part ("vertex"), else empty
  bool operator==(const OfficialEvidence&) const = default;
};

/// Outcomes in the order of the API (signal.md, "Passive evidence").
inline constexpr std::array<std::string_view, 8> kOutcomeNames = {
    "ok", "overloaded", "server_error", "timeout", "connect_error", "throttled", "client_error", "cancelled"};

struct PassiveEvidence {
  PassiveLevel level = PassiveLevel::insufficient;
  int64_t window_s = 0;
  int64_t requests = 0;
  int64_t failures = 0;
  int64_t reporters = 0;
  double requests_per_s = 0;
  std::array<int64_t, kOutcomeNames.size()> outcomes{};
  bool operator==(const PassiveEvidence&) const = default;
};

struct Evidence {
  OfficialEvidence official;
  PassiveEvidence passive;
  bool operator==(const Evidence&) const = default;
};

}  // namespace signalbox
