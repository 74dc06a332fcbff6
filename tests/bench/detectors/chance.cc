#include "tests/bench/detectors/chance.h"

#include <algorithm>
#include <cmath>

namespace signalbox::bench {
namespace {

/// Above it exp(-mean) loses its digits: the draw is split in two, which is exact for both distributions.
constexpr double kLargestMean = 30;

}  // namespace

uint64_t Chance::next() {
  uint64_t bits = state_ += 0x9e3779b97f4a7c15U;
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

double Chance::uniform() {
  constexpr double kStep = 0x1p-53;
  return static_cast<double>(next() >> 11U) * kStep;
}

int64_t Chance::below(int64_t count) { return static_cast<int64_t>(uniform() * static_cast<double>(count)); }

int64_t Chance::poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean > kLargestMean) return poisson(mean / 2) + poisson(mean / 2);
  double term = std::exp(-mean);
  double left = uniform() - term;
  int64_t count = 0;
  while (left >= 0 && term > 0) {
    ++count;
    term *= mean / static_cast<double>(count);
    left -= term;
  }
  return count;
}

int64_t Chance::binomial(int64_t trials, double probability) {
  if (trials <= 0 || probability <= 0) return 0;
  if (probability >= 1) return trials;
  if (probability > 0.5) return trials - binomial(trials, 1 - probability);
  if (static_cast<double>(trials) * probability > kLargestMean) {
    return binomial(trials / 2, probability) + binomial(trials - trials / 2, probability);
  }
  const double odds = probability / (1 - probability);
  double term = std::pow(1 - probability, static_cast<double>(trials));
  double left = uniform() - term;
  int64_t count = 0;
  while (left >= 0 && count < trials) {
    term *= odds * static_cast<double>(trials - count) / static_cast<double>(count + 1);
    ++count;
    left -= term;
  }
  return count;
}

}  // namespace signalbox::bench
