#pragma once
/// Answers that a router keeps and renews: health, check and routes (api.md, "Freshness").
#include <string>

#include "agent/api/api.h"

namespace signalbox {

/// With the ETag of the generation.
ApiReply kept(const Snapshot& snapshot, int status, std::string body);

/// A 200, or the 304 that renews the router's copy.
ApiReply fresh(const ApiRequest& request, const Snapshot& snapshot, std::string body);

}  // namespace signalbox
