#pragma once
/// The bars of the closed loop, for ours: each is a story that is told with many seeds.
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/detectors/measure.h"

namespace signalbox::bench {

/// How one telling of a story went.
struct Told {
  double figure = 0;
  bool good = false;
};

struct Story {
  std::string name;
  std::string bar;  ///< in words
  std::function<Told(uint64_t seed)> tell;
  double may_fail = 0;               ///< share of seeds
  std::optional<double> mean_limit;  ///< the bar is on the mean of the figures instead
};

std::vector<Story> stories();

/// Tells them all, prints a line each, and returns how many bars were missed.
int tell_stories(const std::vector<Story>& stories, int seeds, const Plan& plan);

/// Our own network is cut: see network_cut.cc. Figure: targets that became unhealthy during the cut.
std::vector<Story> network_stories();

}  // namespace signalbox::bench
