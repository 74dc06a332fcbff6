#pragma once
/// Sessions that retry and then shed: a request that fails is tried again after 1, 2 and 4 s as long as the budget
/// lasts, and is lost when it ends. What the advice moves to the fallback is not lost.
#include <array>
#include <cstdint>

#include "tests/bench/detectors/traffic.h"

namespace signalbox::bench {

/// What failures cost the sessions.
struct Cost {
  int64_t lost = 0;      ///< requests without an answer at the end
  int64_t waited_s = 0;  ///< between attempts, all sessions together

  Cost operator-(const Cost& other) const { return {lost - other.lost, waited_s - other.waited_s}; }
  Cost& operator+=(const Cost& other) {
    lost += other.lost;
    waited_s += other.waited_s;
    return *this;
  }
};

class RetryingClient {
 public:
  explicit RetryingClient(Chance chance) : chance_(chance) {}

  /// A second with so many new requests, each at the primary with the probability `share`, each attempt of which
  /// fails with the probability `failing`. Returns the attempts that met the primary.
  Tally serve(int64_t requests, double share, int64_t budget_ms, double failing);

  const Cost& cost() const { return cost_; }  ///< so far

 private:
  /// Waiting for their next attempt, by the second in which it is due.
  struct Waiting {
    int64_t count = 0;
    size_t attempt = 0;
    int64_t budget_ms = 0;
  };
  static constexpr size_t kSlots = 5;  ///< longer than the longest pause
  static constexpr std::array<int64_t, 3> kPauses_s = {1, 2, 4};

  Tally attempt(const Waiting& waiting, double failing);

  Chance chance_;
  int64_t now_ = 0;
  Cost cost_;
  std::array<std::vector<Waiting>, kSlots> due_;
};

}  // namespace signalbox::bench
