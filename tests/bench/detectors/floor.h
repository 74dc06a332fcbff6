#pragma once
/// How fast any test can be: the median delay of the fastest one there is.
///
/// Of all tests with the same mean time between false alarms the sum of Page (Biometrika 41, 1954), tuned to both
/// rates, has the smallest worst-case delay: Lorden, Ann. Math. Statist. 42 (1971), to first order; Moustakides,
/// Ann. Statist. 14 (1986), exactly. Its run lengths are those of a Markov chain (Brook and Evans, Biometrika 59,
/// 1972), solved here on a grid of a tenth of what a success takes away.
///
/// It knows in advance which share will fail, looks at each request by itself, and is deaf to nothing: neither
/// spikes nor single reporters. What a real test takes longer is the price of those.

namespace signalbox::bench {

/// Units: seconds; rates as shares. A warm-up counts for nothing: the sum begins at zero. Precondition: 0 < before
/// < after <= 1.
double fastest_median_delay(double failing_before, double failing_after, double per_s,
                            double seconds_between_alarms);

}  // namespace signalbox::bench
