#pragma once
/// Twelve hours in which everything happens, in a closed loop, for ours and every peer: what each costs and saves.
#include "tests/bench/detectors/measure.h"

namespace signalbox::bench {

void print_scores(double per_s, int seeds, const Plan& plan);

}  // namespace signalbox::bench
