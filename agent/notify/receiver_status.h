#pragma once
/// How one receiver of notifications fares, for /readyz and /metrics.
#include <string>

#include "lib/notify/outbox.h"

namespace signalbox {

struct ReceiverStatus {
  std::string name;
  size_t waiting = 0;   ///< notices
  OutboxCounts counts;  ///< since the agent's start
  std::string trouble;  ///< why the last try did not work; empty: it did
};

}  // namespace signalbox
