#pragma once
/// The two clocks of the project, as types. Nothing here reads a clock: the shell stamps an `Instant`
/// once, where bytes arrive, and passes it on.
///
/// Units: milliseconds. People see wall time; every interval, hold and deadline is measured in mono time,
/// so that a step of the wall clock neither shortens nor lengthens it.
#include <chrono>
#include <cstdint>

namespace signalbox {

using Millis = std::chrono::milliseconds;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Milliseconds since 1970-01-01T00:00:00Z.
using WallTime = std::chrono::sys_time<Millis>;

/// A monotonic clock's tag; the epoch is arbitrary and means nothing outside this process.
struct MonoClock {
  using duration = Millis;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonoClock, Millis>;
  static constexpr bool is_steady = true;
};
using MonoTime = MonoClock::time_point;

struct Instant {
  WallTime wall{};
  MonoTime mono{};
  bool operator==(const Instant&) const = default;
};

inline Instant operator+(Instant at, Millis by) { return {at.wall + by, at.mono + by}; }

}  // namespace signalbox
