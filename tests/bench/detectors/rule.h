#pragma once
/// A rule that decides when a provider is not to be used, seen from outside: seconds of traffic go in, changes of
/// its mind come out. Ours and every peer's stand behind the same interface and meet the same traffic.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/level.h"
#include "tests/bench/detectors/traffic.h"

namespace signalbox::bench {

/// A rule changed its mind; peers know healthy and unhealthy only.
struct Change {
  double at = 0;  ///< seconds since the run began
  State to = State::healthy;
};

/// What became of the requests of one second; the others went to the fallback.
struct Served {
  int64_t primary = 0;
  int64_t failed = 0;  ///< of those
};

class Rule {
 public:
  Rule() = default;
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;
  virtual ~Rule() = default;

  virtual std::string_view name() const = 0;
  virtual Served serve(const Second& second) = 0;
  /// What the status page says from now on; whoever looks polls it at whole half minutes.
  virtual void page(double /*at*/, OfficialLevel /*level*/) {}
  /// Percent of the requests that go to the primary now.
  virtual double weight() const { return unhealthy() ? 0 : 100; }
  /// Failures are known to be there, though not enough to leave; a rule without that word has none.
  virtual bool elevated() const { return false; }

  bool unhealthy() const { return !changes_.empty() && changes_.back().to == State::unhealthy; }
  const std::vector<Change>& changes() const { return changes_; }

 protected:
  void note(double at, State to) { changes_.push_back({at, to}); }

 private:
  std::vector<Change> changes_;
};

using Rules = std::vector<std::unique_ptr<Rule>>;

/// What a rule needs to know of a run before it begins.
struct Setting {
  Load load;
  std::vector<double> phases;
  bool closed_loop = false;  ///< sessions obey: what is shifted gives no evidence at the primary
  uint64_t seed = 0;         ///< for rules that draw lots
};

std::unique_ptr<Rule> our_rule(const Setting& setting);
Rules peer_rules(const Setting& setting);

}  // namespace signalbox::bench
