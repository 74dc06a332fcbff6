#pragma once
/// Answers that a router keeps and renews: health, check and routes (api.md, "Freshness").
#include <string>
#include <string_view>

#include "agent/api/api.h"

namespace signalbox {

/// Whether a request's If-None-Match, `*` or a list of tags, names `etag` (RFC 9110, 13.1.2).
bool matches_tag(std::string_view if_none_match, std::string_view etag);

/// With the ETag of the generation.
ApiReply kept(const Snapshot& snapshot, int status, std::string body);

/// A 200, or the 304 that renews the router's copy.
ApiReply fresh(const ApiRequest& request, const Snapshot& snapshot, std::string body);

}  // namespace signalbox
