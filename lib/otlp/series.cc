#include "lib/otlp/series.h"

#include <algorithm>
#include <utility>

namespace signalbox::otlp {
namespace {

/// Forgetting looks at every series.
constexpr Millis kLookEvery = minutes(1);

Increment since(const std::optional<CumulativePoint>& before, const CumulativePoint& point) {
  if (!before) return {0, point.time};
  return {point.count - before->count, before->time};
}

}  // namespace

std::optional<Increment> SeriesMemory::take(const SeriesId& id, const CumulativePoint& point, MonoTime now) {
  forget_old(now);
  Series* series = find(id);
  if (series == nullptr) {
    if (!has_place(id.reporter)) return std::nullopt;
    Series made{.last = point, .before = {}, .seen = now};
    if (point.start > whole_since_) made.before = CumulativePoint{point.start, point.start, 0};
    reporters_[id.reporter].emplace(id.key, made);
    ++size_;
    return since(made.before, point);
  }
  series->seen = now;
  if (point.time < series->last.time) return Increment{0, point.time};  // what came since has it in it
  if (point.time == series->last.time) {
    return point.count == series->last.count ? since(series->before, point) : Increment{0, point.time};
  }
  series->before = point.count < series->last.count ? std::nullopt : std::optional(series->last);
  series->last = point;
  series->settled = false;
  return since(series->before, point);
}

void SeriesMemory::settle(const SeriesId& id, WallTime time, bool taken_in) {
  Series* series = find(id);
  if (series == nullptr || series->last.time != time) return;
  series->settled = series->settled || taken_in;
  if (series->settled || !series->before) return;
  // As if it never came. What it counts from was taken in, or is where counting began.
  series->last = *std::exchange(series->before, std::nullopt);
  series->settled = true;
}

SeriesMemory::Series* SeriesMemory::find(const SeriesId& id) {
  const auto reporter = reporters_.find(id.reporter);
  if (reporter == reporters_.end()) return nullptr;
  const auto series = reporter->second.find(id.key);
  return series == reporter->second.end() ? nullptr : &series->second;
}

bool SeriesMemory::has_place(const std::string& reporter) const {
  const auto found = reporters_.find(reporter);
  return size_ < kMaxSeries && (found == reporters_.end() || found->second.size() < kMaxSeriesOfReporter);
}

void SeriesMemory::forget_old(MonoTime now) {
  if (looked_at_ && now - *looked_at_ < kLookEvery) return;
  looked_at_ = now;
  for (auto& [name, series] : reporters_) {
    size_ -= std::erase_if(series, [&](const auto& entry) {
      if (now - entry.second.seen <= kSeriesKept) return false;
      whole_since_ = std::max(whole_since_, entry.second.last.time);
      return true;
    });
  }
  std::erase_if(reporters_, [](const auto& entry) { return entry.second.empty(); });
}

}  // namespace signalbox::otlp
