#pragma once
/// What the HTTP front counts, for /metrics. Counts begin with the process.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/time.h"

namespace signalbox {

struct RequestCount {
  std::string route;  ///< "/v1/health/{target}"; "none": refused before its route was known
  std::string method;
  int status = 0;
  uint64_t count = 0;
  bool operator==(const RequestCount&) const = default;
};

/// Connections of one kind.
struct ConnectionCounts {
  size_t open = 0;
  uint64_t accepted = 0;
  uint64_t refused = 0;  ///< no seat was free
  uint64_t evicted = 0;  ///< idle, and closed for a new one
  bool operator==(const ConnectionCounts&) const = default;
};

struct FrontCounts {
  std::vector<RequestCount> requests;
  ConnectionCounts tcp;
  ConnectionCounts unix_socket;
  size_t streams = 0;
  uint64_t streams_dropped = 0;  ///< that read too slowly
  size_t long_polls = 0;
  std::optional<WallTime> tls_expires_at;  ///< when the certificate in use expires; none: plain
  uint64_t tls_handshakes_failed = 0;      ///< connections that never came to an agreement
  size_t worker_calls = 0;                 ///< that wait for the thread that reads the database, or run there
};

}  // namespace signalbox
