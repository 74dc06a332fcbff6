#pragma once
/// Outcomes of many batches summed in memory by target and step, so that a commit touches each stored row once.
///
/// Invariant: sums saturate at kMostCounted, which JSON readers still take exactly.
/// Threads: values, none of their own.
#include <map>

#include "agent/store/history.h"
#include "lib/records.h"

namespace signalbox {

/// 2^53 - 1: a client that reports nonsense for months neither overflows a sum nor a reader's number.
inline constexpr int64_t kMostCounted = 9'007'199'254'740'991;

void add_counts(OutcomeCounts& sum, const OutcomeCounts& counts);

/// The number of the step that holds `at`, counted from 1970; 0 for all before.
int64_t step_of(WallTime at, Millis step);

class CountSums {
 public:
  using Steps = std::map<int64_t, OutcomeCounts>;  ///< by the number of the step

  void add(const CountRow& row) { add_counts(fine_[row.target][step_of(row.at, kFineStep)], row.counts); }
  bool empty() const { return fine_.empty(); }
  void clear() { fine_.clear(); }

  /// By target; a provider's hold its models' too.
  std::map<Target, Steps> fine() const;
  /// The same in the coarse steps.
  static std::map<Target, Steps> coarse(const std::map<Target, Steps>& fine);

 private:
  std::map<Target, Steps> fine_;  ///< as reported
};

}  // namespace signalbox
