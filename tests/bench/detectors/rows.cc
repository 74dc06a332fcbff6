#include "tests/bench/detectors/rows.h"

#include <utility>

namespace signalbox::bench {
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kSpikeEvery_s = 600;
using Bars = std::array<std::optional<Bar>, 4>;

Bars everywhere(double limit) { return {Bar{limit, {}}, Bar{limit, {}}, Bar{limit, {}}, Bar{limit, {}}}; }

std::function<Profile(Chance&)> steady(double failing) {
  return [failing](Chance&) -> Profile { return [failing](int64_t, size_t) { return failing; }; };
}

/// Every ten minutes 90 % for some seconds. Each begins up to a minute late, so that a rule that counts by the
/// minute of the clock meets them at every place in its minute.
std::function<Profile(Chance&)> spikes(int64_t length_s, double between) {
  return [=](Chance& chance) -> Profile {
    const uint64_t seed = chance.next();
    return [=](int64_t at, size_t) {
      constexpr int64_t kLate_s = 60;
      const auto spike = static_cast<uint64_t>(at / kSpikeEvery_s);
      const int64_t since = at % kSpikeEvery_s - Chance(seed + spike).below(kLate_s);
      return since >= 0 && since < length_s ? 0.9 : between;
    };
  };
}

std::function<Profile(Chance&)> only_last_fails(size_t reporters, double others = 0.01) {
  return [=](Chance&) -> Profile { return [=](int64_t, size_t who) { return who + 1 == reporters ? 1 : others; }; };
}

std::function<Profile(Chance&)> all_but_last_fail(size_t reporters) {
  return [=](Chance&) -> Profile { return [=](int64_t, size_t who) { return who + 1 == reporters ? 0 : 1.0; }; };
}

Row delay(std::string name, double failing, Bars bars) {
  Row row{.name = std::move(name), .failures = steady(failing), .runs = 10, .bars = std::move(bars)};
  row.lasts_s = row.quick_lasts_s = 2 * kHour;
  return row;
}

Row spike_days(std::string name, int64_t length_s, double between) {
  return {.name = std::move(name),
          .metric = Metric::unhealthy_runs,
          .failures = spikes(length_s, between),
          .before = between,
          .lasts_s = kDay,
          .quick_lasts_s = 2 * kHour,
          .bars = everywhere(0.05)};
}

Row calm_day(std::string name, double failing) {
  return {.name = std::move(name),
          .metric = Metric::calm,
          .failures = steady(failing),
          .before = failing,
          .lasts_s = kDay,
          .quick_lasts_s = 2 * kHour,
          .bars = everywhere(0.001)};
}

Row hour(std::string name, Metric metric, double failing, Bars bars) {
  return {
      .name = std::move(name), .metric = metric, .failures = steady(failing), .runs = 3, .bars = std::move(bars)};
}

Row nothing_changes(std::string name, Outcome kind) {
  return {.name = std::move(name),
          .metric = Metric::nothing,
          .failures = steady(1),
          .kind = kind,
          .bars = everywhere(0)};
}

Row one_bad(std::string name, double share) {
  return {.name = std::move(name),
          .metric = Metric::unhealthy_runs,
          .shares = {1, 1, 1, 1, share},
          .failures = only_last_fails(5),
          .runs = 3,
          .bars = everywhere(0.02)};
}

Row liar() {
  Row row =
      delay("1 of 5 says ok at 10x, the rest fails", 1, {Bar{400, {}}, Bar{60, {}}, Bar{20, {}}, Bar{20, {}}});
  row.shares = {1, 1, 1, 1, 10};
  row.failures = all_but_last_fail(5);
  return row;
}

Row elevated() {
  Row row = delay("15 %: elevated after", 0.15, {Bar{1500, {}}, Bar{150, {}}, Bar{20, {}}, Bar{6, {}}});
  row.metric = Metric::elevated_after;
  return row;
}

}  // namespace

std::vector<Row> detection_rows() {
  return {
      delay("100 % fail: unhealthy after", 1, {Bar{115, 195}, Bar{13, 21}, Bar{7, 8}, Bar{7, 8}}),
      delay("70 %", 0.7, {Bar{200, 365}, Bar{24, 45}, Bar{8, 9.5}, Bar{7.5, 8}}),
      delay("50 %", 0.5, {Bar{400, 800}, Bar{50, 97}, Bar{10, 15}, Bar{7.5, 8}}),
      elevated(),
      liar(),
      spike_days("4 s of 90 % every 10 min: bad days", 4, 0.01),
      hour("15 % for an hour: bad hours", Metric::unhealthy_runs, 0.15, everywhere(0.02)),
      calm_day("1 % for a day: unhealthy, elevated", 0.01),
      calm_day("3 % for a day: unhealthy, elevated", 0.03),
      hour("8 % for an hour: most changes", Metric::changes, 0.08, everywhere(12)),
      hour("10 % for an hour: most changes", Metric::changes, 0.10, everywhere(12)),
      one_bad("1 of 5 fails: bad hours", 1),
      one_bad("1 of 5 fails, at 10x: bad hours", 10),
      nothing_changes("all 429 for an hour: changes", Outcome::throttled),
      nothing_changes("all 4xx for an hour: changes", Outcome::client_error),
      nothing_changes("all cancelled for an hour: changes", Outcome::cancelled),
  };
}

std::vector<Row> weakness_rows() {
  std::vector<Row> rows;
  for (const auto& [name, failing, known] : {std::tuple{"cold start, 60 s known: 100 %", 1.0, "120 / 13.6 s"},
                                             std::tuple{"cold start, 60 s known: 70 %", 0.7, "217 / 24.7 s"}}) {
    Row row = delay(name, failing, {});
    row.warm_up_s = 60;
    row.known = known;
    rows.push_back(row);
  }
  const std::string kSpikes = "some variants trip";
  for (Row row : {spike_days("5 s spikes over 1 %: bad days", 5, 0.01), spike_days("4 s spikes over 3 %", 4, 0.03),
                  spike_days("5 s spikes over 3 %", 5, 0.03)}) {
    row.bars = {};
    row.known = kSpikes;
    rows.push_back(row);
  }
  Row skewed = delay("volumes 90/5/5: 100 %", 1, {});
  skewed.shares = {2.7, 0.15, 0.15};
  skewed.known = "- / 61-72, 48 with the cap / - / -";
  rows.push_back(skewed);
  Row skewed_spikes = spike_days("volumes 90/5/5: 4 s spikes", 4, 0.01);
  skewed_spikes.shares = skewed.shares;
  skewed_spikes.bars = {};
  rows.push_back(skewed_spikes);

  Row phased = delay("unaligned batches: 100 %", 1, {});
  phased.phased = true;
  rows.push_back(phased);
  Row phased_half = delay("unaligned batches: 50 %", 0.5, {});
  phased_half.phased = true;
  rows.push_back(phased_half);
  Row phased_spikes = spike_days("unaligned batches: 4 s spikes", 4, 0.01);
  phased_spikes.phased = true;
  phased_spikes.bars = {};
  rows.push_back(phased_spikes);

  for (const int batch_s : {10, 30}) {
    const std::string name = std::to_string(batch_s) + " s batches: ";
    Row total = delay(name + "100 %", 1, {});
    Row spiky = spike_days(name + "4 s spikes", 4, 0.01);
    spiky.bars = {};
    spiky.known = "every spike looks sustained";
    for (Row* row : {&total, &spiky}) {
      row->phased = true;
      row->batch_s = batch_s;
      rows.push_back(*row);
    }
  }

  for (const int percent : {20, 25, 30}) {
    rows.push_back(
        hour(std::to_string(percent) + " % for an hour: bad hours", Metric::unhealthy_runs, percent / 100.0, {}));
    rows.back().known = "grey up to 5/s";
  }
  rows.push_back(hour("30 % for an hour: most changes", Metric::changes, 0.3, {}));
  for (Row& row : rows) row.ours_only = true;
  return rows;
}

}  // namespace signalbox::bench
