#include "lib/passive/outcome_window.h"

#include <algorithm>

namespace signalbox {
namespace {

void add_to(WindowSum& sum, const OutcomeCounts& outcomes) {
  for (size_t i = 0; i < outcomes.size(); ++i) sum.outcomes.at(i) += outcomes.at(i);
}

template <class Buckets>
auto& bucket_of(Buckets& buckets, int64_t number) {
  auto& bucket = buckets.at(static_cast<size_t>(number) % buckets.size());
  if (bucket.number != number) bucket = {.number = number, .sum = {}};
  return bucket;
}

template <class Buckets>
WindowSum sum_of(const Buckets& buckets, int64_t first, int64_t last) {
  WindowSum total;
  for (const auto& bucket : buckets) {
    if (bucket.number < first || bucket.number > last) continue;
    add_to(total, bucket.sum.outcomes);
    total.reporters |= bucket.sum.reporters;
  }
  return total;
}

}  // namespace

void OutcomeWindow::add(int64_t slot, int reporter, const OutcomeCounts& outcomes) {
  for (Bucket* bucket : {&bucket_of(fine_, slot), &bucket_of(coarse_, slot / kCoarse)}) {
    add_to(bucket->sum, outcomes);
    bucket->sum.reporters.set(static_cast<size_t>(reporter));
  }
}

WindowSum OutcomeWindow::last(int64_t length, int64_t slot) const {
  if (length <= kFineSeconds) return sum_of(fine_, slot - length + 1, slot);
  const int64_t buckets = std::min(length, kSeconds) / kCoarse;
  return sum_of(coarse_, slot / kCoarse - buckets + 1, slot / kCoarse);
}

}  // namespace signalbox
