#include "agent/render/trend.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "agent/render/words.h"
#include "lib/chart_rank.h"

namespace signalbox {
namespace {

/// From here on a ratio is shown as bad, below it as worth a look.
constexpr double kBadRatio = 0.2;

TableCell ratio_cell(const CountsView& step) {
  constexpr std::array<std::string_view, 8> kHeights = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                        "\u2585", "\u2586", "\u2587", "\u2588"};
  if (step.requests <= 0) return {" "};
  if (step.failures <= 0) return {std::string(kHeights.front()), Style::green};
  const double ratio = std::min(1.0, static_cast<double>(step.failures) / static_cast<double>(step.requests));
  const auto height = static_cast<size_t>(std::ceil(ratio * (kHeights.size() - 1)));
  return {std::string(kHeights.at(height)), ratio < kBadRatio ? Style::yellow : Style::red};
}

TableCell band_cell(const std::optional<State>& state) {
  if (!state) return {" "};
  if (*state == State::healthy) return {"\u2500", Style::green};
  if (*state == State::unknown) return {"\u00B7", Style::dim};
  return {state_mark(*state), state_style(*state)};
}

/// Makes the columns that [from, to) touches as bad as `state`.
void mark(std::vector<std::optional<State>>& columns, State state, double from, double to) {
  if (from >= to) return;
  const auto last = static_cast<double>(columns.size());
  const auto first_column = static_cast<size_t>(std::clamp(from, 0.0, last));
  const auto end_column = static_cast<size_t>(std::ceil(std::clamp(to, 0.0, last)));
  for (size_t c = first_column; c < end_column; ++c) {
    if (!columns[c] || chart_rank(*columns[c]) < chart_rank(state)) columns[c] = state;
  }
}

/// Neighbours of one style become one piece.
void append(Spans& spans, const TableCell& cell) {
  if (spans.empty() || spans.back().style != cell.style) {
    spans.push_back(cell);
  } else {
    spans.back().text += cell.text;
  }
}

Spans band_of(const std::vector<std::optional<State>>& states) {
  Spans spans;
  for (const auto& state : states) append(spans, band_cell(state));
  return spans;
}

}  // namespace

Spans sparkline(const TimelineView& timeline, size_t columns) {
  Spans spans;
  const size_t steps = std::min(columns, timeline.steps.size());
  for (size_t i = steps; i < columns; ++i) append(spans, {" "});
  for (size_t i = timeline.steps.size() - steps; i < timeline.steps.size(); ++i) {
    append(spans, ratio_cell(timeline.steps[i]));
  }
  return spans;
}

Spans state_band(const TargetView& target, const Past& past, Millis span, size_t columns, WallTime now) {
  std::vector<std::optional<State>> states(columns);
  const WallTime start = now - span;
  const auto column_of = [&](WallTime at) {
    return static_cast<double>((at - start).count()) * static_cast<double>(columns) /
           static_cast<double>(span.count());
  };
  // What the health answer says is newer than what the history says.
  WallTime until = std::min(target.since.value_or(now), now);
  mark(states, target.state, column_of(until), column_of(now));
  std::optional<State> before;
  for (const TransitionView& change : past.transitions.rows) {
    if (change.target != target.target || !change.at || *change.at > until) continue;
    if (const auto state = parse_state(change.to)) mark(states, *state, column_of(*change.at), column_of(until));
    before = parse_state(change.from);
    until = *change.at;
  }
  if (before && past.known_from) mark(states, *before, column_of(*past.known_from), column_of(until));
  return band_of(states);
}

}  // namespace signalbox
