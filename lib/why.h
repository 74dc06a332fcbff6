#pragma once
/// The sentence that explains an answer: what was seen, by whom, since when.
#include <string>
#include <string_view>

#include "lib/config/config.h"
#include "lib/evidence.h"
#include "lib/health.h"
#include "lib/official.h"

namespace signalbox {

/// "status.claude.com says partial_outage of Claude API (api.anthropic.com): "Elevated errors" (investigating); no
/// reports from clients". One line, cleaned, at most a few hundred bytes.
std::string explain(const ProviderConfig& provider, const SourceStates& states, std::string_view model,
                    const Health& health, const Evidence& evidence, const Policy& policy, Instant now);

/// The host of a URL, for people: "status.claude.com".
std::string host_of(std::string_view url);

}  // namespace signalbox
