#include "agent/render/watch_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/render/render_status.h"
#include "agent/render/render_target.h"
#include "agent/render/trend.h"
#include "agent/render/watch_table.h"
#include "agent/render/words.h"

namespace signalbox {
namespace {

/// On a screen of fewer rows every sentence has one line, and no line is empty.
constexpr size_t kRoomyRows = 16;
constexpr size_t kMostWarnings = 4;
constexpr size_t kMostChanges = 8;
/// An answer comes each second.
constexpr Millis kLive = seconds(3);
/// Of the labels of a target's page.
constexpr size_t kLabelWidth = 13;

using Lines = std::vector<std::string>;

void append(Lines& lines, const Lines& more) { std::ranges::copy(more, std::back_inserter(lines)); }

/// A sentence in as many lines as the screen has room for.
Lines sentence(const TableCell& text, const View& view, size_t rows) {
  Lines lines;
  for (const std::string& line : wrap_within(text.text, view.width, rows < kRoomyRows ? 1 : 2))
    lines.push_back(paint_line({{line, text.style}}, view));
  return lines;
}

std::string lost_words(const Sight& sight, WallTime now) {
  std::string text = "!! no answer";
  if (sight.seen_at) text += fmt::format(" for {}, the last one is below", format_age(now - *sight.seen_at));
  if (sight.next_try_at && *sight.next_try_at > now)
    text += ", next try in " + format_span(*sight.next_try_at - now);
  return text + ": " + sight.trouble;
}

std::string freshness(const Sight& sight, WallTime now) {
  if (!sight.seen_at) return "nothing seen yet";
  const Millis age = now - *sight.seen_at;
  return age < kLive ? "live" : format_age(age) + " old";
}

/// By importance, since the end is cut off where it is narrow.
std::string about(const WatchScene& scene, WallTime now) {
  return fmt::format("{}, {}, {}, q ends", format_moment(now, now), freshness(scene.sight, now), scene.address);
}

Lines warning_lines(const Sight& sight, const View& view, size_t rows) {
  // Of an answer that is old anyway nobody needs to hear that it has expired.
  const WallTime at = sight.trouble.empty() ? view.now : sight.seen_at.value_or(view.now);
  const auto all = warnings(*sight.health, sight.checks, at);
  Lines lines;
  for (size_t i = 0; i < std::min(all.size(), kMostWarnings); ++i)
    append(lines, sentence({"!! " + all[i], Style::alarm}, view, rows));
  if (all.size() > kMostWarnings)
    append(lines,
           sentence({fmt::format("!! and {} more: signalbox doctor", all.size() - kMostWarnings), Style::alarm},
                    view, rows));
  return lines;
}

Lines head(const WatchScene& scene, const View& view, size_t rows) {
  const Sight& sight = scene.sight;
  const bool is_old = !sight.trouble.empty();
  Lines lines;
  if (is_old) append(lines, sentence({lost_words(sight, view.now), Style::alarm}, view, rows));
  if (sight.health) {
    const auto& targets = sight.health->targets;
    append(lines, is_old ? sentence({verdict(targets), Style::dim}, view, rows)
                         : sentence({verdict(targets), verdict_style(targets)}, view, rows));
  } else if (!is_old) {
    append(lines, sentence({"waiting for the agent"}, view, rows));
  }
  append(lines, sentence({about(scene, view.now), Style::dim}, view, 0));
  if (sight.health) append(lines, warning_lines(sight, view, rows));
  return lines;
}

std::string change_line(const TransitionView& change, size_t name_width, const View& view) {
  const auto to = parse_state(change.to);
  const size_t width = display_width(change.target);
  return paint_line({{change.at ? format_moment(*change.at, view.now) : "-", Style::dim},
                     {"  "},
                     {change.target, Style::bold},
                     {std::string(name_width - std::min(name_width, width), ' ')},
                     {"  " + change.from + " \u2192 "},
                     to ? state_cell(*to) : TableCell{change.to},
                     {"  " + change.why, Style::dim}},
                    view);
}

/// As many of the last changes as there is room for, with their title; nothing in less than two lines.
Lines changes(const Past& past, const View& view, size_t rows) {
  const auto& all = past.transitions.rows;
  if (all.empty() || rows < 2) return {};
  Lines lines = {paint_line({{"LAST CHANGES", Style::dim}}, view)};
  const size_t count = std::min({all.size(), kMostChanges, rows - 1});
  size_t longest = 0;
  for (size_t i = 0; i < count; ++i) longest = std::max(longest, display_width(all[i].target));
  const size_t name_width = longest <= view.width / 3 ? longest : 0;
  for (size_t i = 0; i < count; ++i) lines.push_back(change_line(all[i], name_width, view));
  return lines;
}

Lines split(const std::string& text) {
  Lines lines;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::string past_line(std::string_view label, Spans spans, const std::string& span, const View& view) {
  spans.insert(spans.begin(), {fmt::format("{:{}}", label, kLabelWidth), Style::dim});
  spans.push_back({"  " + span, Style::dim});
  return paint_line(spans, view);
}

/// One target: what `status TARGET` shows, with what was lately.
Lines target_page(const TargetView& target, const Past& past, const View& view) {
  Lines lines = split(render_target(target, view));
  const size_t room = view.width - std::min(view.width, kLabelWidth + std::string_view("  last 10 min").size());
  const size_t columns = std::min(room, kMostTrendColumns) / 6 * 6;
  if (columns == 0) return lines;
  if (const auto timeline = past.timelines.find(target.target); timeline != past.timelines.end())
    lines.push_back(
        past_line("failed", sparkline(timeline->second, columns), fmt::format("last {} min", columns / 6), view));
  lines.push_back(past_line("states", state_band(target, past, kBandSpan, columns, view.now), "last hour", view));
  return lines;
}

/// The middle of the screen, and whose past is in it.
WatchFrame body(const WatchScene& scene, const View& view, size_t rows) {
  const bool is_old = !scene.sight.trouble.empty();
  const auto& targets = scene.sight.health->targets;
  if (scene.target.empty()) {
    WatchTable table = watch_table(targets, scene.past, is_old, view, rows);
    return {std::move(table.lines), std::move(table.shown)};
  }
  const View shown_as{view.width, view.colour && !is_old, view.now};
  return {target_page(targets.front(), scene.past, shown_as), {targets.front().target}};
}

}  // namespace

WatchFrame watch_frame(const WatchScene& scene, const View& view, size_t rows) {
  WatchFrame frame{head(scene, view, rows), {}};
  const size_t gap = rows < kRoomyRows ? 0 : 1;
  if (scene.sight.health && !scene.sight.health->targets.empty() && frame.lines.size() + gap + 2 <= rows) {
    frame.lines.resize(frame.lines.size() + gap);
    WatchFrame middle = body(scene, view, rows - frame.lines.size());
    append(frame.lines, middle.lines);
    frame.shown = std::move(middle.shown);
    if (frame.lines.size() + gap < rows) {
      const Lines last = changes(scene.past, view, rows - frame.lines.size() - gap);
      if (!last.empty()) frame.lines.resize(frame.lines.size() + gap);
      append(frame.lines, last);
    }
  }
  if (frame.lines.size() > rows) frame.lines.resize(rows);
  return frame;
}

}  // namespace signalbox
