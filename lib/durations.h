#pragma once
/// Durations counted in buckets, as Prometheus wants its histograms.
///
/// Units: seconds. One set of bounds for all, so that they can be laid over each other: from a turn of the engine
/// (under a millisecond) to a fetch that was given up (ten seconds).
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace signalbox {

struct DurationCounts {
  static constexpr std::array kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                         0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

  std::array<uint64_t, kBounds.size() + 1> counts{};  ///< up to each bound, beyond the one before; last: longer
  double sum = 0;
  bool operator==(const DurationCounts&) const = default;

  void add(std::chrono::duration<double> took) {
    const auto* bound = std::ranges::lower_bound(kBounds, took.count());
    ++counts.at(static_cast<size_t>(bound - kBounds.begin()));
    sum += took.count();
  }
};

}  // namespace signalbox
