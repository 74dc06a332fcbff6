#pragma once
/// The way in for what clients and people write: reports and overrides.
///
/// Threads: any; `done` is called once, from any thread, perhaps before `take` returns.
#include <functional>

#include "agent/shared_series.h"
#include "lib/core.h"

namespace signalbox {

enum class Taken {
  stored,      ///< taken in, and on disk
  not_stored,  ///< taken in, but not on disk by now: after `kCommitDeadline`, or the store has given it up
  refused,     ///< nothing is taken in: more comes than the agent can take
  too_fast,    ///< nothing is taken in: this reporter sends more than its share
};

struct BatchTaken {
  Taken how = Taken::refused;
  Millis retry_after = seconds(1);  ///< where it is not stored
  BatchVerdict verdict;             ///< where it is stored
};

/// A disk that takes longer than this is told to the client as a failure.
inline constexpr Millis kCommitDeadline = seconds(5);

class Writes {
 public:
  using BatchDone = std::function<void(const BatchTaken&)>;
  using OverrideDone = std::function<void(Taken)>;

  virtual ~Writes() = default;
  /// A batch came that cannot be read: it is only counted.
  virtual void turn_away_batch() {}
  virtual void take(ReportBatch batch, BatchDone done) = 0;
  /// `done` comes after readers can see the change. Never `too_fast`.
  virtual void take(OverrideChange change, OverrideDone done) = 0;
  /// What cumulative counts counted up to.
  virtual SharedSeries& series() = 0;
};

}  // namespace signalbox
