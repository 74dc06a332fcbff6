#include "lib/passive/sustained_sum.h"

#include <algorithm>

namespace signalbox {

void SustainedSum::pass(int64_t slots) {
  const auto shift = static_cast<ptrdiff_t>(std::min<int64_t>(slots, kSpikeSlots));
  std::shift_right(earlier_.begin(), earlier_.end(), shift);
  std::fill_n(earlier_.begin(), shift, sum_);
}

void SustainedSum::add(double gain) {
  sum_ = std::clamp(sum_ + gain, 0.0, most_);
  without_spike_ = std::max(0.0, std::min(without_spike_ + gain, earlier_.back()));
}

}  // namespace signalbox
