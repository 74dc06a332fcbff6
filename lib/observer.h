#pragma once
/// Whether we are the fault: when several providers fail at once, and only by timeouts and missing connections, it
/// may be our own network (signal.md, `observer_suspect`). Before such a verdict is given every status source is
/// asked, for five seconds at most: if any answers, the network works and the verdict stands.
#include <optional>
#include <set>
#include <string>

#include "lib/time.h"

namespace signalbox {

inline constexpr Millis kObserverPatience = seconds(5);
/// An answer to our question vouches for the network for so long.
inline constexpr Millis kAnswerVouches = seconds(30);

struct Observer {
  enum class Phase { trusted, asking, suspect };
  Phase phase = Phase::trusted;
  Instant since;                        ///< asking, suspect: when the sources were asked
  std::set<std::string> providers;      ///< asking, suspect: whose verdict waits
  std::optional<MonoTime> answered_at;  ///< when any source last answered
  std::optional<MonoTime> cleared_at;   ///< when an answer last ended the doubt
  bool operator==(const Observer&) const = default;

  bool is_suspect() const { return phase == Phase::suspect; }
  bool holds_back(const std::string& provider) const { return providers.contains(provider); }
};

/// What there is to judge by.
struct ObserverView {
  std::set<std::string> failing_locally;  ///< providers whose latest outcomes are mostly of local origin
  size_t with_evidence = 0;               ///< providers that had a success or a failure in the last 30 s
  bool verdict_waits = false;             ///< one of `failing_locally` is about to become unhealthy by it
};

/// The next phase. When `suspect` ends, what was seen meanwhile was our own fault: `was.providers` are to be
/// disregarded.
Observer step(Observer was, const ObserverView& view, Instant now);

/// What is said of it while it is suspect; empty: it is not.
std::string why_suspect(const Observer& observer);

/// When time alone ends the phase.
std::optional<MonoTime> wake_at(const Observer& observer);

}  // namespace signalbox
