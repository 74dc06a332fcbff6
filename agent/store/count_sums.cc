#include "agent/store/count_sums.h"

#include <algorithm>

namespace signalbox {

void add_counts(OutcomeCounts& sum, const OutcomeCounts& counts) {
  for (size_t i = 0; i < sum.size(); ++i) {
    sum.at(i) = std::min(sum.at(i), kMostCounted) + std::min(counts.at(i), kMostCounted);
    sum.at(i) = std::min(sum.at(i), kMostCounted);
  }
}

int64_t step_of(WallTime at, Millis step) {
  return std::max<int64_t>(0, at.time_since_epoch().count()) / step.count();
}

std::map<Target, CountSums::Steps> CountSums::fine() const {
  std::map<Target, Steps> sums = fine_;
  for (const auto& [target, steps] : fine_) {
    if (target.is_provider()) continue;
    Steps& whole = sums[Target{target.provider, ""}];
    for (const auto& [step, counts] : steps) add_counts(whole[step], counts);
  }
  return sums;
}

std::map<Target, CountSums::Steps> CountSums::coarse(const std::map<Target, Steps>& fine) {
  constexpr int64_t kFineInCoarse = kCoarseStep / kFineStep;
  std::map<Target, Steps> sums;
  for (const auto& [target, steps] : fine) {
    for (const auto& [step, counts] : steps) add_counts(sums[target][step / kFineInCoarse], counts);
  }
  return sums;
}

}  // namespace signalbox
