#pragma once
/// Whether one target fails, by what its clients met: fast in an outage, deaf to a microspike.
///
/// Evidence comes in slots of a second: how many requests went well and how many failed, by reporter. It is asked
/// for four things, each with a sum that rises and falls (failure_sums.h):
///
///   failing   Is it much? A failure adds 1, a success takes about a half (moderate) or more than one (severe);
///             about 7 failures more than the successes explain are enough, somewhat more where many requests are
///             made or where failures are usual. Does it stand without any five seconds of it? Else it is a spike:
///             retries absorb it. Does it stand without any one reporter? Else it is that client's own trouble.
///   elevated  Do clearly more fail than usual (.15 rather than .05), however long it takes to see it? It ends by a
///             question of its own (.03 rather than .10), so that it does not come and go at a rate in between.
///             Under a red page, where it moves traffic, it must stand without a spike too.
///   normal    Have so many succeeded in a row, nearly, that at least about 70 % do? A failure costs 3.6 successes;
///             what is normal does not end by one spike.
///   insufficient   None of these: too little to say.
///
/// `failing` ends by that count for normal alone, which the canary's few requests can reach; silence ends nothing
/// but after five minutes (fall_silent). While the status page is red, or the target is recovering, half is enough.
///
/// Large reporters are heard twice: as they come, and capped (reporter_panel.h); either may suffice, because both
/// must stand without any one reporter. As they come: where one client has 90 % of the traffic its failures are
/// seen at once. Capped: one large client that is well does not hide the outage of all others.
///
/// What was tried, by leaving one part out. Seconds until failing (medians of 500 runs at .05/.5/5/50 requests/s,
/// three reporters, after 30 min at 1 %, 3 h at .05/s) and false alarms (the worst of the four rates). `skew`: all
/// fail and one of three reporters has 90 % of the requests; `liar`: of five reporters one says ok at ten times its
/// volume while the others fail; `spikes`: days with 4 s of 90 % every 10 min; `15 %`: hours; `bad`: hours in which
/// one of five fails at ten times its volume.
///
///                             100 %           50 %            skew             liar              spikes 15 %  bad
///   this detector             95/12/6.9/6.9   330/42/9.1/7.1  116/21/6.2/6.8   195/24/7.2/7.0    0      .012  .008
///   only as they come         =               =               =                890/186/164/never 0      .012  .008
///   only capped               96/12/6.9/6.9   333/42/9.1/7.1  145/42/8.4/6.9   =                 0      .012  .012
///   without the spike test    95/10/2.4/3.1   330/41/7.5/4.4  116/21/3.2/2.2   195/24/4.3/3.5    1      .012  .008
///   without the reporter test =               =               97/12/6.2/6.8    =                 0      .012  1
///   - "others only fail"      98/12/6.9/6.9   331/42/9.1/7.1  147/35/6.3/6.8   =                 0      .012  0
///   fixed thresholds          95/12/6.2/5.9   425/42/8.4/6.2  116/21/6.2/5.9   247/24/6.6/6.0    .032   .062  .008
///   failures at once usual    95/12/6.9/6.9   405/45/9.1/7.1  116/21/6.2/6.8   227/24/7.2/7.0    0      .004  .008
///
/// And in twelve mixed hours in a closed loop (three outages whose page stays red for 15 min after the end, 4 s
/// spikes every 10 min) at 2 and 20 requests/s: .9 and .2 false trips; 3.4 and 3.2 when a spike could end `normal`
/// or be `elevated` under a red page. With one sum for both ends of `elevated`, 8 % of failures for two hours
/// changed the level up to 20 times; with two, at most 11.
///
/// The least that a test with fixed thresholds can need at .5/s with one false alarm in 50 h at 15 % is 11 s at
/// 100 % and 49 s at 50 % (Lorden, Annals of Mathematical Statistics 1971); less is possible for one that knows
/// what is usual. From 5/s on the spike test alone takes 5.8 s. Weak still: .20 to .25 of failures that last are
/// told slowly; a client whose fellows have all fallen silent counts for little until they are forgotten, after ten
/// minutes.
#include <cstdint>
#include <vector>

#include "lib/evidence.h"
#include "lib/level.h"
#include "lib/passive/baseline.h"
#include "lib/passive/failure_sums.h"
#include "lib/passive/reporter_panel.h"
#include "lib/passive/sustained_sum.h"

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
  static constexpr double kRaisedMost = 6.87;

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
  SustainedSum raised_{kRaisedMost};  ///< of what makes it elevated
  double eased_ = 0;                  ///< of what ends that
  double calm_ = 0;
  double calm_needed_ = 0;
  bool failing_ = false;
  bool elevated_ = false;
  bool normal_ = false;
};

}  // namespace signalbox
