#include "lib/passive/detector.h"

#include <algorithm>
#include <cmath>

namespace signalbox {
namespace {

// failing, at the reference rate of 0.5 requests/s. The more requests a second, the more chances there are for a
// run of bad luck, so that the thresholds rise with the logarithm of the rate; and where failures are usual they
// rise too.
constexpr double kReferenceRate = .5;
constexpr double kModerate = 6.75;
constexpr double kModerateByRate = .6;
constexpr double kModerateTroubled = 1.2;
constexpr double kSevere = 5.0;
constexpr double kSevereByRate = .3;
constexpr double kSevereTroubled = 1.3;
/// Two failures outside of the spike; at a pace where each slot is full, one slot and a little.
constexpr double kOutsideSpike = 1.9;
constexpr double kOutsideSpikeFast = 2.05;
constexpr double kFast = 2;  ///< requests/s
constexpr int64_t kForgiveAfter = 60;

// elevated begins: .05 against .15, in nats; 6.0 = ln(403).
constexpr double kRaisedFailed = 1.0986;
constexpr double kRaisedOk = .1112;
constexpr double kRaisedPerSlot = 2;
constexpr double kRaisedTaken = -8;
constexpr double kRaisedOn = 6.0;
/// Under a red page `elevated` moves traffic, and a spike should not: two failures outside of it.
constexpr double kRaisedOutsideSpike = 1.9;
// elevated ends: .03 against .10, in nats. From .059 to .09 of failures, between the neutral points of the two
// questions, it neither begins nor ends: with one sum for both, 8 % for two hours changed the level up to 20 times.
// While half of the evidence is enough, 27 successes in a row end it.
constexpr double kEasedOk = .0749;
constexpr double kEasedFailed = 1.204;
constexpr double kEasedPerSlot = 1;
constexpr double kEasedSoon = 2;
constexpr double kEasedOff = 7;
constexpr double kEasedByRate = 1.2;

// normal
constexpr double kCalmFailed = 3.59;
constexpr double kCalm = 10;
constexpr double kCalmByRate = 1.5;
constexpr double kCalmReference = 9;  ///< requests an hour
constexpr double kCalmEnds = 1. / 3;  ///< of what was needed
/// Of what was needed, what one slot may take from who is normal: a spike's five leave more than a third.
constexpr double kCalmTaken = 1. / 8;
constexpr double kSecondsPerHour = 3600;

/// The share of failures at which a sum stands still: of requests of which a failure adds `failed` and a success
/// takes `ok`. For `moderate` .339: of 100 requests 34 failed add 34, 66 took 33.9.
constexpr double neutral(double ok, double failed) { return ok / (ok + failed); }

}  // namespace

void Detector::judge(int64_t slot, std::vector<SlotPart> parts, bool half_evidence) {
  double ok = 0;
  double failed = 0;
  for (const SlotPart& part : parts) {
    ok += part.ok;
    failed += part.failed;
  }
  if (ok + failed <= 0) return;
  const int64_t passed = started_ ? slot - slot_ : 1;
  started_ = true;
  slot_ = slot;
  share_ = half_evidence ? .5 : 1;
  as_told_.pass(passed);
  capped_.pass(passed);
  raised_.pass(passed);

  const bool was_in_run = in_run();
  as_told_.add(ok, failed);
  const std::vector<SlotPart> capped = panel_.cap(slot, std::move(parts), capped_.spread());
  double capped_ok = 0;
  double capped_failed = 0;
  for (const SlotPart& part : capped) {
    capped_ok += part.ok;
    capped_failed += part.failed;
  }
  capped_.add(capped_ok, capped_failed);
  panel_.add(capped);
  if (in_run() && !was_in_run) run_began_ = slot;
  if (in_run()) suspected_at_ = slot;
  if (!in_run()) panel_.end_run();
  if (slot - suspected_at_ > kForgiveAfter) panel_.forgive();

  baseline_.add(capped_ok, capped_failed, static_cast<double>(passed), capped_.any(), failing_);
  judge_elevated(capped_ok, capped_failed);
  judge_normal(capped_ok, capped_failed);
  judge_failing(capped_failed);
}

SumsNeeded Detector::needed() const {
  const double rate = baseline_.rate();
  const double pace = std::log(rate / kReferenceRate);
  const double troubled = baseline_.troubled();
  return {share_ * (kModerate + kModerateTroubled * troubled + kModerateByRate * pace),
          share_ * (kSevere + kSevereTroubled * troubled + kSevereByRate * pace),
          share_ * (rate > kFast ? kOutsideSpikeFast : kOutsideSpike)};
}

void Detector::judge_failing(double failed) {
  if (failing_) {
    if (normal_) forget_failures();
    return;
  }
  const SumsNeeded enough = needed();
  if (!as_told_.suffice(enough) && !capped_.suffice(enough)) return;
  if (!panel_.agree(failed, share_)) return;
  failing_ = true;
  normal_ = false;
  calm_ = 0;
}

void Detector::judge_elevated(double ok, double failed) {
  const double gain = std::clamp(kRaisedFailed * failed - kRaisedOk * ok, kRaisedTaken, kRaisedPerSlot);
  raised_.add(gain);
  if (!elevated_) {
    const bool may_be_spike = share_ < 1 && raised_.without_spike() < kRaisedOutsideSpike;
    elevated_ = raised_.sum() >= share_ * kRaisedOn && !may_be_spike;
    eased_ = 0;
    return;
  }
  eased_ = std::max(0.0, eased_ + std::min(kEasedOk * ok - kEasedFailed * failed, kEasedPerSlot));
  const double off = kEasedOff + kEasedByRate * std::log(baseline_.rate() / kReferenceRate);
  if (eased_ < (share_ < 1 ? kEasedSoon : off)) return;
  elevated_ = false;
  raised_.clear();
}

void Detector::judge_normal(double ok, double failed) {
  const double per_hour = baseline_.recent_rate() * kSecondsPerHour;
  calm_needed_ = kCalm + kCalmByRate * std::log(std::max(1.0, per_hour / kCalmReference));
  double gain = ok - kCalmFailed * failed;
  if (normal_) gain = std::max(gain, -kCalmTaken * calm_needed_);
  calm_ = std::clamp(calm_ + gain, 0.0, calm_needed_);
  if (calm_ >= calm_needed_) normal_ = true;
  if (calm_ < kCalmEnds * calm_needed_) normal_ = false;
}

void Detector::forget_failures() {
  failing_ = false;
  as_told_ = {};
  capped_ = {};
  panel_.reset();
  baseline_.drop_held();
}

void Detector::fall_silent() {
  forget_failures();
  raised_.clear();
  eased_ = calm_ = 0;
  elevated_ = normal_ = false;
}

PassiveLevel Detector::level() const {
  if (failing_) return PassiveLevel::failing;
  if (elevated_) return PassiveLevel::elevated;
  return normal_ ? PassiveLevel::normal : PassiveLevel::insufficient;
}

std::vector<Threshold> Detector::thresholds() const {
  const SumsNeeded enough = needed();
  const FailureSums& more = as_told_.moderate() > capped_.moderate() ? as_told_ : capped_;
  std::vector<Threshold> all = {
      {"moderate", more.moderate(), enough.moderate, neutral(kModerateOk, 1)},
      {"severe", more.severe(), enough.severe, neutral(kSevereOk, 1)},
      {"outside_spike", more.outside_spike(), enough.outside_spike, neutral(kSpreadOk, 1)},
      {"elevated", raised_.sum(), share_ * kRaisedOn, neutral(kRaisedOk, kRaisedFailed)},
      {"normal", calm_, calm_needed_, neutral(1, kCalmFailed)}};
  if (panel_.is_quorum()) {
    all.push_back({"without_any_reporter", panel_.weakest(), share_ * panel_.needed(), neutral(kSpreadOk, 1)});
  }
  return all;
}

}  // namespace signalbox
