#pragma once
/// The few numbers that the tables are made of.
#include <cstdint>
#include <vector>

namespace signalbox::bench {

/// The value below which this share of the sorted values lies (nearest rank); infinite values sort last. 0 for
/// none.
double quantile(std::vector<double> values, double share);
double median(std::vector<double> values);
/// Precondition: not empty.
double mean(const std::vector<double>& values);

/// The probability of at least `hits` among `runs` when each hits with `chance` at the most.
double probability_of_at_least(int64_t hits, int64_t runs, double chance);

}  // namespace signalbox::bench
