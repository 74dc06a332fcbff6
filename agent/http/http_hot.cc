#include "agent/http/http_hot.h"

#include <algorithm>
#include <utility>

#include "agent/api/session_number.h"
#include "agent/http/http_reply.h"

namespace signalbox {
namespace {

constexpr std::string_view kRoutes = "/v1/routes/";
constexpr std::string_view kKey = "?key=";

/// Means itself in a query: nothing to decode, no second parameter.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

/// An entity tag that can only be another than one of ours, unless it is the same text: one, and weak.
bool is_one_weak_tag(std::string_view text) {
  constexpr std::string_view kFront = "W/\"";
  return text.size() > kFront.size() && text.starts_with(kFront) &&
         text.find('"', kFront.size()) == text.size() - 1;
}

}  // namespace

HotTable::HotTable(Answer answer) : answer_(std::move(answer)) {}

void HotTable::reset(SnapshotPtr snapshot, std::string date) {
  snapshot_ = std::move(snapshot);
  date_ = std::move(date);
  entries_.clear();
}

const std::string* HotTable::find(const RequestHead& head) {
  if (!head.plain || head.method != "GET") return nullptr;
  const auto* found = head.target.starts_with(kRoutes) && head.target.find('?') != std::string_view::npos
                          ? session_entry(head.target)
                          : entry(head.target);
  if (!found) return nullptr;
  if (!found->etag.empty() && head.if_none_match == found->etag) {
    ++*found->match_count;
    return &found->match_bytes;
  }
  // A router's of before a change is the usual case just when everybody asks.
  if (!head.if_none_match.empty() && !is_one_weak_tag(head.if_none_match)) return nullptr;
  ++*found->count;
  return &found->bytes;
}

bool HotTable::is_hot(std::string_view path) const {
  if (path == "/v1/health") return true;
  if (path.starts_with(kRoutes)) return snapshot_->routes.contains(path.substr(kRoutes.size()));
  for (const std::string_view prefix : {"/v1/health/", "/v1/check/"}) {
    if (path.starts_with(prefix)) return snapshot_->targets.contains(path.substr(prefix.size()));
  }
  return false;
}

const HotTable::Entry* HotTable::session_entry(std::string_view target) {
  const size_t question = target.find(kKey);
  if (question == std::string_view::npos) return nullptr;
  const std::string_view key = target.substr(question + kKey.size());
  if (key.empty() || key.size() > kMaxSessionKeyBytes || !std::ranges::all_of(key, is_plain)) return nullptr;
  const auto route = snapshot_->routes.find(target.substr(kRoutes.size(), question - kRoutes.size()));
  if (route == snapshot_->routes.end()) return nullptr;
  const int number = session_number(route->second.split_seed, route->first, key);
  const bool has_primary = choose(route->second.split, number) == 0;
  // No path has two slashes at its front.
  const std::string slot = (has_primary ? "//primary/" : "//other/") + route->first;
  const auto known = entries_.find(slot);
  if (known != entries_.end()) return &known->second;
  auto rendered = render(target);
  return rendered ? &entries_.emplace(slot, *std::move(rendered)).first->second : nullptr;
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
  const auto found = answer_(path, "");
  if (!found) return {};
  Entry entry;
  entry.bytes = serialise(found->reply, date_, {});
  entry.count = found->count;
  entry.etag = reply_header(found->reply, "ETag");
  if (entry.etag.empty()) return entry;
  const auto match = answer_(path, entry.etag);
  if (!match) return {};
  entry.match_bytes = serialise(match->reply, date_, {});
  entry.match_count = match->count;
  return entry;
}

}  // namespace signalbox
