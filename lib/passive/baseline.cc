#include "lib/passive/baseline.h"

#include <algorithm>
#include <cmath>

namespace signalbox {
namespace {

constexpr double kMemorySeconds = 600;
constexpr double kMemoryRequests = 150;
constexpr double kRecentSeconds = 60;
constexpr double kFewSeconds = 10;  ///< over less a rate is chance
/// Before anything is known a tenth is taken to fail, with the weight of thirty requests: a provider that is in
/// trouble when the agent starts is not taken for an outage at once.
constexpr double kPriorFailed = 3;
constexpr double kPriorAll = 30;
constexpr double kTroubleFrom = .04;
constexpr double kTroubleSpan = .04;
constexpr double kLowestRate = .02;
constexpr double kHighestRate = 50;

}  // namespace

void Baseline::add(double ok, double failed, double elapsed, bool suspected, bool failing) {
  const double requests = ok + failed;
  const double recent = std::exp(-elapsed / kRecentSeconds);
  recent_sum_ = recent_sum_ * recent + requests;
  recent_seconds_ = recent_seconds_ * recent + kRecentSeconds * (1 - recent);
  if (failing) return;

  rate_sum_ = rate_sum_ * std::exp(-elapsed / kMemorySeconds) + requests;
  const double keep = std::exp(-std::min(elapsed / kMemorySeconds, requests / kMemoryRequests));
  failed_ *= keep;
  all_ *= keep;
  held_failed_ = held_failed_ * keep + failed;
  held_all_ = held_all_ * keep + requests;
  if (suspected) return;
  failed_ += held_failed_;
  all_ += held_all_;
  drop_held();
}

void Baseline::drop_held() { held_failed_ = held_all_ = 0; }

double Baseline::troubled() const {
  const double ratio = (failed_ + kPriorFailed) / (all_ + kPriorAll);
  return std::clamp((ratio - kTroubleFrom) / kTroubleSpan, 0.0, 1.0);
}

double Baseline::rate() const { return std::clamp(rate_sum_ / kMemorySeconds, kLowestRate, kHighestRate); }

double Baseline::recent_rate() const { return recent_sum_ / std::max(recent_seconds_, kFewSeconds); }

}  // namespace signalbox
