#pragma once
/// A sum that never falls below zero, and beside it what it would be without any five slots in a row: a spike of
/// four seconds touches five slots, wherever it begins.
///
/// Without its best five slots in a row the sum is the smaller of two: the spike was earlier, and the present slot
/// counts; or the spike is the last five slots, and what counts is what stood before them.
///
///     worked example, slots that add 2 each: after 5 of them the sum is 10 and 0 without a spike; after 7, 14 and
///     4
#include <array>
#include <cstddef>
#include <cstdint>

namespace signalbox {

class SustainedSum {
 public:
  /// More than `most` says nothing new; it would only have to be worked off.
  explicit SustainedSum(double most) : most_(most) {}

  /// `slots` pass, before the gain of the last of them is added.
  void pass(int64_t slots);
  void add(double gain);
  void clear() { *this = SustainedSum(most_); }

  double sum() const { return sum_; }
  double without_spike() const { return without_spike_; }

 private:
  static constexpr size_t kSpikeSlots = 5;

  double most_;
  double sum_ = 0;
  double without_spike_ = 0;
  std::array<double, kSpikeSlots> earlier_{};  ///< the sum at the end of the slots before, the latest first
};

}  // namespace signalbox
