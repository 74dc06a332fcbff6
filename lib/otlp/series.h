#pragma once
/// What cumulative series counted up to before, so that "412 since 10:00" becomes "7 since the last time".
///
/// A point of a known series counts the difference to the point before. The first point of an unknown series counts
/// whole if the series began after this memory did, for then nothing of it was counted yet; else it is only where
/// counting begins: how much of it was counted before a restart of the agent is not known, and an outage must not
/// be made of what is over. A series that begins anew has another start time, and with it is another series: two
/// processes that call themselves alike are then never taken for one that is reset again and again. A count that
/// falls without it begins counting at that point.
///
/// A point that comes again gives the same difference again, so that an exporter's retry makes the same batch,
/// which the engine knows; `settle` says whether the batch was taken in, and one that was refused is as if it never
/// came. Two requests of one series at the same time, of which the first is refused, may lose the difference of the
/// first.
///
/// Bounded: 20,000 series, 1,000 of one reporter, about 150 bytes each. A series that was silent for an hour is
/// forgotten, and whoever finds no place is told so: nobody takes the place of a series at work.
///
/// Threads: one at a time.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "lib/time.h"

namespace signalbox::otlp {

inline constexpr size_t kMaxSeries = 20'000;
inline constexpr size_t kMaxSeriesOfReporter = 1'000;
inline constexpr Millis kSeriesKept = hours(1);

/// Which series of which reporter: `key` is 64 bits of the resource, the scope, the attributes and the start time.
struct SeriesId {
  std::string reporter;
  uint64_t key = 0;
};

struct CumulativePoint {
  WallTime start;  ///< the epoch where the exporter does not know
  WallTime time;
  uint64_t count = 0;
};

/// What came since.
struct Increment {
  uint64_t count = 0;
  WallTime from;  ///< until the point's time
};

class SeriesMemory {
 public:
  /// What began before `born` may have been counted by the agent that ran before.
  explicit SeriesMemory(WallTime born) : whole_since_(born) {}

  /// Nothing when there is no place for another series.
  std::optional<Increment> take(const SeriesId& id, const CumulativePoint& point, MonoTime now);
  /// The batch with the series' point of `time` was taken in, or refused.
  void settle(const SeriesId& id, WallTime time, bool taken_in);

  size_t size() const { return size_; }

 private:
  struct Series {
    CumulativePoint last;
    std::optional<CumulativePoint> before;  ///< what `last` counts from; nothing: it counts nothing
    bool settled = false;                   ///< `last` was taken in
    MonoTime seen;
  };
  using OfReporter = std::unordered_map<uint64_t, Series>;

  Series* find(const SeriesId& id);
  bool has_place(const std::string& reporter) const;
  void forget_old(MonoTime now);

  std::map<std::string, OfReporter, std::less<>> reporters_;
  size_t size_ = 0;
  WallTime whole_since_;  ///< no series that began later was ever forgotten
  std::optional<MonoTime> looked_at_;
};

}  // namespace signalbox::otlp
