#include "lib/passive/failure_sums.h"

#include <algorithm>

namespace signalbox {
namespace {

constexpr double kModerateOk = .513;  // ln(.80/.50) / ln(.50/.20)
constexpr double kSevereOk = 1.194;   // ln(.85/.10) / ln(.90/.15)
constexpr double kPerSlot = 3;
/// Above every threshold that can be asked for; more would only have to be worked off.
constexpr double kModerateMost = 11.7;
constexpr double kSevereMost = 9.3;

double gain(double ok, double failed, double per_ok, double most) {
  return std::clamp(failed - per_ok * ok, kMostTaken, most);
}

}  // namespace

double spread_gain(double ok, double failed) { return gain(ok, failed, kSpreadOk, kSpreadPerSlot); }

void FailureSums::pass(int64_t slots) {
  const auto shift = static_cast<ptrdiff_t>(std::min<int64_t>(slots, kSpikeSlots));
  std::shift_right(earlier_.begin(), earlier_.end(), shift);
  std::fill_n(earlier_.begin(), shift, spread_);
}

/// Without its best five slots in a row the sum is the smaller of two: the spike was earlier, and this slot counts;
/// or the spike is the last five slots, and what counts is what stood before them.
void FailureSums::add(double ok, double failed) {
  const double moderate = gain(ok, failed, kModerateOk, kPerSlot);
  const double severe = gain(ok, failed, kSevereOk, kPerSlot);
  moderate_ = std::clamp(moderate_ + moderate, 0.0, kModerateMost);
  severe_ = std::clamp(severe_ + severe, 0.0, kSevereMost);
  moderate_grew_ = moderate > 0;
  severe_grew_ = severe > 0;
  const double spread = spread_gain(ok, failed);
  spread_ = std::clamp(spread_ + spread, 0.0, kSpreadMost);
  outside_spike_ = std::max(0.0, std::min(outside_spike_ + spread, earlier_.back()));
}

bool FailureSums::suffice(const SumsNeeded& needed) const {
  const bool much = (moderate_ >= needed.moderate && moderate_grew_) || (severe_ >= needed.severe && severe_grew_);
  return much && outside_spike_ >= needed.outside_spike;
}

}  // namespace signalbox
