/// Rules that refuse a growing share of requests, and the one that only reads the page.
#include <algorithm>

#include "tests/bench/detectors/breaker.h"

namespace signalbox::bench {
namespace {

/// Client-side throttling: a request is refused with the probability (requests - protection - K x accepted) /
/// (requests + 1), over a rolling window, where `requests` are those that were wanted. It counts as unhealthy here
/// while it would refuse more than half.
/// - Google, "Site Reliability Engineering", chapter Handling Overload: K = 2, two minutes; a request that the
/// backend
///   refused for its quota was not accepted.
/// - go-zero, googlebreaker.go: K = 1.5, 10 s in 40 buckets, protection 5; any status under 500 was accepted.
class Throttling : public Breaker {
 public:
  struct Terms {
    std::string_view name;
    double k;
    double protection;
    double bucket_s;
    size_t buckets;
    bool counts_throttled;
  };
  Throttling(const Setting& setting, const Terms& terms)
      : Breaker(setting), terms_(terms), counts_(terms.bucket_s, terms.buckets) {}
  std::string_view name() const override { return terms_.name; }
  double weight() const override { return weight_; }

 protected:
  bool admits(double at) override {
    const double refused = refusal(at);
    refused > 0.5 ? open(at) : close(at);
    if (!chance().happens(refused)) return true;
    counts_.add(at, true);
    return false;
  }

  void result(double at, Outcome outcome) override {
    if (outcome == Outcome::cancelled) return;
    const bool throttled = outcome == Outcome::throttled && terms_.counts_throttled;
    counts_.add(at, throttled || is_server_fault(outcome));
    if (refusal(at) > 0.5) open(at);
  }

  void look(double at, bool) override {
    const double refused = refusal(at);
    weight_ = 100 * (1 - refused);
    if (refused <= 0.5) close(at);
  }

 private:
  double refusal(double at) {
    const auto all = static_cast<double>(counts_.all(at));
    const double accepted = all - static_cast<double>(counts_.bad(at));
    return std::max(0.0, (all - terms_.protection - terms_.k * accepted) / (all + 1));
  }

  Terms terms_;
  RollingCounts counts_;
  double weight_ = 100;
};

/// Unhealthy while the page says major or critical: pleaseai/shunt, status_poll.rs, and every router that polls
/// pages.
class PageOnly : public Breaker {
 public:
  using Breaker::Breaker;
  std::string_view name() const override { return "status page only"; }
  void page(double at, OfficialLevel level) override { level >= OfficialLevel::major ? open(at) : close(at); }

 protected:
  bool admits(double) override { return !unhealthy(); }
  void result(double, Outcome) override {}
};

}  // namespace

std::unique_ptr<Rule> sre_throttling(const Setting& setting) {
  return std::make_unique<Throttling>(setting, Throttling::Terms{"SRE throttling", 2, 0, 1, 120, true});
}
std::unique_ptr<Rule> go_zero(const Setting& setting) {
  return std::make_unique<Throttling>(setting, Throttling::Terms{"go-zero", 1.5, 5, 0.25, 40, false});
}
std::unique_ptr<Rule> page_only(const Setting& setting) { return std::make_unique<PageOnly>(setting); }

}  // namespace signalbox::bench
