#include "tests/bench/detectors/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "tests/bench/detectors/statistics.h"

namespace signalbox::bench {
namespace {

int64_t warm_up_of(const Row& row, double per_s) {
  constexpr int64_t kWarmUp_s = 30 * 60;
  constexpr int64_t kLongWarmUp_s = 3 * 3600;
  return row.warm_up_s.value_or(per_s < 0.1 ? kLongWarmUp_s : kWarmUp_s);
}

/// When the row's failures begin: nothing outside keeps to our seconds, or to the minutes of the clock by which
/// some rules count.
struct Onset {
  int64_t second = 0;
  double part = 0;  ///< of that second, before they begin

  double at() const { return static_cast<double>(second) + part; }
};

Onset draw_onset(const Row& row, double per_s, Chance& chance) {
  return {warm_up_of(row, per_s) + chance.below(60), chance.uniform()};
}

/// Warm-up, then the row's failures; each of our seconds meets two of theirs.
Profile whole_profile(const Row& row, const Onset& onset, Chance& chance) {
  return [failures = row.failures(chance), before = row.before, onset](int64_t at, size_t who) {
    const int64_t since = at - onset.second;
    if (since < 0) return before;
    const double earlier = since == 0 ? before : failures(since - 1, who);
    return onset.part * earlier + (1 - onset.part) * failures(since, who);
  };
}

/// Follows one rule through one run.
class Observer {
 public:
  Observer(Rule& rule, const Row& row, const Onset& onset) : rule_(rule), row_(row), onset_(onset) {}

  bool done() const { return done_; }

  void serve(const Second& second) {
    rule_.serve(second);
    if (second.at < onset_.second) return;
    ++seconds_;
    elevated_ += rule_.elevated() ? 1 : 0;
    const bool unhealthy = rule_.unhealthy() && rule_.changes().back().at >= static_cast<double>(onset_.second);
    if (row_.metric == Metric::unhealthy_after || row_.metric == Metric::unhealthy_runs) done_ = unhealthy;
    if (row_.metric == Metric::elevated_after) done_ = unhealthy || rule_.elevated();
  }

  Sample sample() const {
    Sample sample{.elevated_share =
                      seconds_ == 0 ? 0 : static_cast<double>(elevated_) / static_cast<double>(seconds_)};
    bool already = false;  // an alarm from before the onset is no detection
    for (const Change& change : rule_.changes()) {
      if (change.at < static_cast<double>(onset_.second)) {
        already = change.to == State::unhealthy;
        continue;
      }
      // Within the onset's second requests come in any order.
      const double after = std::max(0.0, change.at - onset_.at());
      ++sample.changes;
      const bool bad = change.to == State::unhealthy;
      if (!already && bad) sample.unhealthy_after = std::min(sample.unhealthy_after, after);
      if (bad || change.to == State::degraded) sample.elevated_after = std::min(sample.elevated_after, after);
    }
    return sample;
  }

 private:
  Rule& rule_;
  const Row& row_;
  Onset onset_;
  int64_t seconds_ = 0;
  int64_t elevated_ = 0;
  bool done_ = false;
};

/// With few runs a share that is over its limit must be so beyond chance.
bool share_holds(int64_t hits, size_t runs, double limit, bool by_chance) {
  constexpr double kBeyondChance = 0.01;
  const auto all = static_cast<int64_t>(runs);
  if (by_chance) return probability_of_at_least(hits, all, limit) > kBeyondChance;
  return static_cast<double>(hits) <= limit * static_cast<double>(runs);
}

int64_t count_over(const std::vector<double>& values, double limit) {
  return std::ranges::count_if(values, [&](double value) { return value > limit; });
}

Figure delay_figure(const std::vector<double>& delays, const std::optional<Bar>& bar, bool by_chance) {
  Figure figure{.text =
                    fmt::format("{} ({})", show_duration(median(delays)), show_duration(quantile(delays, 0.9)))};
  if (!bar) return figure;
  bool met = share_holds(count_over(delays, bar->limit), delays.size(), 0.5, by_chance);
  if (bar->p90) met = met && share_holds(count_over(delays, *bar->p90), delays.size(), 0.1, by_chance);
  figure.met = met;
  return figure;
}

std::vector<double> pick(const std::vector<Sample>& samples, double Sample::*member) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(sample.*member);
  return values;
}

Figure figure_of(const Row& row, const std::vector<Sample>& samples, const std::optional<Bar>& bar,
                 bool by_chance) {
  // Seldom and clustered, a share of time needs days to settle.
  constexpr double kQuickSlack = 10;
  const auto ever = std::ranges::count_if(samples, [](const Sample& one) { return one.unhealthy_after < kNever; });
  int64_t most = 0;
  double elevated = 0;
  for (const Sample& sample : samples) {
    most = std::max(most, sample.changes);
    elevated += sample.elevated_share / static_cast<double>(samples.size());
  }
  Figure figure;
  switch (row.metric) {
    case Metric::unhealthy_after: return delay_figure(pick(samples, &Sample::unhealthy_after), bar, by_chance);
    case Metric::elevated_after: return delay_figure(pick(samples, &Sample::elevated_after), bar, by_chance);
    case Metric::unhealthy_runs:
      figure.text = fmt::format("{} of {}", ever, samples.size());
      if (bar) figure.met = share_holds(ever, samples.size(), bar->limit, by_chance);
      return figure;
    case Metric::calm:
      figure.text = fmt::format("{}, {:.3f} %", ever, 100 * elevated);
      if (bar) figure.met = ever == 0 && elevated <= bar->limit * (by_chance ? kQuickSlack : 1);
      return figure;
    case Metric::changes:
    case Metric::nothing:
      figure.text = fmt::format("{}", most);
      if (bar) figure.met = static_cast<double>(most) <= bar->limit;
      return figure;
  }
  return figure;
}

}  // namespace

std::string show_duration(double seconds_) {
  if (seconds_ == kNever) return "-";
  return seconds_ < 100 ? fmt::format("{:.1f}", seconds_) : fmt::format("{:.0f}", seconds_);
}

void in_parallel(size_t jobs, unsigned threads, const std::function<void(size_t)>& job) {
  std::atomic<size_t> next = 0;
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      for (size_t index = next++; index < jobs; index = next++) job(index);
    });
  }
}

std::vector<Sample> run_once(const Row& row, double per_s, uint64_t seed, const Plan& plan) {
  Chance chance(seed);
  const Onset onset = draw_onset(row, per_s, chance);
  const Load load{.per_s = per_s, .shares = row.shares, .phased = row.phased, .batch_s = row.batch_s};
  Profile profile = whole_profile(row, onset, chance);
  const uint64_t rules_seed = chance.next();
  Traffic traffic(load, profile, chance.fork());
  const Setting setting{.load = load, .phases = traffic.phases(), .seed = rules_seed};

  Rules rules;
  rules.push_back(our_rule(setting));
  if (plan.peers && !row.ours_only) std::ranges::move(peer_rules(setting), std::back_inserter(rules));
  std::vector<Observer> observers;
  for (const auto& rule : rules) observers.emplace_back(*rule, row, onset);

  const int64_t end = onset.second + (plan.quick ? row.quick_lasts_s : row.lasts_s);
  for (int64_t at = 0; at < end; ++at) {
    const Second& second = traffic.next(at < onset.second ? Outcome::overloaded : row.kind);
    bool all_done = true;
    for (Observer& observer : observers) {
      if (!observer.done()) observer.serve(second);
      all_done = all_done && observer.done();
    }
    if (all_done) break;
  }
  std::vector<Sample> samples;
  for (const Observer& observer : observers) samples.push_back(observer.sample());
  return samples;
}

std::vector<RowResult> measure(const std::vector<Row>& rows, const Plan& plan) {
  struct Job {
    size_t row;
    size_t rate;
    uint64_t seed;
    std::vector<Sample> samples;
  };
  std::vector<Job> jobs;
  Chance seeds(plan.seed);
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t rate = 0; rate < kRates.size(); ++rate) {
      const int runs = rows[row].rates[rate] ? plan.runs * rows[row].runs : 0;
      for (int i = 0; i < runs; ++i) jobs.push_back({row, rate, seeds.next(), {}});
    }
  }
  in_parallel(jobs.size(), plan.threads, [&](size_t i) {
    jobs[i].samples = run_once(rows[jobs[i].row], kRates[jobs[i].rate], jobs[i].seed, plan);
  });

  constexpr int kEnoughRuns = 100;
  const bool by_chance = plan.quick || plan.runs < kEnoughRuns;
  std::vector<std::string> names = {"signalbox"};
  for (const auto& rule : peer_rules({})) names.emplace_back(rule->name());
  std::vector<RowResult> results;
  for (size_t row = 0; row < rows.size(); ++row) {
    RowResult result{.row = rows[row], .rules = names};
    for (size_t rule = 0; rule < names.size(); ++rule) {
      auto& figures = result.figures.emplace_back();
      for (size_t rate = 0; rate < kRates.size(); ++rate) {
        std::vector<Sample> samples;
        for (const Job& job : jobs) {
          if (job.row == row && job.rate == rate && rule < job.samples.size()) samples.push_back(job.samples[rule]);
        }
        if (!samples.empty()) figures[rate] = figure_of(rows[row], samples, rows[row].bars[rate], by_chance);
      }
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace signalbox::bench
