#pragma once
/// What became of the batches that clients sent, counted for /metrics. Counts begin with the process.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/durations.h"

namespace signalbox {

enum class BatchResult { stored, duplicate, invalid, too_fast, overloaded, not_stored };
inline constexpr std::array<std::string_view, 6> kBatchResultNames = {"stored",   "duplicate",  "invalid",
                                                                      "too_fast", "overloaded", "not_stored"};

struct IngestCounts {
  std::array<uint64_t, kBatchResultNames.size()> batches{};  ///< by BatchResult
  uint64_t parts_ignored = 0;  ///< providers that nobody configured, words that nobody knows
  DurationCounts commits;      ///< from a batch's arrival to its answer, of those that are on disk
  bool operator==(const IngestCounts&) const = default;
};

}  // namespace signalbox
