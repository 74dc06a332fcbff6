#include "tests/bench/detectors/breaker.h"

#include <algorithm>

namespace signalbox::bench {

Served Breaker::serve(const Second& second) {
  Tally left;
  for (const Tally& reporter : second.reporters) {
    left.ok += reporter.ok;
    left.bad += reporter.bad;
  }
  Served served;
  const auto start = static_cast<double>(second.at);
  const auto all = static_cast<double>(left.all());
  for (double i = 0; left.all() > 0; ++i) {
    const bool bad = left.ok == 0 || (left.bad > 0 && chance_.below(left.all()) < left.bad);
    --(bad ? left.bad : left.ok);
    const double at = start + (i + 0.5) / all;
    if (!admits(at)) continue;
    ++served.primary;
    served.failed += bad ? 1 : 0;
    result(at, bad ? second.bad_kind : Outcome::ok);
  }
  look(start + 1, is_server_fault(second.bad_kind) && chance_.happens(second.probe_fails));
  return served;
}

bool is_server_fault(Outcome outcome) {
  return outcome == Outcome::overloaded || outcome == Outcome::server_error || outcome == Outcome::timeout ||
         outcome == Outcome::connect_error;
}

bool is_exception(Outcome outcome) { return outcome != Outcome::ok && outcome != Outcome::cancelled; }

void RollingCounts::add(double at, bool bad) {
  turn(at);
  Tally& bucket = ring_[static_cast<size_t>(newest_) % ring_.size()];
  ++(bad ? bucket.bad : bucket.ok);
  ++(bad ? total_.bad : total_.ok);
}

void RollingCounts::clear() {
  std::ranges::fill(ring_, Tally{});
  total_ = {};
}

void RollingCounts::turn(double at) {
  const auto now = static_cast<int64_t>(at / bucket_s_);
  if (now - newest_ >= static_cast<int64_t>(ring_.size())) {
    clear();
    newest_ = now;
  }
  while (newest_ < now) {
    Tally& oldest = ring_[static_cast<size_t>(++newest_) % ring_.size()];
    total_.ok -= oldest.ok;
    total_.bad -= oldest.bad;
    oldest = {};
  }
}

Rules peer_rules(const Setting& setting) {
  Rules rules;
  for (const auto make : {envoy_consecutive, aibridge, litellm, helicone, hystrix, resilience4j, polly,
                          sre_throttling, go_zero, gatus, page_only}) {
    rules.push_back(make(setting));
  }
  return rules;
}

}  // namespace signalbox::bench
