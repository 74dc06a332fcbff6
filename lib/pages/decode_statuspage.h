#pragma once
/// Atlassian Statuspage's public API v2 and the compatible subset that incident.io serves.
///
/// Shape: `summary.json` alone, or `components.json` with `incidents.json`, in any order: the document with a
/// `components` array carries the state, every one with an `incidents` array adds incidents. incident.io leaves
/// out `incidents` when there are none, never has `scheduled_maintenances`, and its incidents name no components.
/// Source: developer.statuspage.io; captured pages in both dialects (tests/data/README.md).
///
/// Errors: no `components` array, an element that is not a component or incident, another page's id, none of the
/// configured components on the page, a document named "incidents" without an `incidents` array.
#include <vector>

#include "lib/config/config.h"
#include "lib/pages/decode_fields.h"
#include "lib/pages/page.h"
#include "lib/result.h"

namespace signalbox {

/// Precondition: `documents` is not empty.
Result<PageReading> decode_statuspage(const ProviderConfig& provider, const SourceConfig& source,
                                      const std::vector<FeedDocument>& documents);

}  // namespace signalbox
