#pragma once
/// One poll of one source, as the poller hands it to the engine. A failed poll is an observation too.
#include <string>
#include <vector>

#include "lib/pages/page.h"
#include "lib/records.h"
#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

struct Observation {
  std::string provider;
  std::string source;
  Instant at;             ///< when the last byte arrived, or when it was given up
  Millis latency{0};      ///< of the whole poll
  std::string url;        ///< the one that answered, or the last one tried
  bool answered = false;  ///< some HTTP answer came, good or bad: the network between us works
  Result<PageReading> reading = Error{};
  std::vector<PayloadRecord> changed;  ///< documents of a good reading whose bytes differ from the poll before
};

}  // namespace signalbox
