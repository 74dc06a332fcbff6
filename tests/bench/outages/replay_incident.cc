#include "tests/bench/outages/replay_incident.h"

#include <algorithm>

#include "lib/pages/model_names.h"
#include "tests/bench/detectors/virtual_agent.h"
#include "tests/bench/outages/page_documents.h"

namespace signalbox::bench {
namespace {

constexpr Millis kWarmUp = minutes(30);
constexpr Millis kAfter = minutes(60);
constexpr Millis kPollEvery = seconds(30);
constexpr size_t kReporters = 3;

class Replay {
 public:
  Replay(const HistoricIncident& incident, const Assumption& assumption, uint64_t seed)
      : incident_(incident),
        assumption_(assumption),
        onset_(incident.posted_at() - assumption.before_post),
        start_(onset_ - kWarmUp),
        config_(outage_config()),
        agent_(config_, start_),
        chance_(seed),
        obeying_(chance_.fork()),
        stubborn_(chance_.fork()) {
    const auto named = models_in_title(incident.title, find_provider(config_, incident.provider)->families);
    if (!named.empty()) result_.model = named.front();
  }

  Replayed run() {
    const WallTime end = incident_.over_at() + kAfter;
    for (Millis at{0}; start_ + at < end; at += seconds(1)) {
      agent_.advance(at);
      if (at % kPollEvery == Millis(0)) poll(at);
      serve(at);
    }
    find_what_we_knew();
    return result_;
  }

 private:
  Target target() const { return {incident_.provider, result_.model}; }
  bool lasts(WallTime at) const { return at >= onset_ && at < incident_.over_at(); }
  double since_onset(WallTime at) const { return in_seconds(at - onset_); }

  void poll(Millis at) {
    const Instant now = agent_.instant(at);
    Observation observation = page_at(config_, incident_.provider, OfficialLevel::none, now);
    observation.reading = page_of(incident_, config_, now.wall);
    agent_.feed({observation}, at);
    if (!seen_ && now.wall >= incident_.posted_at()) {
      seen_ = true;
      result_.page_after_s = since_onset(now.wall);
    }
  }

  void serve(Millis at) {
    const WallTime now = start_ + at;
    const double failing = lasts(now) ? assumption_.failing : assumption_.failing_else;
    const Advice advice = agent_.advice(target());
    const int64_t requests = chance_.poisson(assumption_.per_s);
    const Cost before_with = obeying_.cost();
    const Cost before_without = stubborn_.cost();
    const Tally met = obeying_.serve(requests, advice.primary_weight / 100.0, advice.retry_budget.count(), failing);
    stubborn_.serve(requests, 1, Policy{}.retry_budget.count(), failing);
    if (lasts(now)) {
      result_.requests += requests;
      result_.with += obeying_.cost() - before_with;
      result_.without += stubborn_.cost() - before_without;
    }
    if (now >= incident_.over_at() && advice.primary_weight < 100) ++result_.shifted_after_s;
    report(met, at + seconds(1));
  }

  /// The attempts, told by three clients at the end of the second; where a model is meant, as many requests of
  /// another model, which is fine.
  void report(Tally met, Millis arrives) {
    std::vector<Event> events;
    for (size_t i = 0; i < kReporters; ++i) {
      const double share = 1.0 / static_cast<double>(kReporters - i);
      const Tally mine{.ok = chance_.binomial(met.ok, share), .bad = chance_.binomial(met.bad, share)};
      met.ok -= mine.ok;
      met.bad -= mine.bad;
      ReportBatch batch = batch_of(incident_.provider, "client-" + std::to_string(i), counts(mine), seconds(1),
                                   agent_.instant(arrives));
      for (Report& one : batch.reports) one.target = target();
      if (!result_.model.empty()) add_another_model(batch);
      if (!batch.reports.empty()) events.emplace_back(std::move(batch));
    }
    if (!events.empty()) agent_.feed(events, arrives);
  }

  void add_another_model(ReportBatch& batch) {
    const int64_t all = chance_.poisson(assumption_.per_s / static_cast<double>(kReporters));
    const int64_t bad = chance_.binomial(all, assumption_.failing_else);
    if (all == 0) return;
    batch.reports.push_back({.target = {incident_.provider, "another-model"},
                             .to = batch.at.wall,
                             .span = seconds(1),
                             .counts = counts({.ok = all - bad, .bad = bad})});
  }

  static OutcomeCounts counts(Tally tally) {
    OutcomeCounts counts{};
    counts[static_cast<size_t>(Outcome::ok)] = tally.ok;
    counts[static_cast<size_t>(Outcome::overloaded)] = tally.bad;
    return counts;
  }

  void find_what_we_knew() {
    for (const TransitionRecord& transition : agent_.transitions()) {
      if (transition.target != target() || transition.to != State::unhealthy || !lasts(transition.at)) continue;
      result_.known_after_s = since_onset(transition.at);
      result_.why = transition.why;
      return;
    }
  }

  const HistoricIncident& incident_;
  const Assumption& assumption_;
  WallTime onset_;
  WallTime start_;
  Config config_;
  VirtualAgent agent_;
  Chance chance_;
  RetryingClient obeying_;
  RetryingClient stubborn_;
  bool seen_ = false;
  Replayed result_;
};

}  // namespace

Replayed replay_incident(const HistoricIncident& incident, const Assumption& assumption, uint64_t seed) {
  return Replay(incident, assumption, seed).run();
}

}  // namespace signalbox::bench
