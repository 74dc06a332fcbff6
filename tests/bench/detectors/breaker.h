#pragma once
/// What the peers' rules share: they sit in a gateway, see each request at once, and say for each whether it may go
/// to the primary. Requests of a second are spread evenly over it, their outcomes in random order.
#include <cstdint>
#include <vector>

#include "tests/bench/detectors/rule.h"

namespace signalbox::bench {

class Breaker : public Rule {
 public:
  explicit Breaker(const Setting& setting) : chance_(setting.seed) {}
  Served serve(const Second& second) final;

 protected:
  virtual bool admits(double at) = 0;
  virtual void result(double at, Outcome outcome) = 0;
  /// Once a second, for what looks at a clock; `probe_fails`: would a request of its own fail?
  virtual void look(double /*at*/, bool /*probe_fails*/) {}

  void open(double at) {
    if (!unhealthy()) note(at, State::unhealthy);
  }
  void close(double at) {
    if (unhealthy()) note(at, State::healthy);
  }
  Chance& chance() { return chance_; }

 private:
  Chance chance_;
};

/// 5xx, 529, timeouts and what never connected: what every peer calls a failure.
bool is_server_fault(Outcome outcome);
/// What an SDK throws as an exception: every answer that is not 2xx. A library that counts exceptions counts these.
bool is_exception(Outcome outcome);

/// Counts over the last `buckets` x `bucket_s` seconds.
class RollingCounts {
 public:
  RollingCounts(double bucket_s, size_t buckets) : bucket_s_(bucket_s), ring_(buckets) {}
  void add(double at, bool bad);
  int64_t all(double at) { return turn(at), total_.all(); }
  int64_t bad(double at) { return turn(at), total_.bad; }
  double bad_share(double at) {
    const int64_t count = all(at);
    return count == 0 ? 0 : static_cast<double>(total_.bad) / static_cast<double>(count);
  }
  void clear();

 private:
  void turn(double at);

  double bucket_s_;
  std::vector<Tally> ring_;
  int64_t newest_ = 0;
  Tally total_;
};

std::unique_ptr<Rule> envoy_consecutive(const Setting& setting);
std::unique_ptr<Rule> aibridge(const Setting& setting);
std::unique_ptr<Rule> gatus(const Setting& setting);
std::unique_ptr<Rule> litellm(const Setting& setting);
std::unique_ptr<Rule> helicone(const Setting& setting);
std::unique_ptr<Rule> hystrix(const Setting& setting);
std::unique_ptr<Rule> polly(const Setting& setting);
std::unique_ptr<Rule> resilience4j(const Setting& setting);
std::unique_ptr<Rule> sre_throttling(const Setting& setting);
std::unique_ptr<Rule> go_zero(const Setting& setting);
std::unique_ptr<Rule> page_only(const Setting& setting);

}  // namespace signalbox::bench
