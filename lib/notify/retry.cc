#include "lib/notify/retry.h"

#include <algorithm>

namespace signalbox {
namespace {

constexpr double kMostJitter = 0.2;

}  // namespace

Delivery judge_delivery(const std::variant<HttpReply, FetchFailure>& result) {
  const auto* reply = std::get_if<HttpReply>(&result);
  if (reply == nullptr) return Delivery::again;
  if (reply->status / 100 == 2) return Delivery::done;
  const bool later = reply->status == 408 || reply->status == 429 || reply->status >= 500 || reply->status < 200;
  return later ? Delivery::again : Delivery::refused;
}

Millis pause_after(int failures, std::optional<Millis> retry_after, double jitter) {
  Millis pause = kFirstPause;
  for (int i = 1; i < failures && pause < kLongestPause; ++i) pause *= 2;
  const auto whole = static_cast<double>(std::min(pause, kLongestPause).count());
  const Millis shortened(static_cast<int64_t>(whole * (1 - kMostJitter * std::clamp(jitter, 0.0, 1.0))));
  return std::max(shortened, retry_after.value_or(Millis(0)));
}

}  // namespace signalbox
