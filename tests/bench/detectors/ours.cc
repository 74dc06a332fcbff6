/// Our rule: the real core, fed with batches as clients send them. Not a copy of any formula.
#include <algorithm>
#include <numeric>

#include "tests/bench/detectors/rule.h"
#include "tests/bench/detectors/virtual_agent.h"

namespace signalbox::bench {
namespace {

const std::string kProvider = "claude";

class Ours : public Rule {
 public:
  explicit Ours(const Setting& setting)
      : setting_(setting),
        chance_(setting.seed),
        agent_(config_of({kProvider})),
        pending_(setting.load.shares.size()),
        turns_(setting.load.shares.size()) {
    for (size_t i = 0; i < pending_.size(); ++i) {
      names_.push_back("client-" + std::to_string(i));
      if (setting.load.phased) turns_[i] = chance_.below(setting.load.batch_s);
      by_phase_.push_back(i);
    }
    std::ranges::sort(by_phase_, {}, [&](size_t i) { return setting_.phases[i]; });
  }

  std::string_view name() const override { return "signalbox"; }

  Served serve(const Second& second) override {
    const Millis now = seconds(second.at);
    deliver_until(now);
    if (second.at % kPollEvery_s == 0) poll(now);
    agent_.advance(now);
    const Served served = take(second);
    send(second);
    follow();
    return served;
  }

  void page(double, OfficialLevel level) override { level_ = level; }
  double weight() const override { return agent_.weight({kProvider, {}}); }

  bool elevated() const override {
    return agent_.target({kProvider, {}}).evidence.passive.level >= PassiveLevel::elevated;
  }

 private:
  static constexpr int64_t kPollEvery_s = 30;

  void poll(Millis at) { agent_.feed({page_at(*agent_.core().config, kProvider, level_, agent_.instant(at))}, at); }

  /// Keeps what sessions that obey would send, for each reporter's next batch.
  Served take(const Second& second) {
    const double share = setting_.closed_loop ? agent_.weight({kProvider, {}}) / 100.0 : 1;
    Served served;
    for (size_t i = 0; i < pending_.size(); ++i) {
      const int64_t ok = chance_.binomial(second.reporters[i].ok, share);
      const int64_t bad = chance_.binomial(second.reporters[i].bad, share);
      served.primary += ok + bad;
      served.failed += bad;
      pending_[i].ok += ok;
      pending_[i].bad += bad;
    }
    return served;
  }

  /// Puts the batches whose turn it is on their way; they arrive at the end of the reporter's second.
  void send(const Second& second) {
    for (const size_t i : by_phase_) {
      if (pending_[i].all() == 0 || (second.at + 1 + turns_[i]) % setting_.load.batch_s != 0) continue;
      const Millis arrives = seconds(second.at + 1) + millis(setting_.phases[i]);
      under_way_.push_back(batch(i, second.bad_kind, arrives));
    }
  }

  /// Those that arrive in one moment are one step of the core.
  void deliver_until(Millis now) {
    size_t i = 0;
    while (i < under_way_.size()) {
      const Instant at = under_way_[i].at;
      if (at.mono.time_since_epoch() > now) break;
      std::vector<Event> together;
      for (; i < under_way_.size() && under_way_[i].at == at; ++i) together.emplace_back(std::move(under_way_[i]));
      agent_.feed(together, at.mono.time_since_epoch());
    }
    under_way_.erase(under_way_.begin(), under_way_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  ReportBatch batch(size_t reporter, Outcome bad_kind, Millis at) {
    OutcomeCounts counts{};
    counts[static_cast<size_t>(Outcome::ok)] = pending_[reporter].ok;
    counts[static_cast<size_t>(bad_kind)] += pending_[reporter].bad;
    pending_[reporter] = {};
    return batch_of(kProvider, names_[reporter], counts, seconds(setting_.load.batch_s), agent_.instant(at));
  }

  void follow() {
    const auto& all = agent_.transitions();
    for (; followed_ < all.size(); ++followed_) {
      if (!all[followed_].target.is_provider()) continue;
      note(in_seconds(agent_.since_start(all[followed_].at)), all[followed_].to);
    }
  }

  Setting setting_;
  Chance chance_;
  VirtualAgent agent_;
  OfficialLevel level_ = OfficialLevel::none;
  std::vector<std::string> names_;
  std::vector<Tally> pending_;          ///< by reporter, since its last batch
  std::vector<int64_t> turns_;          ///< by reporter, of batches longer than a second: which second is its turn
  std::vector<size_t> by_phase_;        ///< reporters in the order of their phases
  std::vector<ReportBatch> under_way_;  ///< in the order in which they arrive
  size_t followed_ = 0;
};

}  // namespace

std::unique_ptr<Rule> our_rule(const Setting& setting) { return std::make_unique<Ours>(setting); }

}  // namespace signalbox::bench
