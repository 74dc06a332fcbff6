#pragma once
/// The real core under virtual time: `update` and the timers it asks for, and nothing else. Time is a number of
/// milliseconds since the start, which stands for 2026-11-23T00:00:00Z unless said otherwise.
#include <optional>
#include <string>
#include <vector>

#include "lib/core.h"

namespace signalbox::bench {

inline constexpr WallTime kMidnight{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)};

inline Millis millis(double seconds_) { return Millis(static_cast<Millis::rep>(seconds_ * 1000 + 0.5)); }
inline double in_seconds(Millis time) { return static_cast<double>(time.count()) / 1000; }

class VirtualAgent {
 public:
  explicit VirtualAgent(Config config, WallTime start = kMidnight);

  /// Fires every timer until then. Precondition: not back in time.
  void advance(Millis to);
  /// `advance`, and then the events of this moment.
  void feed(const std::vector<Event>& events, Millis at);
  Instant instant(Millis at) const { return {start_ + at, MonoTime(at)}; }

  const Core& core() const { return core_; }
  /// Precondition: known.
  const TargetState& target(const Target& target) const;
  /// Of its provider while a model is not known yet.
  Advice advice(const Target& target) const;
  int weight(const Target& target) const { return advice(target).primary_weight; }
  /// All since the start, in their order.
  const std::vector<TransitionRecord>& transitions() const { return transitions_; }
  Millis since_start(WallTime at) const { return at - start_; }
  /// Whether the core asked for a poll of every source since the last call.
  bool take_poll_wish();

 private:
  void step(const std::vector<Event>& events, Millis at);

  WallTime start_;
  Core core_;
  Millis now_{0};
  std::optional<MonoTime> wake_at_;
  bool poll_wish_ = false;
  std::vector<TransitionRecord> transitions_;
};

/// The built-in configuration with these providers only.
Config config_of(const std::vector<std::string>& providers);

/// A good poll of the provider's first source: its components are at this level, no incident is open.
Observation page_at(const Config& config, const std::string& provider, OfficialLevel level, Instant at);
/// A poll that brought nothing.
Observation page_fails(const Config& config, const std::string& provider, Instant at);

/// A batch of one report of the provider's own target. Empty tallies make a heartbeat.
ReportBatch batch_of(const std::string& provider, const std::string& reporter, const OutcomeCounts& counts,
                     Millis span, Instant at);

}  // namespace signalbox::bench
