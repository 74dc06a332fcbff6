#pragma once
/// Which of several states a chart shows where it has room for one: a minute's outage is not lost in a step of
/// hours.
#include "lib/level.h"

namespace signalbox {

/// 0 for healthy, higher for worse. What recovers has been out, so it ranks above what is degraded.
int chart_rank(State state);

}  // namespace signalbox
