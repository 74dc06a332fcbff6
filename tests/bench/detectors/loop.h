#pragma once
/// The closed loop: sessions do as they are told, so that what is shifted away gives no evidence at the primary,
/// and after a shift only the canary speaks.
#include <functional>
#include <vector>

#include "tests/bench/detectors/rule.h"

namespace signalbox::bench {

using RuleFactory = std::function<std::unique_ptr<Rule>(const Setting&)>;

/// What happens outside; times are seconds since the run began.
struct World {
  Load load;
  Profile failures;
  std::function<OfficialLevel(int64_t at)> page = [](int64_t) { return OfficialLevel::none; };
  /// From when on nobody sends any more.
  std::function<bool(const Rule& rule)> traffic_ends = [](const Rule&) { return false; };
  int64_t lasts_s = 3600;
};

/// One second of a run.
struct Moment {
  double weight = 100;  ///< at its end
  Tally offered;
  Served served;
};

struct Trace {
  std::vector<Moment> moments;  ///< by second
  std::vector<Change> changes;

  /// From the beginning of `from` to that of `to`: seconds in which the weight was at least this.
  int64_t seconds_at(double weight, int64_t from, int64_t to) const;
  int64_t times_unhealthy(double from, double to) const;
  /// The first change to unhealthy in this time; infinite when there is none.
  double unhealthy_at(double from, double to) const;
  /// The first second from which on the weight stays at least this for a minute; infinite when there is none.
  double steady_at(double weight, int64_t from) const;
  /// The most changes of state within so many seconds, from `from` on.
  int64_t most_changes(double within_s, double from) const;
};

Trace run_loop(const RuleFactory& make, const World& world, uint64_t seed);

}  // namespace signalbox::bench
