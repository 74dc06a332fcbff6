#pragma once
/// Until when a piece of work may take, and who may end it sooner.
#include <algorithm>
#include <stop_token>

#include "agent/clock.h"
#include "lib/time.h"

namespace signalbox {

struct Deadline {
  MonoTime at;
  std::stop_token stop;

  /// Never negative; zero once somebody asked to stop.
  Millis left() const {
    if (stop.stop_requested()) return Millis(0);
    return std::max(Millis(0), at - now().mono);
  }
};

}  // namespace signalbox
