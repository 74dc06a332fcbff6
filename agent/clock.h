#pragma once
/// The one place that reads the clocks.
#include "lib/time.h"

namespace signalbox {

Instant now();

}  // namespace signalbox
