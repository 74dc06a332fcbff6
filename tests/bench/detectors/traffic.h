#pragma once
/// Clients' requests, a second at a time: Poisson arrivals at each reporter, each request failing with a
/// probability that changes in time. Counts are drawn, not single requests, so that a day at 50/s takes moments.
#include <cstdint>
#include <functional>
#include <vector>

#include "lib/outcome.h"
#include "tests/bench/detectors/chance.h"

namespace signalbox::bench {

/// Who sends how much.
struct Load {
  double per_s = 1;  ///< of all reporters that send an equal share, together
  std::vector<double> shares = {1, 1,
                                1};  ///< of `per_s` / number of reporters: {1, 1, 10} has one ten times as loud
  bool phased = false;               ///< each reporter's seconds begin at a phase of its own, not at ours
  int64_t batch_s = 1;               ///< a reporter sends a batch so often
};

/// The probability that a request of a reporter fails in the second (at, at + 1].
using Profile = std::function<double(int64_t at, size_t reporter)>;

struct Tally {
  int64_t ok = 0;
  int64_t bad = 0;
  int64_t all() const { return ok + bad; }
  bool operator==(const Tally&) const = default;
};

/// What the clients wanted, and what they would meet at the provider, in one second.
struct Second {
  int64_t at = 0;                          ///< it covers (at, at + 1], in seconds since the run began
  std::vector<Tally> reporters;            ///< with a phase p: (at + p, at + 1 + p]
  Outcome bad_kind = Outcome::overloaded;  ///< what those met that did not succeed
  double probe_fails = 0;                  ///< the probability that a request of a bystander would fail
};

class Traffic {
 public:
  Traffic(Load load, Profile profile, Chance chance);

  /// The next second, and what those met that did not succeed; valid until the next call.
  const Second& next(Outcome bad_kind = Outcome::overloaded);
  /// By reporter, in [0, 1) s; all 0 when the batches are aligned.
  const std::vector<double>& phases() const { return phases_; }

 private:
  Load load_;
  Profile profile_;
  Chance chance_;
  std::vector<double> phases_;
  Second second_;
};

}  // namespace signalbox::bench
