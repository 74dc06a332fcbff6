#pragma once
/// The clients of `signalbox demo`: they ask what the agent advises, send their requests there, and report what
/// they met. Simulated: no request is made.
///
/// The same seed and the same advice give the same requests.
#include <cstdint>
#include <random>
#include <vector>

#include "lib/json.h"
#include "lib/time.h"

namespace signalbox {

/// Since the start.
struct DemoTotals {
  int64_t requests = 0;
  int64_t moved = 0;         ///< went to the fallback at once, by the agent's advice
  int64_t failed = 0;        ///< met a failure at the primary
  int64_t failed_unled = 0;  ///< would have, had all gone to the primary
  bool operator==(const DemoTotals&) const = default;
};

class DemoTraffic {
 public:
  explicit DemoTraffic(unsigned seed) : random_(seed) {}

  /// The bodies of `POST /v1/reports` for a second in which `failing` of claude's requests fail and
  /// `primary_weight` % of the sessions use it.
  std::vector<Json> next_second(double failing, int primary_weight, WallTime now);

  const DemoTotals& totals() const { return totals_; }

 private:
  Json next_batch(const char* reporter, double failing, int primary_weight, WallTime now);
  bool happens(double chance) { return std::uniform_real_distribution<double>(0, 1)(random_) < chance; }

  std::mt19937 random_;
  int64_t batches_ = 0;
  DemoTotals totals_;
};

}  // namespace signalbox
