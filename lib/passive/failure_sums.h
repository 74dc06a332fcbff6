#pragma once
/// Evidence that a target fails, as running sums: a failure adds, a success takes away, and no sum falls below
/// zero. As long as a target is well the sums stay near zero; in an outage they climb until they are large enough.
///
/// Each sum is the cumulative log-likelihood ratio of two failure rates (CUSUM: Page, Biometrika 1954), in units of
/// one failure: for .20 against .50 a failure adds ln(.50/.20) = .916 and a success ln(.50/.80) = -.470, which is
/// 1 and -.513. Of all tests with the same rate of false alarms it is the fastest (Lorden 1971).
///
///     worked example, `moderate`, 5 requests a slot: 5 failed: +3 (clipped); 4 failed, 1 ok: +3; 1 failed, 4 ok:
///     -1.1
///
/// What a single slot may add is clipped, so that one burst is never enough, and what a spike of five seconds added
/// is told apart (sustained_sum.h).
#include <cstdint>

#include "lib/passive/sustained_sum.h"

namespace signalbox {

/// How large the sums must be.
struct SumsNeeded {
  double moderate = 0;
  double severe = 0;
  double outside_spike = 0;
};

/// What one success takes from a sum, where a failure adds 1.
inline constexpr double kModerateOk = .513;  // ln(.80/.50) / ln(.50/.20)
inline constexpr double kSevereOk = 1.194;   // ln(.85/.10) / ln(.90/.15)
/// The gain of one success in the sum that is kept of everything but a spike, or but a reporter: .10 against .40.
inline constexpr double kSpreadOk = .365;
/// What one slot may take from any sum of failures: a good second ends a doubt, it does not forbid the next.
inline constexpr double kMostTaken = -6;
inline constexpr double kSpreadMost = 12;    ///< beyond it more evidence says nothing new
inline constexpr double kSpreadPerSlot = 2;  ///< one slot, however full, is one second of failing

/// What a slot with these outcomes adds to such a sum.
double spread_gain(double ok, double failed);

class FailureSums {
 public:
  /// `slots` seconds pass, before the outcomes of the last of them are added.
  void pass(int64_t slots);
  void add(double ok, double failed);

  bool any() const { return moderate_ > 0 || severe_ > 0; }
  /// Enough, still growing in the slot that was added last, and not one spike.
  bool suffice(const SumsNeeded& needed) const;

  double moderate() const { return moderate_; }
  double severe() const { return severe_; }
  double outside_spike() const { return spread_.without_spike(); }
  double spread() const { return spread_.sum(); }

 private:
  double moderate_ = 0;  ///< .20 against .50: half of the requests fail
  double severe_ = 0;    ///< .15 against .90: nearly all fail
  bool moderate_grew_ = false;
  bool severe_grew_ = false;
  SustainedSum spread_{kSpreadMost};
};

}  // namespace signalbox
