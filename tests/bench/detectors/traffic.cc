#include "tests/bench/detectors/traffic.h"

#include <algorithm>
#include <utility>

namespace signalbox::bench {

Traffic::Traffic(Load load, Profile profile, Chance chance)
    : load_(std::move(load)), profile_(std::move(profile)), chance_(chance), phases_(load_.shares.size()) {
  if (load_.phased) {
    for (double& phase : phases_) phase = chance_.uniform();
  }
  second_.at = -1;
  second_.reporters.resize(load_.shares.size());
}

const Second& Traffic::next(Outcome bad_kind) {
  second_.bad_kind = bad_kind;
  const int64_t at = ++second_.at;
  const size_t count = load_.shares.size();
  std::vector<double> failing(count);
  for (size_t i = 0; i < count; ++i) {
    // A profile changes at whole seconds: a shifted second meets two of its values.
    failing[i] = profile_(at, i);
    if (phases_[i] > 0) failing[i] = (1 - phases_[i]) * failing[i] + phases_[i] * profile_(at + 1, i);
    const int64_t all = chance_.poisson(load_.per_s * load_.shares[i] / static_cast<double>(count));
    const int64_t bad = chance_.binomial(all, failing[i]);
    second_.reporters[i] = {.ok = all - bad, .bad = bad};
  }
  const auto middle = failing.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::ranges::nth_element(failing, middle);
  second_.probe_fails = *middle;
  return second_;
}

}  // namespace signalbox::bench
