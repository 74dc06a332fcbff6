#include "lib/passive/failure_sums.h"

#include <algorithm>

namespace signalbox {
namespace {

constexpr double kPerSlot = 3;
/// Above every threshold that can be asked for; more would only have to be worked off.
constexpr double kModerateMost = 11.7;
constexpr double kSevereMost = 9.3;

double gain(double ok, double failed, double per_ok, double most) {
  return std::clamp(failed - per_ok * ok, kMostTaken, most);
}

}  // namespace

double spread_gain(double ok, double failed) { return gain(ok, failed, kSpreadOk, kSpreadPerSlot); }

void FailureSums::pass(int64_t slots) { spread_.pass(slots); }

void FailureSums::add(double ok, double failed) {
  const double moderate = gain(ok, failed, kModerateOk, kPerSlot);
  const double severe = gain(ok, failed, kSevereOk, kPerSlot);
  moderate_ = std::clamp(moderate_ + moderate, 0.0, kModerateMost);
  severe_ = std::clamp(severe_ + severe, 0.0, kSevereMost);
  moderate_grew_ = moderate > 0;
  severe_grew_ = severe > 0;
  spread_.add(spread_gain(ok, failed));
}

bool FailureSums::suffice(const SumsNeeded& needed) const {
  const bool much = (moderate_ >= needed.moderate && moderate_grew_) || (severe_ >= needed.severe && severe_grew_);
  return much && spread_.without_spike() >= needed.outside_spike;
}

}  // namespace signalbox
