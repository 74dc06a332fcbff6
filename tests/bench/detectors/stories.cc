#include "tests/bench/detectors/stories.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/bench/detectors/loop.h"
#include "tests/bench/detectors/statistics.h"

namespace signalbox::bench {
namespace {

constexpr int64_t kWarm_s = 30 * 60;
constexpr int64_t kHour_s = 3600;
constexpr double kFlapWindow_s = 30 * 60;
constexpr int64_t kMostFlaps = 12;
constexpr double kBase = 0.01;

/// 1 %, and from the end of the warm-up on `failing` for some time.
Profile outage(double failing, int64_t lasts_s) {
  return [=](int64_t at, size_t) { return at >= kWarm_s && at < kWarm_s + lasts_s ? failing : kBase; };
}

World world(double per_s, Profile failures, int64_t after_warm_up_s) {
  return {.load = {.per_s = per_s}, .failures = std::move(failures), .lasts_s = kWarm_s + after_warm_up_s};
}

constexpr int64_t kOutage_s = 600;

std::vector<Story> outage_stories(double per_s, double down_within_s) {
  const auto run = [=](uint64_t seed) {
    return run_loop(our_rule, world(per_s, outage(0.95, kOutage_s), 2 * kOutage_s), seed);
  };
  const std::string name = fmt::format("10 min at 95 %, {}/s: ", per_s);
  constexpr double kMayFail = 0.05;
  constexpr double kBackWithin_s = 300;
  return {{name + "down after",
           fmt::format("{} s", down_within_s),
           [=](uint64_t seed) {
             const double after = run(seed).unhealthy_at(kWarm_s, kWarm_s + kOutage_s) - kWarm_s;
             return Told{after, after <= down_within_s};
           },
           kMayFail,
           {}},
          {name + "unhealthy spells",
           "1",
           [=](uint64_t seed) {
             const int64_t spells = run(seed).times_unhealthy(kWarm_s, kWarm_s + 2 * kOutage_s);
             return Told{static_cast<double>(spells), spells == 1};
           },
           kMayFail,
           {}},
          {name + "full weight after its end",
           "300 s",
           [=](uint64_t seed) {
             const Trace trace = run(seed);
             const double back =
                 trace.steady_at(100, kWarm_s + kOutage_s) - static_cast<double>(kWarm_s + kOutage_s);
             return Told{back, back <= kBackWithin_s};
           },
           kMayFail,
           {}}};
}

Told flaps(const World& world, uint64_t seed) {
  const int64_t most = run_loop(our_rule, world, seed).most_changes(kFlapWindow_s, kWarm_s);
  return {static_cast<double>(most), most <= kMostFlaps};
}

Story on_off(int64_t each_min) {
  const auto failures = [=](int64_t at, size_t) {
    return at >= kWarm_s && (at - kWarm_s) / (60 * each_min) % 2 == 0 ? 0.95 : kBase;
  };
  return {fmt::format("on and off each {} min for 1 h, 2/s: changes in 30 min", each_min),
          "12",
          [=](uint64_t seed) { return flaps(world(2, failures, kHour_s), seed); },
          0,
          {}};
}

Story flipping_page(double per_s) {
  World flips = world(per_s, outage(kBase, 0), kHour_s);
  flips.page = [](int64_t at) {
    return at >= kWarm_s && at / 30 % 2 == 0 ? OfficialLevel::critical : OfficialLevel::none;
  };
  return {fmt::format("page flips at each poll, {}/s: changes in 30 min", per_s),
          "12",
          [=](uint64_t seed) { return flaps(flips, seed); },
          0,
          {}};
}

/// From the onset on, detection included.
Story green_page_outage(double per_s) {
  constexpr double kLimit = 0.05;
  return {fmt::format("95 % for 1 h under a green page, {}/s: share at weight >= 50", per_s), "mean 5 %",
          [=](uint64_t seed) {
            const Trace trace = run_loop(our_rule, world(per_s, outage(0.95, kHour_s), kHour_s), seed);
            const auto high = static_cast<double>(trace.seconds_at(50, kWarm_s, kWarm_s + kHour_s));
            return Told{high / kHour_s, true};
          },
          0, kLimit};
}

Story grey(double failing) {
  return {fmt::format("{:.0f} % for 2 h, 2/s: changes", 100 * failing),
          "12",
          [=](uint64_t seed) {
            const Trace trace = run_loop(our_rule, world(2, outage(failing, 2 * kHour_s), 2 * kHour_s), seed);
            const int64_t all = trace.most_changes(2 * kHour_s, kWarm_s);
            return Told{static_cast<double>(all), all <= kMostFlaps};
          },
          0,
          {}};
}

Story stops_in_the_ramp() {
  constexpr int64_t kAfter_s = kHour_s;
  World stops = world(2, outage(0.95, kOutage_s), kAfter_s);
  stops.traffic_ends = [](const Rule& rule) {
    return !rule.changes().empty() && rule.changes().back().to == State::recovering && rule.weight() >= 50;
  };
  return {"traffic stops in the middle of the ramp, 2/s: weight at the end",
          "100",
          [=](uint64_t seed) {
            const Trace trace = run_loop(our_rule, stops, seed);
            const bool stopped = std::all_of(trace.moments.end() - 60, trace.moments.end(),
                                             [](const Moment& moment) { return moment.offered.all() == 0; });
            const double last = trace.moments.back().weight;
            return Told{last, stopped && last == 100};
          },
          0,
          {}};
}

World red_page(double per_s) {
  World red = world(per_s, outage(kBase, 0), kHour_s);
  red.page = [](int64_t at) { return at >= kWarm_s ? OfficialLevel::critical : OfficialLevel::none; };
  return red;
}

std::vector<Story> red_page_stories() {
  const auto weight_at = [](const Trace& trace, int64_t after_s) {
    return trace.moments[static_cast<size_t>(kWarm_s + after_s)].weight;
  };
  return {{"page critical, traffic healthy, 2/s: lowest weight",
           "50",
           [=](uint64_t seed) {
             const Trace trace = run_loop(our_rule, red_page(2), seed);
             const double lowest = std::ranges::min(trace.moments, {}, &Moment::weight).weight;
             return Told{lowest, lowest <= 50};
           },
           0,
           {}},
          {"page critical, traffic healthy, 2/s: weight after an hour",
           "25 to 75",
           [=](uint64_t seed) {
             const double weight = weight_at(run_loop(our_rule, red_page(2), seed), kHour_s - 1);
             return Told{weight, weight >= 25 && weight <= 75};
           },
           0,
           {}},
          {"page critical, no traffic: weight one poll later",
           "10",
           [=](uint64_t seed) {
             const double weight = weight_at(run_loop(our_rule, red_page(0), seed), 30);
             return Told{weight, weight <= 10};
           },
           0,
           {}}};
}

Story all_fail_under_green(double per_s) {
  return {fmt::format("green page, all fail, {}/s: unhealthy after", per_s),
          "10 s",
          [=](uint64_t seed) {
            const Trace trace = run_loop(our_rule, world(per_s, outage(1, kOutage_s), kOutage_s), seed);
            const double after = trace.unhealthy_at(kWarm_s, kWarm_s + kOutage_s) - kWarm_s;
            return Told{after, after <= 10};
          },
          0.05,
          {}};
}

/// Beyond chance in the quick version, where few seeds are told.
bool holds(const Story& story, const std::vector<Told>& told, const std::vector<double>& figures, bool quick) {
  if (story.mean_limit) {
    return mean(figures) <= *story.mean_limit * (quick ? 2 : 1);
  }
  const auto bad = std::ranges::count_if(told, [](const Told& one) { return !one.good; });
  if (quick && story.may_fail > 0) return probability_of_at_least(bad, std::ssize(told), story.may_fail) > 0.01;
  return static_cast<double>(bad) <= story.may_fail * static_cast<double>(told.size());
}

}  // namespace

std::vector<Story> stories() {
  std::vector<Story> all;
  const auto add = [&](std::vector<Story> more) { std::ranges::move(more, std::back_inserter(all)); };
  add(outage_stories(2, 20));
  add(outage_stories(20, 10));
  for (const int64_t each_min : {1, 2, 3, 5}) all.push_back(on_off(each_min));
  for (const double per_s : {0.0, 2.0}) all.push_back(flipping_page(per_s));
  for (const double per_s : {0.05, 0.2, 0.5}) all.push_back(green_page_outage(per_s));
  for (const double failing : {0.08, 0.09, 0.10}) all.push_back(grey(failing));
  all.push_back(stops_in_the_ramp());
  add(red_page_stories());
  for (const double per_s : {2.0, 20.0}) all.push_back(all_fail_under_green(per_s));
  add(network_stories());
  return all;
}

int tell_stories(const std::vector<Story>& stories, int seeds, const Plan& plan) {
  const auto count = static_cast<size_t>(seeds);
  std::vector<std::vector<Told>> told(stories.size(), std::vector<Told>(count));
  in_parallel(stories.size() * count, plan.threads, [&](size_t i) {
    told[i / count][i % count] = stories[i / count].tell(plan.seed * 1000 + i % count);
  });
  fmt::print("\nClosed loop, signalbox, {} seeds\n  {:64}{:>10}{:>10}{:>10}\n", seeds, "", "bar", "median",
             "range");
  int missed = 0;
  for (size_t i = 0; i < stories.size(); ++i) {
    std::vector<double> figures;
    for (const Told& one : told[i]) figures.push_back(one.figure);
    const double low = std::ranges::min(figures);
    const double high = std::ranges::max(figures);
    const auto good = std::ranges::count_if(told[i], &Told::good);
    const bool met = holds(stories[i], told[i], figures, plan.quick);
    missed += met ? 0 : 1;
    const double middle = stories[i].mean_limit ? mean(figures) : median(figures);
    fmt::print("  {:64}{:>10}{:>10.4g}{:>10} {:3}/{} {}\n", stories[i].name, stories[i].bar, middle,
               low == high ? "" : fmt::format("{:.3g}..{:.3g}", low, high), good, seeds, met ? "ok" : "MISS");
  }
  return missed;
}

}  // namespace signalbox::bench
