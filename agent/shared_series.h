#pragma once
/// The agent's one memory of cumulative series, for requests that are read on several threads.
///
/// Threads: any.
#include <mutex>
#include <utility>

#include "lib/otlp/series.h"

namespace signalbox {

class SharedSeries {
 public:
  explicit SharedSeries(WallTime born) : memory_(born) {}

  /// What `use` makes of the memory, which nobody else has meanwhile.
  template <class Use>
  auto with(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(memory_);
  }

 private:
  std::mutex mutex_;
  otlp::SeriesMemory memory_;
};

}  // namespace signalbox
