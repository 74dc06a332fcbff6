#pragma once
/// What happens, counted as it happens, for /metrics: a value, so that a copy is one consistent picture.
///
/// Bounded: nothing is kept of a target, provider or source that the core does not know. Counts begin with the
/// process, as Prometheus expects.
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/cause.h"
#include "lib/core.h"
#include "lib/durations.h"
#include "lib/ids.h"
#include "lib/outcome.h"

namespace signalbox {

inline constexpr size_t kStates = 5;

/// By the new state, then by the cause.
using TransitionCounts = std::array<std::array<uint64_t, kCauseNames.size()>, kStates>;

/// Of one source.
struct FetchCounts {
  DurationCounts fetches;  ///< good and bad
  uint64_t failures = 0;   ///< polls that brought no reading
  bool operator==(const FetchCounts&) const = default;
};

struct EngineCounts {
  /// As it is stored: a batch that is sent again adds nothing. A provider's are those of reports without a model.
  std::map<Target, OutcomeCounts> reported;
  std::map<std::pair<std::string, std::string>, FetchCounts> sources;  ///< by provider and source
  std::map<std::string, TransitionCounts> transitions;                 ///< by provider, its models' included
  DurationCounts turns;                                                ///< of the engine
  bool operator==(const EngineCounts&) const = default;
};

void count_fetch(EngineCounts& counts, const Observation& observation);

/// The outcomes of the batches among `records`.
std::map<Target, OutcomeCounts> outcomes_of(const std::vector<Record>& records);
void count_outcomes(EngineCounts& counts, const std::map<Target, OutcomeCounts>& outcomes);

/// `core` is the one that made the `effects`.
void count_transitions(EngineCounts& counts, const Core& core, const std::vector<Record>& effects);

/// Forgets who is no longer known, and begins everybody else's counts at 0: the first change shall be seen as one.
void keep_known(EngineCounts& counts, const Core& core);

}  // namespace signalbox
