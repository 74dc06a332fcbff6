#include "agent/http/http_hot.h"

#include <utility>

#include "agent/http/http_reply.h"

namespace signalbox {

HotTable::HotTable(Answer answer) : answer_(std::move(answer)) {}

void HotTable::reset(SnapshotPtr snapshot, std::string date) {
  snapshot_ = std::move(snapshot);
  date_ = std::move(date);
  entries_.clear();
}

const std::string* HotTable::find(const RequestHead& head) {
  if (!head.plain || head.method != "GET") return nullptr;
  const auto* found = entry(head.target);
  if (!found) return nullptr;
  if (head.if_none_match.empty()) return &found->bytes;
  return head.if_none_match == found->etag ? &found->match_bytes : nullptr;
}

bool HotTable::is_hot(std::string_view path) const {
  if (path == "/v1/health") return true;
  for (const std::string_view prefix : {"/v1/health/", "/v1/check/"}) {
    if (path.starts_with(prefix)) return snapshot_->targets.contains(path.substr(prefix.size()));
  }
  return false;
}

const HotTable::Entry* HotTable::entry(std::string_view path) {
  const auto known = entries_.find(path);
  if (known != entries_.end()) return &known->second;
  if (!is_hot(path)) return nullptr;
  auto rendered = render(path);
  if (!rendered) return nullptr;
  return &entries_.emplace(path, *std::move(rendered)).first->second;
}

std::optional<HotTable::Entry> HotTable::render(std::string_view path) const {
  const auto reply = answer_(path, "");
  if (!reply) return {};
  Entry entry;
  entry.bytes = serialise(*reply, date_, {});
  entry.etag = reply_header(*reply, "ETag");
  if (entry.etag.empty()) return entry;
  const auto match = answer_(path, entry.etag);
  if (!match) return {};
  entry.match_bytes = serialise(*match, date_, {});
  return entry;
}

}  // namespace signalbox
