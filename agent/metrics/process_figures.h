#pragma once
/// The process as the kernel sees it, under the names that all Prometheus clients use.
///
/// Source: proc(5); "Writing client libraries", Process metrics.
#include <cstdint>

namespace signalbox {

struct ProcessFigures {
  double cpu_seconds = 0;
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
  double start_time = 0;  ///< seconds since 1970
};

/// What cannot be read is 0.
ProcessFigures process_figures();

}  // namespace signalbox
