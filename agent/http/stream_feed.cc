#include "agent/http/stream_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace signalbox {
namespace {

/// Readers resume from many generations, but soon all are told the same.
constexpr size_t kMostRendered = 16;
/// No generation of a target: the whole snapshot.
constexpr uint64_t kWhole = std::numeric_limits<uint64_t>::max();

/// A line break within a field would start another one.
void append_data(std::string& out, std::string_view text) {
  for (;;) {
    const size_t end = std::min(text.find_first_of("\r\n"), text.size());
    out.append("data: ").append(text.substr(0, end)).append("\n");
    if (end == text.size()) return;
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
}

void append_event(std::string& out, std::string_view name, std::string_view data, std::optional<uint64_t> id) {
  out.append("event: ").append(name).append("\n");
  if (id) out.append("id: ").append(std::to_string(*id)).append("\n");
  append_data(out, data);
  out.append("\n");
}

bool has_same_targets(const Snapshot& a, const Snapshot& b) {
  return std::equal(a.targets.begin(), a.targets.end(), b.targets.begin(), b.targets.end(),
                    [](const auto& one, const auto& other) { return one.first == other.first; });
}

std::optional<uint64_t> parse_generation(std::string_view text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || last != end) return std::nullopt;
  return value;
}

}  // namespace

StreamFeed::StreamFeed(SnapshotPtr first)
    : snapshot_(std::move(first)), first_(snapshot_->generation), whole_changed_(snapshot_->generation) {}

void StreamFeed::publish(SnapshotPtr snapshot) {
  const bool whole = snapshot->observer != snapshot_->observer || !has_same_targets(*snapshot, *snapshot_);
  if (whole) whole_changed_ = snapshot->generation;
  snapshot_ = std::move(snapshot);
  rendered_.clear();
}

StreamFeed::Bytes StreamFeed::welcome(std::string_view last_event_id, StreamFraming framing) {
  const auto id = parse_generation(last_event_id);
  // An id of the first generation may be of the process before, which told its targets otherwise.
  if (!id || *id <= first_ || *id > generation()) return whole(framing);
  return since(*id, framing);
}

StreamFeed::Bytes StreamFeed::since(uint64_t generation, StreamFraming framing) {
  if (generation == snapshot_->generation) return nullptr;
  if (generation < whole_changed_) return whole(framing);
  if (auto known = find(generation, framing)) return known;
  const std::string events = changes_since(generation);
  return events.empty() ? whole(framing) : keep(generation, framing, events);
}

StreamFeed::Bytes StreamFeed::whole(StreamFraming framing) {
  if (auto known = find(kWhole, framing)) return known;
  std::string event;
  append_event(event, "snapshot", snapshot_->health, generation());
  return keep(kWhole, framing, event);
}

std::string StreamFeed::changes_since(uint64_t generation) const {
  std::vector<const TargetAnswer*> changed;
  for (const auto& [name, answer] : snapshot_->targets) {
    if (answer.changed > generation) changed.push_back(&answer);
  }
  std::string events;
  for (const TargetAnswer* answer : changed) {
    const bool last = answer == changed.back();
    append_event(events, "health", answer->body, last ? std::optional(snapshot_->generation) : std::nullopt);
  }
  return events;
}

StreamFeed::Bytes StreamFeed::find(uint64_t since, StreamFraming framing) const {
  const auto known = std::ranges::find_if(
      rendered_, [&](const Rendered& one) { return one.since == since && one.framing == framing; });
  return known == rendered_.end() ? nullptr : known->bytes;
}

StreamFeed::Bytes StreamFeed::keep(uint64_t since, StreamFraming framing, const std::string& events) {
  auto bytes = std::make_shared<const std::string>(frame_piece(events, framing));
  if (rendered_.size() < kMostRendered) rendered_.push_back({since, framing, bytes});
  return bytes;
}

std::string frame_piece(std::string_view text, StreamFraming framing) {
  return framing == StreamFraming::bare ? std::string(text) : fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

std::string_view frame_end(StreamFraming framing) {
  return framing == StreamFraming::bare ? std::string_view() : "0\r\n\r\n";
}

}  // namespace signalbox
