#include "lib/observer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace signalbox {
namespace {

bool is_suspicious(const ObserverView& view) {
  constexpr size_t kAtOnce = 2;
  return view.failing_locally.size() >= kAtOnce && 2 * view.failing_locally.size() > view.with_evidence;
}

bool is_vouched_for(const Observer& observer, Instant now) {
  return observer.cleared_at && now.mono - *observer.cleared_at <= kAnswerVouches;
}

}  // namespace

Observer step(Observer observer, const ObserverView& view, Instant now) {
  using Phase = Observer::Phase;
  const bool suspicious = is_suspicious(view);
  if (observer.phase == Phase::trusted) {
    if (!suspicious || !view.verdict_waits || is_vouched_for(observer, now)) return observer;
    observer.phase = Phase::asking;
    observer.since = now;
  }
  const bool answered = observer.answered_at && *observer.answered_at > observer.since.mono;
  if (answered) observer.cleared_at = now.mono;
  if (answered || !suspicious) {
    observer.phase = Phase::trusted;
    observer.providers.clear();
    return observer;
  }
  observer.providers.insert(view.failing_locally.begin(), view.failing_locally.end());
  if (now.mono - observer.since.mono >= kObserverPatience) observer.phase = Phase::suspect;
  return observer;
}

std::string why_suspect(const Observer& observer) {
  if (!observer.is_suspect()) return "";
  return fmt::format(
      "{} fail at once, by timeouts and connections alone, and no status page answers: it may be the "
      "network here; nobody is called unhealthy for it",
      fmt::join(observer.providers, ", "));
}

std::optional<MonoTime> wake_at(const Observer& observer) {
  if (observer.phase != Observer::Phase::asking) return std::nullopt;
  return observer.since.mono + kObserverPatience;
}

}  // namespace signalbox
