#pragma once
/// From readings of status pages to one official level a target (signal.md, "Official evidence").
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/config/config.h"
#include "lib/evidence.h"
#include "lib/pages/page.h"
#include "lib/time.h"

namespace signalbox {

/// What the core remembers of one source. A failed poll keeps the last good reading.
struct SourceState {
  std::optional<PageReading> reading;  ///< the last good one
  Instant good_at;                     ///< of `reading`
  Instant changed_at;                  ///< when what counts in `reading` last changed, by our own clock
  std::optional<Instant> tried_at;
  std::string url;    ///< where the last poll ended
  std::string error;  ///< of the last poll; empty when it was good
  Millis latency{0};
};

/// By source name; the states of one provider.
using SourceStates = std::map<std::string, SourceState, std::less<>>;

bool is_fresh(const SourceState& state, const SourceConfig& source, const Policy& policy, Instant now);

/// When `state` turns stale; nothing without a good reading.
std::optional<MonoTime> stale_at(const SourceState& state, const SourceConfig& source, const Policy& policy);

/// What one incident says about a target, and in words why it says less than its impact.
struct IncidentVerdict {
  OfficialLevel level = OfficialLevel::none;
  std::string note;  ///< empty: it counts at its impact
  bool operator==(const IncidentVerdict&) const = default;
};

/// `model` is empty for the provider itself: an incident that names models is at most `minor` for it, as for the
/// models that it does not name; the provider's level is then its component's.
IncidentVerdict judge_incident(const Incident& incident, std::string_view model, const ProviderConfig& provider,
                               const Policy& policy, WallTime now);

/// The level of one reading for a target.
OfficialLevel reading_level(const PageReading& reading, std::string_view model, const ProviderConfig& provider,
                            const Policy& policy, WallTime now);

/// The worst of the provider's fresh sources. `passive` is needed for the age of red: a red that nobody has touched
/// for hours, while our own traffic is fine, counts as `minor`.
OfficialEvidence weigh_official(const ProviderConfig& provider, const SourceStates& states, std::string_view model,
                                PassiveLevel passive, const Policy& policy, Instant now);

/// Whether what counts as evidence differs: component statuses, or incidents on our components.
bool evidence_differs(const PageReading& before, const PageReading& after);

}  // namespace signalbox
