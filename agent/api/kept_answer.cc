#include "agent/api/kept_answer.h"

#include <algorithm>
#include <string_view>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

/// Weak comparison: the tags without their `W/` (RFC 9110, 8.8.3.2).
std::string_view opaque(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

/// The first tag of an `If-None-Match` list, cut off its front; empty at the end, or where it is no list of tags.
std::string_view take_tag(std::string_view& list) {
  list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
  const size_t open = list.starts_with("W/") ? 2 : 0;
  if (list.substr(open, 1) != "\"") return {};
  const size_t close = list.find('"', open + 1);  // a comma between the quotes belongs to the tag
  if (close == std::string_view::npos) return {};
  const std::string_view tag = list.substr(0, close + 1);
  list.remove_prefix(tag.size());
  return tag;
}

}  // namespace

bool matches_tag(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  for (std::string_view tag = take_tag(if_none_match); !tag.empty(); tag = take_tag(if_none_match)) {
    if (opaque(tag) == opaque(etag)) return true;
  }
  return false;
}

ApiReply kept(const Snapshot& snapshot, int status, std::string body) {
  ApiReply reply;
  reply.status = status;
  reply.headers = {{"ETag", snapshot.etag}, {"Cache-Control", "max-age=1"}};
  reply.body = std::move(body);
  return reply;
}

ApiReply fresh(const ApiRequest& request, const Snapshot& snapshot, std::string body) {
  if (!matches_tag(request.if_none_match, snapshot.etag)) return kept(snapshot, 200, std::move(body));
  ApiReply reply = kept(snapshot, 304, "");
  reply.headers.emplace_back("X-Signalbox-Expires-At", format_rfc3339(snapshot.expires_at));
  return reply;
}

}  // namespace signalbox
