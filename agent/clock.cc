#include "agent/clock.h"

namespace signalbox {

Instant now() {
  using std::chrono::time_point_cast;
  const auto mono = time_point_cast<Millis>(std::chrono::steady_clock::now()).time_since_epoch();
  return {time_point_cast<Millis>(std::chrono::system_clock::now()), MonoTime(mono)};
}

}  // namespace signalbox
