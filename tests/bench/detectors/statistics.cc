#include "tests/bench/detectors/statistics.h"

#include <algorithm>
#include <cmath>

namespace signalbox::bench {

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double rank = std::ceil(share * static_cast<double>(values.size()));
  return values[static_cast<size_t>(std::max(1.0, rank)) - 1];
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double probability_of_at_least(int64_t hits, int64_t runs, double chance) {
  if (hits <= 0) return 1;
  if (chance <= 0) return 0;
  double below = 0;
  const auto n = static_cast<double>(runs);
  for (int64_t i = 0; i < hits && i <= runs; ++i) {
    const auto k = static_cast<double>(i);
    below += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(chance) +
                      (n - k) * std::log1p(-chance));
  }
  return std::max(0.0, 1 - below);
}

}  // namespace signalbox::bench
