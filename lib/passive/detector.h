#pragma once
/// Whether one target fails, by what its clients met: fast in an outage, deaf to a microspike.
///
/// Evidence comes in slots of a second: how many requests went well and how many failed, by reporter. Four
/// questions are asked of it, each with a sum that rises and falls (failure_sums.h):
///
///   failing   Is it much? A failure adds 1, a success takes about a half (moderate) or more than one (severe);
///   about
///             7 failures more than the successes explain are enough, somewhat more where many requests are made or
///             where failures are usual. Does it stand without any five seconds of it? Else it is a spike: retries
///             absorb it. Does it stand without any one reporter? Else it is that client's own trouble.
///   elevated  Do clearly more fail than usual (.15 rather than .05), however long it takes to see it?
///   normal    Have so many succeeded in a row, nearly, that at least about 70 % do? A failure costs 3.6 successes.
///   insufficient   None of these: too little to say.
///
/// `failing` ends by that count for normal alone, which the canary's few requests can reach; silence ends nothing
/// but after five minutes (fall_silent). While the status page is red, or the target is recovering, half is enough.
///
/// Large reporters are heard twice: as they come, and capped (reporter_panel.h); either may suffice, because both
/// must stand without any one reporter. As they come: where one client has 90 % of the traffic its failures are
/// seen at once. Capped: one large client that is well does not hide the outage of all others.
#include <cstdint>
#include <vector>

#include "lib/evidence.h"
#include "lib/level.h"
#include "lib/passive/baseline.h"
#include "lib/passive/failure_sums.h"
#include "lib/passive/reporter_panel.h"

namespace signalbox {

class Detector {
 public:
  /// One slot's outcomes, a part a reporter. Slots rise; those without outcomes are not given.
  void judge(int64_t slot, std::vector<SlotPart> parts, bool half_evidence);
  /// Nothing was heard for so long that what was seen says nothing any more; what is usual is kept.
  void fall_silent();

  PassiveLevel level() const;
  /// In a run of failures, or failing: since `run_began`.
  bool in_run() const { return failing_ || as_told_.any() || capped_.any(); }
  int64_t run_began() const { return run_began_; }
  std::vector<Threshold> thresholds() const;
  std::vector<int> set_aside() const { return panel_.set_aside(); }

 private:
  SumsNeeded needed() const;
  void judge_failing(double failed);
  void judge_elevated(double ok, double failed);
  void judge_normal(double ok, double failed);
  void forget_failures();

  bool started_ = false;
  int64_t slot_ = 0;
  int64_t run_began_ = 0;
  int64_t suspected_at_ = 0;  ///< the last slot in which there was a run
  double share_ = 1;          ///< of the evidence that is needed: 1, or a half
  FailureSums as_told_;
  FailureSums capped_;
  ReporterPanel panel_;
  Baseline baseline_;
  double raised_ = 0;
  double calm_ = 0;
  double calm_needed_ = 0;
  bool failing_ = false;
  bool elevated_ = false;
  bool normal_ = false;
};

}  // namespace signalbox
