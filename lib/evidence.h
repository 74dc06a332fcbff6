#pragma once
/// What is known about one target now, from both sides.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/level.h"
#include "lib/outcome.h"

namespace signalbox {

struct OfficialEvidence {
  OfficialLevel level = OfficialLevel::unknown;
  bool fresh = false;    ///< at least one source has answered within its staleness
  bool partial = false;  ///< some source is stale, or some watched component is missing
  std::string covers;    ///< what the level speaks for when that is only a part ("vertex"), else empty
  bool operator==(const OfficialEvidence&) const = default;
};

/// One test that the evidence has to pass, and how far it is.
struct Threshold {
  std::string_view name;  ///< "sustained", "steep", ...: see passive/detector.h
  double value = 0;
  double needed = 0;
  double neutral_ratio = 0;  ///< the share of failures at which it neither rises nor falls
  bool operator==(const Threshold&) const = default;
};

struct PassiveEvidence {
  PassiveLevel level = PassiveLevel::insufficient;
  int64_t window_s = 0;  ///< what the counts below cover, up to now
  int64_t requests = 0;  ///< successes and failures
  int64_t failures = 0;
  int64_t reporters = 0;      ///< that reported within the window
  double requests_per_s = 0;  ///< in the last minute
  OutcomeCounts outcomes{};
  std::vector<Threshold> thresholds;
  std::vector<std::string> set_aside;  ///< reporters that stand alone with what they say
  std::string note;                    ///< more that `why` should say: models over the cap; else empty
  bool operator==(const PassiveEvidence&) const = default;
};

struct Evidence {
  OfficialEvidence official;
  PassiveEvidence passive;
  bool operator==(const Evidence&) const = default;
};

}  // namespace signalbox
