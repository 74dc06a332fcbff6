#pragma once
/// Google AI Studio's incident history (the RPC `ListIncidentsHistory` behind aistudio.google.com/status).
///
/// Shape, positional: `[[[incident, ...]]]`; incident = `[id, title, severity, updates, primary component,
/// [components]]`; update = `[code, "local time", ["epoch seconds"], text]`. Components are numbers: 1 Gemini API,
/// 2 Multimodal Live API, 3 AI Studio. Codes seen: 1 detected, 2 identified, 3 fix in, 4 resolved, 5 mitigating. An
/// incident runs while its newest update is not code 4. Undocumented.
/// Source: a captured answer with 50 incidents of 16 months (tests/data/README.md).
///
/// Severity: only 1 and 2 occur. 12 of the 14 incidents of severity 2 say "outage" and are about a whole surface
/// ("Gemini API and AI Studio outage", "Batch API outage"); of the 36 of severity 1 five say it, about one model,
/// one feature or somebody else's outage ("Nano Banana Pro outage"), the others are slowness or some users
/// ("Increased error rates and latency for Gemini API"). So 1 is minor and 2 is major; any other number is unknown.
///
/// Absence of an incident means healthy here, so the feed must prove itself: a list that is not empty and in which
/// every incident has this shape. Anything else is an error.
#include <vector>

#include "lib/config/config.h"
#include "lib/pages/decode_fields.h"
#include "lib/pages/page.h"
#include "lib/result.h"

namespace signalbox {

/// Precondition: `documents` is not empty; the first one is read.
Result<PageReading> decode_ai_studio(const ProviderConfig& provider, const SourceConfig& source,
                                     const std::vector<FeedDocument>& documents);

}  // namespace signalbox
