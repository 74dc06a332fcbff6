#include "agent/render/watch_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string_view>

#include "agent/render/trend.h"
#include "agent/render/words.h"

namespace signalbox {
namespace {

constexpr size_t kGap = 2;
/// A name may not push the rest off the screen: it is cut, but never under this.
constexpr size_t kShortestTarget = 16;
/// What names get before the columns that show what was lately.
constexpr size_t kUsualTarget = 24;
/// A minute of the trend; its title needs two.
constexpr size_t kTrendUnit = 6;
constexpr size_t kShortestTrend = 2 * kTrendUnit;
constexpr size_t kShortestBand = std::string_view("LAST HOUR").size();
constexpr size_t kLongestBand = 60;
/// What both get before the advice, which the weight says well enough.
constexpr size_t kUsualTrend = 5 * kTrendUnit;
constexpr size_t kUsualBand = 20;
constexpr size_t kIndent = 2;
/// Lines of a reason, where there is room.
constexpr size_t kLinesBelow = 2;

/// How wide each column is; 0: it is not there.
struct Widths {
  size_t state = 0;
  size_t target = 0;
  size_t age = 0;
  size_t weight = 0;
  size_t trend = 0;
  size_t failed = 0;
  size_t band = 0;
  size_t advice = 0;

  size_t whole() const {
    size_t sum = 0;
    for (const size_t width : {state, target, age, weight, trend, failed, band, advice}) {
      if (width > 0) sum += width + kGap;
    }
    return sum < kGap ? 0 : sum - kGap;
  }
};

/// A column that may be left out, with the least that it needs.
struct Extra {
  size_t Widths::*column;
  size_t width;
};
/// In the order of importance.
constexpr std::array<Extra, 2> kWhatIs = {{{&Widths::age, 8}, {&Widths::weight, 5}}};
constexpr std::array<Extra, 3> kWhatWas = {
    {{&Widths::trend, kShortestTrend}, {&Widths::band, kShortestBand}, {&Widths::failed, 5}}};
constexpr std::array<Extra, 1> kAdvice = {{{&Widths::advice, 19}}};

size_t longest_name(const std::vector<TargetView>& targets) {
  size_t longest = std::string_view("TARGET").size();
  for (const TargetView& target : targets) longest = std::max(longest, display_width(target.target));
  return longest;
}

/// As many as fit, up to the first that does not.
void add_while_fitting(Widths& widths, std::span<const Extra> extras, size_t width) {
  for (const Extra& extra : extras) {
    widths.*extra.column = extra.width;
    if (widths.whole() <= width) continue;
    widths.*extra.column = 0;
    return;
  }
}

/// By up to a `share`th of what is left over, in whole units.
void grow(Widths& widths, size_t& column, size_t most, size_t width, size_t unit = 1, size_t share = 1) {
  const size_t spare = (width - std::min(width, widths.whole())) / share;
  column += std::min(most - std::min(most, column), spare) / unit * unit;
}

/// Evenly, if they are there.
void grow_past(Widths& widths, size_t trend, size_t band, size_t width) {
  if (widths.trend > 0) grow(widths, widths.trend, trend, width, kTrendUnit, widths.band > 0 ? 2 : 1);
  if (widths.band > 0) grow(widths, widths.band, band, width);
}

Widths widths_for(const std::vector<TargetView>& targets, size_t width) {
  const size_t longest = longest_name(targets);
  Widths widths{.state = display_width(state_cell(State::recovering).text),
                .target = std::min(longest, kShortestTarget)};
  add_while_fitting(widths, kWhatIs, width);
  grow(widths, widths.target, std::min(longest, kUsualTarget), width);
  add_while_fitting(widths, kWhatWas, width);
  grow(widths, widths.target, longest, width);
  grow_past(widths, kUsualTrend, kUsualBand, width);
  add_while_fitting(widths, kAdvice, width);
  grow_past(widths, kMostTrendColumns, kLongestBand, width);
  return widths;
}

class Line {
 public:
  explicit Line(bool is_old) : is_old_(is_old) {}

  void add(const Spans& cell, size_t width, bool right = false) {
    if (width == 0) return;
    if (!spans_.empty()) spans_.push_back({std::string(kGap, ' ')});
    size_t used = 0;
    for (const TableCell& span : cell) used += display_width(span.text);
    const TableCell space{std::string(width - std::min(width, used), ' ')};
    if (right) spans_.push_back(space);
    for (const TableCell& span : cell) spans_.push_back({span.text, is_old_ ? Style::dim : span.style});
    if (!right) spans_.push_back(space);
  }
  std::string text(const View& view) const { return paint_line(spans_, view); }

 private:
  bool is_old_;
  Spans spans_;
};

std::string title_line(const Widths& widths, const View& view) {
  Line line(true);
  line.add({{"STATE"}}, widths.state);
  line.add({{"TARGET"}}, widths.target);
  line.add({{"FOR"}}, widths.age, true);
  line.add({{"USE"}}, widths.weight, true);
  line.add({{fmt::format("FAILED {} MIN", widths.trend / kTrendUnit)}}, widths.trend);
  line.add({{"NOW"}}, widths.failed, true);
  line.add({{"LAST HOUR"}}, widths.band);
  line.add({{"ADVICE"}}, widths.advice);
  return line.text(view);
}

TableCell failed_cell(const PassiveView& passive) {
  if (passive.requests <= 0) return {"-", Style::dim};
  return {format_ratio(passive.failure_ratio)};
}

Spans trend_of(const TargetView& target, const Past& past, size_t columns) {
  const auto found = past.timelines.find(target.target);
  return found == past.timelines.end() ? Spans{} : sparkline(found->second, columns);
}

std::string row_line(const TargetView& target, const Past& past, const Widths& widths, bool is_old,
                     const View& view) {
  Line line(is_old);
  line.add({state_cell(target.state)}, widths.state);
  line.add({{cut(target.target, widths.target), Style::bold}}, widths.target);
  line.add({{target.since ? format_age(view.now - *target.since) : "-"}}, widths.age, true);
  line.add({{fmt::format("{} %", target.weight)}}, widths.weight, true);
  if (widths.trend > 0) line.add(trend_of(target, past, widths.trend), widths.trend);
  line.add({failed_cell(target.passive)}, widths.failed, true);
  if (widths.band > 0) line.add(state_band(target, past, kBandSpan, widths.band, view.now), widths.band);
  line.add({{advice_words(target)}}, widths.advice);
  return line.text(view);
}

/// A person's word says itself why; the rest stands in `signalbox why`.
TableCell reason(const TargetView& target, WallTime now) {
  if (target.override_) return {override_words(*target.override_, now), Style::yellow};
  if (target.state == State::healthy) return {};
  return {target.why};
}

std::vector<std::string> reason_lines(const TargetView& target, const View& view) {
  const TableCell text = reason(target, view.now);
  if (text.text.empty()) return {};
  return wrap_within(text.text, view.width - std::min(view.width, kIndent), kLinesBelow);
}

/// `most` is less than `reason_lines` where there is no room for all of them.
std::vector<std::string> below(const TargetView& target, size_t most, bool is_old, const View& view) {
  const TableCell text = reason(target, view.now);
  if (most == 0) return {};
  const Style style = is_old ? Style::dim : text.style;
  std::vector<std::string> lines;
  for (const std::string& line : wrap_within(text.text, view.width - std::min(view.width, kIndent), most)) {
    lines.push_back(paint_line({{std::string(kIndent, ' ')}, {line, style}}, view));
  }
  return lines;
}

bool needs_attention(const TargetView& target) { return target.state != State::healthy || target.override_; }

/// "12 more healthy"; "9 more: 2 degraded, 7 healthy".
std::string more_words(const std::vector<TargetView>& targets, size_t from) {
  std::string words;
  size_t kinds = 0;
  for (const State state : {State::unhealthy, State::degraded, State::recovering, State::unknown, State::healthy}) {
    const auto count = std::count_if(targets.begin() + static_cast<std::ptrdiff_t>(from), targets.end(),
                                     [&](const TargetView& target) { return target.state == state; });
    if (count == 0) continue;
    words +=
        fmt::format("{}{} {}{}", words.empty() ? "" : ", ", count, kinds == 0 ? "more " : "", to_string(state));
    ++kinds;
  }
  return "and " + words;
}

/// How many lines of its reason each target gets: a person's word has one; then the worst have theirs, as long as
/// no target that needs attention loses its row by that.
std::vector<size_t> share_lines(const std::vector<TargetView>& targets, size_t rows, const View& view) {
  std::vector<size_t> lines(targets.size());
  size_t used = 2;  // the titles, and the line that counts the others
  for (size_t i = 0; i < targets.size(); ++i) {
    lines[i] = targets[i].override_ ? 1 : 0;
    if (needs_attention(targets[i])) used += 1 + lines[i];
  }
  for (size_t most = 1; most <= kLinesBelow; ++most) {
    for (size_t i = 0; i < targets.size() && needs_attention(targets[i]) && used < rows; ++i) {
      if (lines[i] >= most || reason_lines(targets[i], view).size() < most) continue;
      ++lines[i];
      ++used;
    }
  }
  return lines;
}

}  // namespace

WatchTable watch_table(std::vector<TargetView> targets, const Past& past, bool is_old, const View& view,
                       size_t rows) {
  sort_worst_first(targets);
  std::stable_partition(targets.begin(), targets.end(), needs_attention);
  const Widths widths = widths_for(targets, view.width);
  const std::vector<size_t> lines_below = share_lines(targets, rows, view);
  WatchTable table;
  table.lines.push_back(title_line(widths, view));
  for (size_t i = 0; i < targets.size(); ++i) {
    std::vector<std::string> block = below(targets[i], lines_below[i], is_old, view);
    block.insert(block.begin(), row_line(targets[i], past, widths, is_old, view));
    const size_t counted = i + 1 == targets.size() ? 0 : 1;
    if (table.lines.size() + block.size() + counted > rows) break;
    std::ranges::copy(block, std::back_inserter(table.lines));
    table.shown.push_back(targets[i].target);
  }
  if (table.shown.size() < targets.size())
    table.lines.push_back(paint_line({{more_words(targets, table.shown.size()), Style::dim}}, view));
  return table;
}

std::string format_age(Millis age) {
  const auto total = std::chrono::duration_cast<seconds>(std::max(age, Millis(0)));
  if (total >= hours(24)) return format_span(total);
  const std::chrono::hh_mm_ss time(total);
  if (total >= hours(1))
    return fmt::format("{}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count());
  return fmt::format("{}:{:02}", time.minutes().count(), time.seconds().count());
}

}  // namespace signalbox
