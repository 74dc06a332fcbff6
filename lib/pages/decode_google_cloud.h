#pragma once
/// Google Cloud's `incidents.json`: every recent incident of every product, ours picked by product id.
///
/// Shape: a top-level array of `{id, begin, end, external_desc, severity, status_impact, affected_products[{id,
/// title, current_title}], most_recent_update{status, when}, modified, uri}`. An incident runs while `end` is
/// absent or null and its newest update is not AVAILABLE. Titles of products change without warning, ids do not.
/// Source: status.cloud.google.com/incidents.schema.json; captured feeds (tests/data/README.md).
///
/// Absence of an incident means healthy here, so the feed must prove itself: a list that is not empty, each element
/// with an `id` and a `begin`. Anything else is an error. The feed covers Vertex only: `covers` says so.
#include <vector>

#include "lib/config/config.h"
#include "lib/pages/decode_fields.h"
#include "lib/pages/page.h"
#include "lib/result.h"

namespace signalbox {

/// Precondition: `documents` is not empty; the first one is read.
Result<PageReading> decode_google_cloud(const ProviderConfig& provider, const SourceConfig& source,
                                        const std::vector<FeedDocument>& documents);

}  // namespace signalbox
