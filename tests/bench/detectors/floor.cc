#include "tests/bench/detectors/floor.h"

#include <cmath>
#include <utility>
#include <vector>

namespace signalbox::bench {
namespace {

constexpr int kGrid = 10;

/// Page's sum on a grid: a failure goes `up` cells, a success `down`; at `limit` it alarms.
struct Page {
  int up = 0;
  int down = 0;
  int limit = 0;

  int after_success(int cell) const { return cell > down ? cell - down : 0; }
};

/// Where every request fails a success says that nothing has changed: it takes all.
Page page_for(double before, double after) {
  constexpr int kAll = 1'000'000;
  if (after >= 1) return {1, kAll, 1};
  const double up = std::log(after / before);
  const double down = std::log((1 - before) / (1 - after));
  return {static_cast<int>(std::lround(kGrid * up / down)), kGrid, 1};
}

/// Requests until the alarm, on average, from zero: from cell i it takes 1 + p L(i + up) + (1 - p) L(i - down).
double mean_requests(const Page& page, double failing) {
  const auto size = static_cast<size_t>(page.limit);
  std::vector<std::vector<double>> rows(size, std::vector<double>(size + 1, 0));
  for (int cell = 0; cell < page.limit; ++cell) {
    auto& row = rows[static_cast<size_t>(cell)];
    row[static_cast<size_t>(cell)] += 1;
    row[static_cast<size_t>(page.after_success(cell))] -= 1 - failing;
    if (cell + page.up < page.limit) row[static_cast<size_t>(cell + page.up)] -= failing;
    row[size] = 1;
  }
  // Diagonally dominant: elimination needs no pivots. From the top cell down, so that zero is left.
  for (size_t i = size; i-- > 0;) {
    for (size_t j = 0; j < i; ++j) {
      const double factor = rows[j][i] / rows[i][i];
      if (factor == 0) continue;
      for (size_t k = 0; k < i; ++k) rows[j][k] -= factor * rows[i][k];
      rows[j][size] -= factor * rows[i][size];
    }
  }
  return rows[0][size] / rows[0][0];
}

Page with_alarms_every(Page page, double failing, double requests) {
  int high = 1;
  for (page.limit = high; mean_requests(page, failing) < requests; page.limit = high) high *= 2;
  for (int low = high / 2; high - low > 1;) {
    page.limit = (low + high) / 2;
    (mean_requests(page, failing) < requests ? low : high) = page.limit;
  }
  page.limit = high;
  return page;
}

/// The probability that the alarm has come after n requests, by n, until that is nearly certain.
std::vector<double> alarmed_after(const Page& page, double failing) {
  constexpr double kNearly = 0.999;
  std::vector<double> at(static_cast<size_t>(page.limit), 0);
  at[0] = 1;
  std::vector<double> alarmed = {0};
  while (alarmed.back() < kNearly) {
    std::vector<double> next(at.size(), 0);
    double now = alarmed.back();
    for (int cell = 0; cell < page.limit; ++cell) {
      const double here = at[static_cast<size_t>(cell)];
      next[static_cast<size_t>(page.after_success(cell))] += (1 - failing) * here;
      if (cell + page.up < page.limit) {
        next[static_cast<size_t>(cell + page.up)] += failing * here;
      } else {
        now += failing * here;
      }
    }
    at = std::move(next);
    alarmed.push_back(now);
  }
  return alarmed;
}

/// The same after a time in which `mean` requests are expected: Poisson.
double alarmed_within(const std::vector<double>& alarmed, double mean) {
  double probability = 0;
  double left = 1;
  for (size_t n = 0; n < alarmed.size(); ++n) {
    const auto count = static_cast<double>(n);
    const double exactly = std::exp(count * std::log(mean) - mean - std::lgamma(count + 1));
    probability += exactly * alarmed[n];
    left -= exactly;
  }
  return probability + left;
}

}  // namespace

double fastest_median_delay(double failing_before, double failing_after, double per_s,
                            double seconds_between_alarms) {
  const Page page =
      with_alarms_every(page_for(failing_before, failing_after), failing_before, seconds_between_alarms * per_s);
  const std::vector<double> alarmed = alarmed_after(page, failing_after);
  double low = 0;
  auto high = static_cast<double>(2 * alarmed.size());
  constexpr double kPrecise = 0.01;
  while (high - low > kPrecise) {
    const double middle = (low + high) / 2;
    (alarmed_within(alarmed, middle) < 0.5 ? low : high) = middle;
  }
  return high / per_s;
}

}  // namespace signalbox::bench
