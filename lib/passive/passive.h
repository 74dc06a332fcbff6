#pragma once
/// All that clients report, as evidence: batches in, a level a target out (signal.md, "Passive evidence").
///
/// A provider has one track for each of its models and one for reports without a model; its own level is taken from
/// all of them. What comes over a cap (models of a provider, reporters) counts without its name, so that nobody can
/// push out what matters.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/evidence.h"
#include "lib/ids.h"
#include "lib/passive/reporter_roster.h"
#include "lib/passive/track.h"
#include "lib/report.h"

namespace signalbox {

/// A slot is judged so long after its end: what is on its way through the agent shall still count in it.
inline constexpr Millis kSlotPatience = Millis(100);
/// Older outcomes are history, not evidence.
inline constexpr Millis kOldestEvidence = minutes(5);

class Passive {
 public:
  /// A report counts as evidence for the model that it gives back, or for the provider itself (empty): a model over
  /// the cap has no track, unless it is configured.
  std::string place(const Target& target, const ProviderConfig& configured, const Policy& policy, Instant at);
  int admit_reporter(const ReportBatch& batch, const Policy& policy);
  /// `model` as `place` gave it.
  void add(const Report& report, const std::string& model, int reporter, Instant at);

  /// Judges what is over, and forgets who is silent. `half_evidence` tells for which targets half is enough.
  void judge(const Config& config, const std::function<bool(const Target&)>& half_evidence, MonoTime now);
  /// When time alone changes something.
  std::optional<MonoTime> wake_at() const;

  /// The level alone, and the requests of the last minute a second: what the state machine needs.
  PassiveLevel level(const Target& target) const;
  double requests_per_s(const Target& target, MonoTime now) const;
  /// The whole of it, for people.
  PassiveEvidence evidence(const Target& target, MonoTime now) const;

  /// Whether the latest outcomes of a provider within the last 30 s are mostly failures of local origin (timeouts,
  /// no connection); nothing when it had no success and no failure in that time.
  std::optional<bool> fails_locally(const std::string& provider, MonoTime now) const;
  /// What was seen was our own fault: the levels start anew.
  void disregard(const std::string& provider);

  /// A model is known for an hour after its last report.
  bool knows(const Target& target) const;
  void drop(const Target& target);

  const ReporterRoster& reporters() const { return roster_; }
  /// Whether some target hears the reporter only with others.
  bool is_set_aside(int reporter) const;

 private:
  struct Provider {
    std::map<std::string, Track, std::less<>> tracks;  ///< by model; "" for reports without one
    OutcomeWindow window;                              ///< of all of them
    bool count_throttled = false;                      ///< as configured
    std::optional<int64_t> over_cap_at;                ///< the slot of the last report over the cap of models
  };

  const Track* find(const Target& target) const;
  const Provider* find_provider_of(const std::string& name) const;
  int64_t slot_for(MonoTime at) const;
  static PassiveLevel provider_level(const Provider& provider);
  static PassiveLevel model_level(const Provider& provider, const Track* track);
  static const Track* worst_track(const Provider& provider);
  static WindowSum shown(const OutcomeWindow& window, const Track& track, bool count_throttled, int64_t slot,
                         int64_t& length);

  std::map<std::string, Provider, std::less<>> providers_;
  ReporterRoster roster_;
  int64_t judged_ = -1;  ///< the last slot that was judged
};

}  // namespace signalbox
