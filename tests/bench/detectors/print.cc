#include "tests/bench/detectors/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/bench/detectors/floor.h"

namespace signalbox::bench {
namespace {

constexpr int kNameWidth = 24;

void print_line(std::string_view name, const std::array<std::string, 4>& cells) {
  fmt::print("  {:{}}", name, kNameWidth);
  for (const std::string& cell : cells) fmt::print("{:<22}", cell);
  fmt::print("\n");
}

std::string show_bar(const Row& row, const std::optional<Bar>& bar) {
  if (!bar) return "";
  switch (row.metric) {
    case Metric::unhealthy_after:
    case Metric::elevated_after:
      return bar->p90 ? fmt::format("{} ({})", bar->limit, *bar->p90) : fmt::format("{}", bar->limit);
    case Metric::unhealthy_runs: return fmt::format("1 of {:.0f}", 1 / bar->limit);
    case Metric::calm: return fmt::format("0, {:.3f} %", 100 * bar->limit);
    case Metric::changes:
    case Metric::nothing: return fmt::format("{}", bar->limit);
  }
  return "";
}

/// For one alarm in 50 h at 15 %, the hardest of the rows that must stay quiet; and no rule that forgives 4 s of 90
/// % can speak before the fifth second has been judged.
std::string show_floor(const Row& row, double per_s) {
  constexpr double kAlarmEvery_s = 50 * 3600;
  constexpr double kQuiet = 0.15;
  constexpr double kAfterSpike_s = 5.2;
  Chance none(0);
  const double failing = row.failures(none)(0, 0);
  const double delay = fastest_median_delay(kQuiet, failing, per_s, kAlarmEvery_s);
  return delay < kAfterSpike_s ? fmt::format("{:.1f} (the spike)", kAfterSpike_s) : show_duration(delay);
}

std::string show(const std::optional<Figure>& figure) {
  if (!figure) return "";
  return figure->text + (figure->met.value_or(true) ? "" : "  MISS");
}

void print_block(const RowResult& result) {
  const Row& row = result.row;
  fmt::print("\n{}\n", row.name);
  std::array<std::string, 4> cells;
  std::ranges::transform(row.bars, cells.begin(), [&](const auto& bar) { return show_bar(row, bar); });
  if (std::ranges::any_of(row.bars, [](const auto& bar) { return bar.has_value(); })) print_line("bar", cells);
  if (!row.known.empty()) fmt::print("  {:{}}{}\n", "before", kNameWidth, row.known);
  const bool equal = std::ranges::all_of(row.shares, [](double share) { return share == 1; });
  if (row.metric == Metric::unhealthy_after && equal) {
    std::ranges::transform(kRates, cells.begin(), [&](double per_s) { return show_floor(row, per_s); });
    print_line("floor (Page, Lorden)", cells);
  }
  for (size_t rule = 0; rule < result.rules.size(); ++rule) {
    const auto& figures = result.figures[rule];
    if (std::ranges::none_of(figures, [](const auto& figure) { return figure.has_value(); })) continue;
    std::ranges::transform(figures, cells.begin(), show);
    print_line(result.rules[rule], cells);
  }
}

}  // namespace

void print_blocks(const std::vector<RowResult>& results, const Plan& plan) {
  fmt::print("{} runs a cell (hours: times their factor), seed {}; seconds, median (p90)\n", plan.runs, plan.seed);
  std::array<std::string, 4> rates;
  std::ranges::transform(kRates, rates.begin(), [](double per_s) { return fmt::format("{}/s", per_s); });
  print_line("", rates);
  for (const RowResult& result : results) print_block(result);
}

void print_missed(const std::vector<RowResult>& results) {
  fmt::print("\nMissed bars, and at which rates\n");
  for (size_t rule = 0; rule < results.front().rules.size(); ++rule) {
    std::string text;
    int count = 0;
    for (const RowResult& result : results) {
      std::string at;
      for (size_t rate = 0; rate < kRates.size(); ++rate) {
        const auto& figure = result.figures[rule][rate];
        if (!figure || figure->met.value_or(true)) continue;
        at += fmt::format("{}{}", at.empty() ? "" : " ", kRates[rate]);
        ++count;
      }
      if (!at.empty()) text += fmt::format("\n      {:40} {}", result.row.name, at);
    }
    fmt::print("  {:18} {:3}{}\n", results.front().rules[rule], count, text);
  }
}

int missed_by_ours(const std::vector<RowResult>& results) {
  int missed = 0;
  for (const RowResult& result : results) {
    missed += static_cast<int>(std::ranges::count_if(
        result.figures.front(), [](const auto& figure) { return figure && !figure->met.value_or(true); }));
  }
  return missed;
}

}  // namespace signalbox::bench
