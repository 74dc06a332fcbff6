#pragma once
/// The rows of the table "Detection" (signal.md) and those of the weaknesses that were named before: what happens
/// to the traffic, what is measured, and the bar. Data; `measure` runs them.
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/detectors/traffic.h"

namespace signalbox::bench {

inline constexpr std::array<double, 4> kRates = {0.05, 0.5, 5, 50};
inline constexpr double kNever = std::numeric_limits<double>::infinity();

enum class Metric {
  unhealthy_after,  ///< seconds from the onset, median and p90
  elevated_after,   ///< seconds from the onset to degraded or unhealthy, median
  unhealthy_runs,   ///< share of the runs in which it became unhealthy at all
  calm,             ///< never unhealthy, and the share of time elevated
  changes,          ///< of state in a run, the most
  nothing,          ///< changes of state at all
};

/// What must not be exceeded; a row without a bar is shown only.
struct Bar {
  double limit = 0;
  std::optional<double> p90;
};

struct Row {
  std::string name;
  Metric metric = Metric::unhealthy_after;
  std::vector<double> shares = {1, 1, 1};  ///< see Load
  bool phased = false;
  int64_t batch_s = 1;
  /// Draws what the run needs (where a spike begins) and gives the failures from the onset on, at = 0.
  std::function<Profile(Chance&)> failures;
  double before = 0.01;  ///< failures in the warm-up
  Outcome kind = Outcome::overloaded;
  std::optional<int64_t> warm_up_s;                      ///< instead of the table's 30 min, 3 h at 0.05/s
  int64_t lasts_s = 3600;                                ///< from the onset
  int64_t quick_lasts_s = 3600;                          ///< in the quick version
  int runs = 1;                                          ///< so many times the runs that were asked for
  std::array<std::optional<Bar>, 4> bars;                ///< by rate
  std::array<bool, 4> rates = {true, true, true, true};  ///< at which it is measured
  std::string known;       ///< weaknesses: the figure of the design that was started from
  bool ours_only = false;  ///< about batches, which rules inside a gateway do not have
};

std::vector<Row> detection_rows();
std::vector<Row> weakness_rows();

}  // namespace signalbox::bench
