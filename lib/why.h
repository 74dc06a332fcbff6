#pragma once
/// The sentence that explains an answer: what was seen, by whom, since when.
#include <string>
#include <string_view>

#include "lib/config/config.h"
#include "lib/evidence.h"
#include "lib/health.h"
#include "lib/official.h"
#include "lib/override.h"

namespace signalbox {

/// "62 % of 418 requests from 7 reporters failed in the last 12 s (389 overloaded); status.claude.com says
/// operational". What weighs more stands first, what a person set before all. One line, cleaned, at most a few
/// hundred bytes.
std::string explain(const ProviderConfig& provider, const SourceStates& states, std::string_view model,
                    const Health& health, const Evidence& evidence, const std::optional<Override>& override,
                    const Policy& policy, Instant now);

}  // namespace signalbox
