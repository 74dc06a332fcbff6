#pragma once
/// What is usual for a target: its share of failures and its requests a second. Both decay, and failures that are
/// still under suspicion are held back, so that an outage never becomes the usual.
///
/// Units: seconds, requests.
namespace signalbox {

class Baseline {
 public:
  /// `elapsed` seconds since the outcomes before. While `failing`, what is met is not usual, and nothing is learnt.
  void add(double ok, double failed, double elapsed, bool suspected, bool failing);
  /// What was held back was an outage, or our own fault: it is dropped.
  void drop_held();

  /// 0: at most 4 % usually fail; 1: 8 % or more do. In between it rises evenly.
  double troubled() const;
  /// Usual requests/s, 0.02 to 50: outside, the thresholds that depend on it were not measured.
  double rate() const;
  /// Of the last minute, also while failing.
  double recent_rate() const;

 private:
  double failed_ = 0;
  double all_ = 0;
  double held_failed_ = 0;
  double held_all_ = 0;
  double rate_sum_ = 0;
  double recent_sum_ = 0;
  double recent_seconds_ = 0;
};

}  // namespace signalbox
