#include "lib/config/nearest.h"

#include <algorithm>

namespace signalbox {
namespace {

constexpr size_t kMaxLength = 64;

/// Optimal string alignment distance.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

bool is_start(std::string_view shorter, std::string_view longer) {
  constexpr size_t kTelling = 3;  // a shorter start would fit too much
  return shorter.size() >= kTelling && longer.starts_with(shorter);
}

/// A unit or an ending left out or added counts as one edit: `hold` for `hold_s`, `hold_seconds` for `hold_s`.
size_t unlikeness(std::string_view name, std::string_view candidate) {
  const std::string_view stem = candidate.substr(0, candidate.rfind('_'));
  if (is_start(name, candidate) || is_start(candidate, name) || is_start(stem, name)) return 1;
  return distance(name, candidate);
}

}  // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.size() > kMaxLength) return "";
  const size_t tolerance = std::max<size_t>(1, name.size() / 3);
  std::string best;
  size_t best_distance = tolerance + 1;
  for (const std::string& candidate : candidates) {
    const size_t far = unlikeness(name, candidate);
    if (far < best_distance) {
      best = candidate;
      best_distance = far;
    }
  }
  return best;
}

}  // namespace signalbox
