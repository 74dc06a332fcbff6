#pragma once
/// The answers of `/v1/routes/{route}`, rendered for every choice that a session can meet. With snapshot.h the only
/// place that writes their fields (api.md).
#include <map>
#include <string>

#include "lib/snapshot.h"

namespace signalbox {

/// `advice` is that of the chosen target, for it says how to treat the requests that are sent there: a fallback
/// that is well has its whole retry budget, and a canary one attempt; `shed` is who has the request when that is
/// spent. `primary_weight` is the primary's.
///
/// `frame` gives as_of, expires_at and generation.
std::map<std::string, RouteAnswer, std::less<>> render_routes(const Core& core, const Snapshot& frame);

}  // namespace signalbox
