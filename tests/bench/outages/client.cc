#include "tests/bench/outages/client.h"

#include <utility>

namespace signalbox::bench {

Tally RetryingClient::serve(int64_t requests, double share, int64_t budget_ms, double failing) {
  auto due = std::exchange(due_[static_cast<size_t>(now_) % kSlots], {});
  due.push_back({chance_.binomial(requests, share), 0, budget_ms});
  Tally met;
  for (const Waiting& waiting : due) {
    const Tally one = attempt(waiting, failing);
    met.ok += one.ok;
    met.bad += one.bad;
  }
  ++now_;
  return met;
}

Tally RetryingClient::attempt(const Waiting& waiting, double failing) {
  const int64_t bad = chance_.binomial(waiting.count, failing);
  int64_t spent_s = 0;
  for (size_t i = 0; i <= waiting.attempt && i < kPauses_s.size(); ++i) spent_s += kPauses_s[i];
  if (waiting.attempt >= kPauses_s.size() || spent_s * 1000 > waiting.budget_ms) {
    cost_.lost += bad;
  } else if (bad > 0) {
    const auto when = static_cast<size_t>(now_ + kPauses_s[waiting.attempt]) % kSlots;
    cost_.waited_s += bad * kPauses_s[waiting.attempt];
    due_[when].push_back({bad, waiting.attempt + 1, waiting.budget_ms});
  }
  return {.ok = waiting.count - bad, .bad = bad};
}

}  // namespace signalbox::bench
