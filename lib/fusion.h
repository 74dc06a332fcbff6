#pragma once
/// Official and passive evidence become one cell: the state and the weight that they ask for now
/// (signal.md, "Fusion"). What a target is told is the cell after its holds and ramps, see health.h.
#include "lib/config/config.h"
#include "lib/level.h"

namespace signalbox {

struct Cell {
  State state = State::unknown;  ///< unknown, healthy, degraded or unhealthy; never recovering
  int weight = 100;              ///< percent of sessions that should use the target; never 0
  bool operator==(const Cell&) const = default;
};

/// The states are fixed; `weights` gives the numbers of the degraded and unhealthy cells. A healthy or an
/// unknown cell is always 100: absence of evidence never moves traffic.
Cell fuse(OfficialLevel official, PassiveLevel passive, const WeightTable& weights);

}  // namespace signalbox
