#include "tests/bench/detectors/scores.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/bench/detectors/loop.h"
#include "tests/bench/detectors/statistics.h"

namespace signalbox::bench {
namespace {

constexpr int64_t kHour_s = 3600;
constexpr size_t kReporters = 5;

/// From `from` on, minutes long.
struct Trouble {
  int64_t from;
  int64_t minutes;
  double failing;
  bool is_outage;     ///< leaving is right; otherwise staying is
  bool one_reporter;  ///< only the last of the five sees it

  int64_t to() const { return from + 60 * minutes; }
  bool holds(int64_t at) const { return at >= from && at < to(); }
};

/// Beside them 1 % always, and 4 s of 90 % every ten minutes.
constexpr Trouble kDay[] = {
    {2 * kHour_s, 10, 0.95, true, false},  {4 * kHour_s, 20, 0.60, true, false},
    {6 * kHour_s, 60, 0.15, false, false}, {8 * kHour_s, 20, 1.00, false, true},
    {9 * kHour_s, 30, 1.00, true, false},
};
constexpr int64_t kDayLasts_s = 12 * kHour_s;

using Day = std::vector<Trouble>;

/// A seed's day begins somewhere in a minute: some rules count by the minute of the clock.
Day day_of(uint64_t seed) {
  Day day(std::begin(kDay), std::end(kDay));
  for (Trouble& one : day) one.from += Chance(seed).below(60);
  return day;
}

bool is_outage(const Day& day, int64_t at) {
  return std::ranges::any_of(day, [&](const Trouble& one) { return one.is_outage && one.holds(at); });
}

Profile failures(const Day& day, uint64_t seed) {
  return [day, seed](int64_t at, size_t who) {
    constexpr int64_t kEvery_s = 600;
    constexpr int64_t kLate_s = 60;
    constexpr int64_t kSpike_s = 4;
    double worst = 0.01;
    const int64_t since = at % kEvery_s - Chance(seed + static_cast<uint64_t>(at / kEvery_s)).below(kLate_s);
    if (since >= 0 && since < kSpike_s) worst = 0.9;
    for (const Trouble& one : day) {
      if (one.holds(at) && (!one.one_reporter || who + 1 == kReporters)) worst = std::max(worst, one.failing);
    }
    return worst;
  };
}

/// The page turns critical ten minutes after the onset, and green a quarter of an hour after the end: assumed, from
/// what operators say ("5 to 15 minutes"); nobody has published a measurement for these providers.
OfficialLevel page(const Day& day, int64_t at) {
  constexpr int64_t kPosts_s = 600;
  constexpr int64_t kClears_s = 900;
  const bool red = std::ranges::any_of(day, [&](const Trouble& one) {
    return one.is_outage && at >= one.from + kPosts_s && at < one.to() + kClears_s;
  });
  return red ? OfficialLevel::critical : OfficialLevel::none;
}

struct Score {
  double false_trips = 0;  ///< changes to unhealthy with nothing to leave for
  double flaps = 0;        ///< changes to unhealthy in one outage, beyond the first
  double avoided = 0;      ///< share of the requests that would have failed in outages
  double false_shift_min = 0;
  std::vector<double> detected_after;
  std::vector<double> recovered_after;
};

Score score(const Trace& trace, const Day& day) {
  // Who leaves in the last seconds of an outage has not been wrong.
  constexpr double kAfterglow_s = 60;
  Score score;
  double inside = 0;
  for (const Trouble& one : day) {
    if (!one.is_outage) continue;
    const auto from = static_cast<double>(one.from);
    const auto to = static_cast<double>(one.to());
    const bool away = trace.moments[static_cast<size_t>(one.from)].weight < 50;  // for whatever reason
    score.detected_after.push_back(away ? 0 : trace.unhealthy_at(from, to) - from);
    score.recovered_after.push_back(trace.steady_at(100, one.to()) - to);
    score.flaps += std::max<double>(0, static_cast<double>(trace.times_unhealthy(from, to)) - 1);
    inside += static_cast<double>(trace.times_unhealthy(from, to + kAfterglow_s));
  }
  score.false_trips = static_cast<double>(trace.times_unhealthy(0, kDayLasts_s)) - inside;
  double would_fail = 0;
  double failed = 0;
  for (int64_t at = 0; at < kDayLasts_s; ++at) {
    const Moment& moment = trace.moments[static_cast<size_t>(at)];
    if (is_outage(day, at)) {
      would_fail += static_cast<double>(moment.offered.bad);
      failed += static_cast<double>(moment.served.failed);
    } else if (moment.offered.all() > 0) {
      score.false_shift_min +=
          (1 - static_cast<double>(moment.served.primary) / static_cast<double>(moment.offered.all())) / 60;
    }
  }
  score.avoided = would_fail > 0 ? 1 - failed / would_fail : 0;
  return score;
}

void print_score(std::string_view name, const std::vector<Score>& scores) {
  Score sum;
  for (const Score& one : scores) {
    sum.false_trips += one.false_trips;
    sum.flaps += one.flaps;
    sum.avoided += one.avoided;
    sum.false_shift_min += one.false_shift_min;
    std::ranges::copy(one.detected_after, std::back_inserter(sum.detected_after));
    std::ranges::copy(one.recovered_after, std::back_inserter(sum.recovered_after));
  }
  const auto count = static_cast<double>(scores.size());
  fmt::print("  {:18}{:>12.1f}{:>10}{:>10}{:>12}{:>12.1f}{:>12.1f}{:>16.1f}\n", name, sum.false_trips / count,
             show_duration(median(sum.detected_after)), show_duration(quantile(sum.detected_after, 0.95)),
             show_duration(median(sum.recovered_after)), sum.flaps / count, 100 * sum.avoided / count,
             sum.false_shift_min / count);
}

}  // namespace

void print_scores(double per_s, int seeds, const Plan& plan) {
  std::vector<RuleFactory> makers = {our_rule};
  const Rules named = peer_rules({});
  for (size_t i = 0; plan.peers && i < named.size(); ++i) {
    makers.emplace_back([i](const Setting& setting) { return std::move(peer_rules(setting)[i]); });
  }
  const auto count = static_cast<size_t>(seeds);
  std::vector<std::vector<Score>> scores(makers.size(), std::vector<Score>(count));
  in_parallel(makers.size() * count, plan.threads, [&](size_t i) {
    const uint64_t seed = plan.seed * 1000 + i % count;
    const Day day = day_of(seed);
    const World world{.load = {.per_s = per_s, .shares = std::vector<double>(kReporters, 1)},
                      .failures = failures(day, seed),
                      .page = [&](int64_t at) { return page(day, at); },
                      .lasts_s = kDayLasts_s};
    scores[i / count][i % count] = score(run_loop(makers[i / count], world, seed), day);
  });

  fmt::print(
      "\nMixed twelve hours at {}/s, closed loop, {} seeds: outages of 95 % 10 min, 60 % 20 min, 100 % 30 min; an "
      "hour "
      "of 15 %;\none reporter of five failing for 20 min; 4 s of 90 % every 10 min; 1 % always; the page 10 min "
      "late\n",
      per_s, seeds);
  fmt::print("  {:18}{:>12}{:>10}{:>10}{:>12}{:>12}{:>12}{:>16}\n", "", "false trips", "detect s", "p95",
             "recover s", "flaps", "% avoided", "false shift min");
  for (size_t i = 0; i < makers.size(); ++i) {
    print_score(i == 0 ? "signalbox" : named[i - 1]->name(), scores[i]);
  }
}

}  // namespace signalbox::bench
