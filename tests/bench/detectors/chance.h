#pragma once
/// Random numbers that are the same on every machine: splitmix64 (Steele, Lea, Flood 2014), with exact Poisson and
/// binomial draws by inversion, so that a seed on the command line names one run.
#include <cstdint>

namespace signalbox::bench {

class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed) {}

  uint64_t next();
  double uniform();  ///< in [0, 1)
  bool happens(double probability) { return uniform() < probability; }
  /// One of 0 .. count-1.
  int64_t below(int64_t count);
  int64_t poisson(double mean);
  int64_t binomial(int64_t trials, double probability);
  /// An independent stream: what one rule draws never changes what another one meets.
  Chance fork() { return Chance(next()); }

 private:
  uint64_t state_;
};

}  // namespace signalbox::bench
