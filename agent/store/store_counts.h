#pragma once
/// What the store did, counted for /metrics. Counts begin with the process.
#include <cstddef>
#include <cstdint>

#include "lib/durations.h"

namespace signalbox {

struct StoreCounts {
  DurationCounts commits;  ///< good and bad
  uint64_t failures = 0;
  uint64_t dropped = 0;  ///< records given up because the queue was full
  size_t queue_records = 0;
  size_t queue_bytes = 0;
  uint64_t database_bytes = 0;  ///< of the main file and its log after the last commit; 0: not known
};

}  // namespace signalbox
