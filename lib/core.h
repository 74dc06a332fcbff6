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
#include <string>
#include <variant>
#include <vector>

#include "lib/config/config.h"
#include "lib/evidence.h"
#include "lib/health.h"
#include "lib/ids.h"
#include "lib/observation.h"
#include "lib/official.h"
#include "lib/records.h"

namespace signalbox {

struct TargetState {
  Health health;
  Evidence evidence;
  std::string why;
};

struct Core {
  std::shared_ptr<const Config> config;
  std::map<std::string, SourceStates, std::less<>> sources;  ///< by provider
  std::map<Target, TargetState> targets;                     ///< every known target
  uint64_t generation = 0;  ///< rises with each change that a router could see; never falls
};

/// A new configuration is in force.
struct ConfigChanged {
  std::shared_ptr<const Config> config;
};

using Event = std::variant<Observation, ConfigChanged>;

struct Update {
  Core core;
  std::vector<Record> effects;      ///< in the order in which they are to be stored
  bool told = false;                ///< what routers are told has changed: the generation rose
  std::optional<MonoTime> wake_at;  ///< when time alone will change something: call again then
};

/// No events: only time has passed.
Update update(Core core, const std::vector<Event>& events, Instant now);

/// What was stored, by provider and source; readings are decoded again from the stored documents.
struct RestoredSource {
  std::string provider;
  std::string source;
  SourceState state;
};

/// The core at start: every configured target `unknown`, or in the outage it was stored in.
Core start_core(std::shared_ptr<const Config> config, uint64_t generation, const std::vector<HealthRecord>& healths,
                std::vector<RestoredSource> sources, Instant now);

}  // namespace signalbox
