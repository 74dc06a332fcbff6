#pragma once
/// The API's fields of one target (api.md, "A target"). With snapshot.h the only place that writes them.
#include "lib/core.h"
#include "lib/json.h"

namespace signalbox {

/// The object of `evidence`.
OrderedJson evidence_json(const ProviderConfig& provider, const SourceStates& states, const Target& target,
                          const Evidence& evidence, const Policy& policy, Instant now);

OrderedJson advice_json(const Advice& advice);
/// Null where none is in force.
OrderedJson override_json(const std::optional<Override>& override);

/// To people's precision, so that the text is short.
double to_hundredths(double value);

/// A time, or null.
OrderedJson time_json(const std::optional<WallTime>& at);

}  // namespace signalbox
