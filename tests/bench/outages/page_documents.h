#pragma once
/// What the provider's page served at a moment of an incident, in the shapes of tests/data, decoded by the real
/// decoders.
#include "lib/config/config.h"
#include "lib/pages/page.h"
#include "tests/bench/outages/history.h"

namespace signalbox::bench {

/// The built-in providers; Gemini with AI Studio's page, the one that speaks for its API.
Config outage_config();

/// Assumed where the histories do not say: components are in partial_outage (major) or major_outage (critical)
/// while the incident is investigated or identified, and operational from `monitoring` on; before its first post
/// the incident is nowhere. Throws std::logic_error when our own decoder does not take the document.
PageReading page_of(const HistoricIncident& incident, const Config& config, WallTime now);

}  // namespace signalbox::bench
