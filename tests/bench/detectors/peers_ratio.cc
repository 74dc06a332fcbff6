/// Rules that compare a share of failures with a limit.
#include <deque>

#include "tests/bench/detectors/breaker.h"

namespace signalbox::bench {
namespace {

/// LiteLLM router, constants.py and routing.md "When are deployments cooled down?": in a calendar minute more than
/// half of at least 5 requests failed, or any 429, or an error that is not worth a retry (401, 404, 408: here every
/// client error, of which those are a part); cooled down for 5 s.
class LiteLlm : public Breaker {
 public:
  using Breaker::Breaker;
  std::string_view name() const override { return "LiteLLM"; }

 protected:
  bool admits(double at) override {
    if (unhealthy() && at >= open_until_) close(at);
    return !unhealthy();
  }

  void result(double at, Outcome outcome) override {
    if (outcome == Outcome::cancelled) return;
    const auto minute = static_cast<int64_t>(at / 60);
    if (minute != minute_) counts_ = {};
    minute_ = minute;
    const bool bad = is_server_fault(outcome);
    ++(bad ? counts_.bad : counts_.ok);
    const bool at_once = outcome == Outcome::throttled || outcome == Outcome::client_error;
    const bool by_share = bad && counts_.all() >= kMinRequests && 2 * counts_.bad > counts_.all();
    if (!at_once && !by_share) return;
    open_until_ = at + kCooldown_s;
    open(at);
  }

 private:
  static constexpr int64_t kMinRequests = 5;
  static constexpr double kCooldown_s = 5;

  int64_t minute_ = 0;
  Tally counts_;
  double open_until_ = 0;
};

/// Helicone ai-gateway, config/monitor.rs and provider.rs: looked at every 5 s over 60 s in 10 buckets: out when
/// more than 10 % of at least 20 requests failed, in again when not.
class Helicone : public Breaker {
 public:
  using Breaker::Breaker;
  std::string_view name() const override { return "Helicone"; }

 protected:
  bool admits(double) override { return !unhealthy(); }

  void result(double at, Outcome outcome) override {
    if (outcome != Outcome::cancelled) counts_.add(at, is_server_fault(outcome));
  }

  void look(double at, bool) override {
    if (at < next_) return;
    next_ = at + kEvery_s;
    if (counts_.all(at) >= kMinRequests && counts_.bad_share(at) > kLimit) {
      open(at);
    } else {
      close(at);
    }
  }

 private:
  static constexpr double kEvery_s = 5;
  static constexpr int64_t kMinRequests = 20;
  static constexpr double kLimit = 0.1;

  RollingCounts counts_{6, 10};
  double next_ = kEvery_s;
};

/// A share over a rolling window, then open for 5 s, then one request that decides: Hystrix
/// (HystrixCommandProperties.java: 10 x 1 s, 20 requests, 50 %) and Polly v8 (docs/strategies/circuit-breaker.md:
/// 30 s in 10 buckets, 100 calls, 10 %). Both count every exception; an SDK throws one for any answer but 2xx.
class RollingShare : public Breaker {
 public:
  struct Terms {
    std::string_view name;
    double bucket_s;
    int64_t min_requests;
    double limit;
  };
  RollingShare(const Setting& setting, const Terms& terms)
      : Breaker(setting), terms_(terms), counts_(terms.bucket_s, 10) {}
  std::string_view name() const override { return terms_.name; }

 protected:
  bool admits(double at) override { return !unhealthy() || at >= open_until_; }

  void result(double at, Outcome outcome) override {
    if (outcome == Outcome::cancelled) return;
    const bool bad = is_exception(outcome);
    if (unhealthy()) {
      open_until_ = at + kOpen_s;
      if (bad) return;
      counts_.clear();
      return close(at);
    }
    counts_.add(at, bad);
    if (!bad || counts_.all(at) < terms_.min_requests || counts_.bad_share(at) < terms_.limit) return;
    open_until_ = at + kOpen_s;
    open(at);
  }

 private:
  static constexpr double kOpen_s = 5;

  Terms terms_;
  RollingCounts counts_;
  double open_until_ = 0;
};

/// resilience4j, CircuitBreakerConfig.java: half of the last 100 calls failed; open 60 s; then half of 10 calls
/// decides. Counts every exception.
class Resilience4j : public Breaker {
 public:
  using Breaker::Breaker;
  std::string_view name() const override { return "resilience4j"; }

 protected:
  bool admits(double at) override {
    if (!unhealthy()) return true;
    return at >= open_until_ && asked_ < kProbes && ++asked_ > 0;
  }

  void result(double at, Outcome outcome) override {
    if (outcome == Outcome::cancelled) return;
    const size_t window = unhealthy() ? kProbes : kWindow;
    calls_.push_back(is_exception(outcome));
    bad_ += calls_.back() ? 1 : 0;
    if (calls_.size() > window) {
      bad_ -= calls_.front() ? 1 : 0;
      calls_.pop_front();
    }
    if (calls_.size() < window) return;
    const bool half = 2 * bad_ >= window;
    if (!half && !unhealthy()) return;
    calls_.clear();
    bad_ = asked_ = 0;
    if (!half) return close(at);
    open_until_ = at + kOpen_s;
    open(at);
  }

 private:
  static constexpr size_t kWindow = 100;
  static constexpr size_t kProbes = 10;
  static constexpr double kOpen_s = 60;

  std::deque<bool> calls_;
  size_t bad_ = 0;
  size_t asked_ = 0;
  double open_until_ = 0;
};

}  // namespace

std::unique_ptr<Rule> litellm(const Setting& setting) { return std::make_unique<LiteLlm>(setting); }
std::unique_ptr<Rule> helicone(const Setting& setting) { return std::make_unique<Helicone>(setting); }
std::unique_ptr<Rule> hystrix(const Setting& setting) {
  return std::make_unique<RollingShare>(setting, RollingShare::Terms{"Hystrix", 1, 20, 0.5});
}
std::unique_ptr<Rule> polly(const Setting& setting) {
  return std::make_unique<RollingShare>(setting, RollingShare::Terms{"Polly v8", 3, 100, 0.1});
}
std::unique_ptr<Rule> resilience4j(const Setting& setting) { return std::make_unique<Resilience4j>(setting); }

}  // namespace signalbox::bench
