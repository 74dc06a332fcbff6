#pragma once
/// The whole of what the agent knows, as a value, and the one function that changes it. Nothing else decides.
///
/// `update` takes the events of one moment and gives the new core and its effects: records to store. Replaying the
/// same events gives the same core and the same records. A moment is judged once, after all of its events: in which
/// order two sources answered in the same millisecond means nothing.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "lib/config/config.h"
#include "lib/evidence.h"
#include "lib/health.h"
#include "lib/ids.h"
#include "lib/observation.h"
#include "lib/observer.h"
#include "lib/official.h"
#include "lib/override.h"
#include "lib/passive/batch_ids.h"
#include "lib/passive/passive.h"
#include "lib/records.h"
#include "lib/report.h"
#include "lib/told.h"

namespace signalbox {

struct TargetState {
  Health health;
  Evidence evidence;                 ///< what `health` was last judged by
  std::optional<Override> override;  ///< the target's own
  uint64_t changed = 0;              ///< the generation in which what routers are told of it changed last
};

struct Core {
  std::shared_ptr<const Config> config;
  std::map<std::string, SourceStates, std::less<>> sources;  ///< by provider
  Passive passive;
  BatchIds batches;
  Observer observer;
  std::map<Target, TargetState> targets;  ///< every known target: configured, reported, or still in an outage
  uint64_t generation = 0;                ///< rises with each change that a router could see; never falls
  std::optional<MonoTime> wake_at;        ///< when time alone will change something
};

/// A new configuration is in force.
struct ConfigChanged {
  std::shared_ptr<const Config> config;
};

/// A person sets an override, or clears it (nothing).
struct OverrideChange {
  Target target;
  std::optional<Override> terms;
  std::string by;
  Instant at;
};

/// Batches that were evidence and that the store did not take: sent again they are stored and not counted again.
struct BatchesRefused {
  std::vector<uint64_t> keys;
};

using Event = std::variant<Observation, ReportBatch, OverrideChange, BatchesRefused, ConfigChanged>;

/// What became of one batch.
struct BatchVerdict {
  uint64_t key = 0;
  bool duplicate = false;  ///< known already: nothing is counted
  bool refused = false;    ///< more batches within the hour than can be told apart: nothing is counted, try later
  int64_t accepted = 0;    ///< reports
  std::vector<IgnoredPart> ignored;  ///< the parser's and those of providers that nobody configured
  bool operator==(const BatchVerdict&) const = default;
};

struct Update {
  Core core;
  std::vector<Record> effects;         ///< in the order in which they are to be stored
  std::vector<BatchVerdict> verdicts;  ///< one for each ReportBatch, in their order
  bool poll_now = false;               ///< every source shall be fetched at once: is it us?
  bool told = false;                   ///< what routers are told has changed: the generation rose
  std::optional<MonoTime> wake_at;     ///< when time alone will change something: call again then
};

/// No events: only time has passed.
Update update(Core core, const std::vector<Event>& events, Instant now);

/// What was stored, by provider and source; readings are decoded again from the stored documents.
struct RestoredSource {
  std::string provider;
  std::string source;
  SourceState state;
};

/// What a restart knows.
struct Remembered {
  uint64_t generation = 0;
  std::vector<HealthRecord> healths;
  std::vector<RestoredSource> sources;
  std::vector<OverrideRecord> overrides;  ///< those that were in force
  std::vector<BatchRecord> batches;       ///< of the last hour; keys and times, without rows
};

/// The core at start: every configured target `unknown`, or in the outage it was stored in.
Core start_core(std::shared_ptr<const Config> config, Remembered remembered, Instant now);

/// The states of a provider's sources; empty when none was ever fetched.
const SourceStates& sources_of(const Core& core, const std::string& provider);

/// The override in force for a target: its own, or else its provider's.
const std::optional<Override>& override_of(const Core& core, const Target& target);

Told told_of(const Core& core, const Target& target, const TargetState& state);

/// The evidence with everything that people are shown, as of `now`.
Evidence evidence_of(const Core& core, const Target& target, const TargetState& state, Instant now);

/// The providers whose clients see more failures than usual: the word of their pages is wanted soon.
std::set<std::string> doubted_providers(const Core& core);

/// The sentence that explains what a target is told.
std::string why_of(const Core& core, const Target& target, const TargetState& state, Instant now);

}  // namespace signalbox
