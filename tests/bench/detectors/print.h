#pragma once
/// The scoreboard on a terminal, 116 columns wide.
#include <string>
#include <vector>

#include "tests/bench/detectors/measure.h"

namespace signalbox::bench {

/// A block a row: the bar, the floor of the delay where there is one, and a line a rule. MISS marks a missed bar.
void print_blocks(const std::vector<RowResult>& results, const Plan& plan);

/// Which bars each rule misses, a line a rule. Precondition: not empty.
void print_missed(const std::vector<RowResult>& results);

/// Of ours: how many bars are missed.
int missed_by_ours(const std::vector<RowResult>& results);

}  // namespace signalbox::bench
