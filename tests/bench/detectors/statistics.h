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

/// How long the fastest possible test takes on average, to first order, in observations: ln(ARL) / KL(p1 || p0),
/// where ARL is the mean number of observations between false alarms and KL the information of one observation in
/// nats. Source: Lorden, "Procedures for reacting to a change in distribution", Ann. Math. Statist. 42 (1971),
/// theorem 3; the sum of Page (Biometrika 41, 1954) reaches it. No test has a smaller worst-case mean for all
/// changes; a median may lie somewhat below the mean.
double lorden_delay(double failing_after, double failing_before, double observations_between_alarms);

}  // namespace signalbox::bench
