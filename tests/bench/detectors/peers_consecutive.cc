/// Rules that count failures in a row.
#include <algorithm>

#include "tests/bench/detectors/breaker.h"

namespace signalbox::bench {
namespace {

constexpr int kInARow = 5;

/// Envoy, outlier_detection.proto: `consecutive_5xx` 5; ejected for `base_ejection_time` 30 s times the number of
/// ejections, `max_ejection_time` 300 s; the multiplier falls by one for each 10 s `interval` without one.
class EnvoyConsecutive : public Breaker {
 public:
  using Breaker::Breaker;
  std::string_view name() const override { return "Envoy 5 in a row"; }

 protected:
  bool admits(double at) override {
    if (unhealthy() && at >= open_until_) {
      close(at);
      calm_since_ = at;
    }
    return !unhealthy();
  }

  void result(double at, Outcome outcome) override {
    while (ejections_ > 0 && at - calm_since_ >= kInterval_s) {
      --ejections_;
      calm_since_ += kInterval_s;
    }
    row_ = is_server_fault(outcome) ? row_ + 1 : 0;
    if (row_ < kInARow) return;
    row_ = 0;
    ++ejections_;
    open_until_ = at + std::min(kMaxEjection_s, kEjection_s * ejections_);
    open(at);
  }

 private:
  static constexpr double kEjection_s = 30;
  static constexpr double kMaxEjection_s = 300;
  static constexpr double kInterval_s = 10;

  int row_ = 0;
  int ejections_ = 0;
  double open_until_ = 0;
  double calm_since_ = 0;
};

/// coder aibridge, config.go and circuitbreaker.go (sony/gobreaker): 5 in a row of 429, 503, 504, 529, counted in
/// intervals of 10 s; open 30 s; half-open lets 3 requests pass and closes when all three succeed.
class Aibridge : public Breaker {
 public:
  using Breaker::Breaker;
  std::string_view name() const override { return "coder aibridge"; }

 protected:
  bool admits(double at) override {
    if (!unhealthy()) return true;
    if (at < open_until_) return false;
    return asked_ < kProbes && ++asked_ > 0;
  }

  void result(double at, Outcome outcome) override {
    const bool bad = outcome == Outcome::throttled || outcome == Outcome::overloaded || outcome == Outcome::timeout;
    if (unhealthy()) return probed(at, bad);
    if (at - interval_since_ >= kInterval_s) {
      interval_since_ = at;
      row_ = 0;
    }
    row_ = bad ? row_ + 1 : 0;
    if (row_ >= kInARow) trip(at);
  }

 private:
  static constexpr int kProbes = 3;
  static constexpr double kInterval_s = 10;
  static constexpr double kOpen_s = 30;

  void probed(double at, bool bad) {
    if (bad) return trip(at);
    if (++succeeded_ < kProbes) return;
    close(at);
    interval_since_ = at;
  }

  void trip(double at) {
    row_ = asked_ = succeeded_ = 0;
    open_until_ = at + kOpen_s;
    open(at);
  }

  int row_ = 0;
  int asked_ = 0;
  int succeeded_ = 0;
  double open_until_ = 0;
  double interval_since_ = 0;
};

/// Gatus, README: a request of its own every 60 s; unhealthy after 3 failures, healthy after 2 successes.
class Gatus : public Breaker {
 public:
  using Breaker::Breaker;
  std::string_view name() const override { return "Gatus probe"; }

 protected:
  bool admits(double) override { return !unhealthy(); }
  void result(double, Outcome) override {}

  void look(double at, bool probe_fails) override {
    if (at < next_) return;
    next_ = at + kEvery_s;
    row_ = probe_fails == failing_ ? row_ + 1 : 1;
    failing_ = probe_fails;
    if (failing_ && row_ >= kFailures) open(at);
    if (!failing_ && row_ >= kSuccesses) close(at);
  }

 private:
  static constexpr double kEvery_s = 60;
  static constexpr int kFailures = 3;
  static constexpr int kSuccesses = 2;

  double next_ = kEvery_s;
  int row_ = 0;
  bool failing_ = false;
};

}  // namespace

std::unique_ptr<Rule> envoy_consecutive(const Setting& setting) {
  return std::make_unique<EnvoyConsecutive>(setting);
}
std::unique_ptr<Rule> aibridge(const Setting& setting) { return std::make_unique<Aibridge>(setting); }
std::unique_ptr<Rule> gatus(const Setting& setting) { return std::make_unique<Gatus>(setting); }

}  // namespace signalbox::bench
