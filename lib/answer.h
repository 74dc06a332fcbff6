#pragma once
/// The API's fields of one target (api.md, "A target"). With snapshot.h the only place that writes them.
#include "lib/core.h"
#include "lib/json.h"

namespace signalbox {

/// The object of `evidence`.
OrderedJson evidence_json(const ProviderConfig& provider, const SourceStates& states, const Target& target,
                          const Evidence& evidence, const Policy& policy, Instant now);

OrderedJson advice_json(const Advice& advice);

/// A time, or null.
OrderedJson time_json(const std::optional<WallTime>& at);

}  // namespace signalbox
