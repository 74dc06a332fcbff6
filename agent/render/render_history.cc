#include "agent/render/render_history.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "agent/render/words.h"

namespace signalbox {
namespace {

/// A reason narrower than this goes under its row.
constexpr size_t kReadableWhy = 40;

TableCell to_cell(const std::string& word) {
  const auto state = parse_state(word);
  return state ? state_cell(*state) : TableCell{word};
}

Row row_of(const TransitionView& transition, const std::string& lasted, bool with_target, const View& view) {
  Row row;
  row.cells.push_back({transition.at ? format_moment(*transition.at, view.now) : "-"});
  if (with_target) row.cells.push_back({transition.target, Style::bold});
  row.cells.push_back({transition.from, Style::dim});
  row.cells.push_back(to_cell(transition.to));
  row.cells.push_back({lasted});
  return row;
}

std::vector<Column> columns(bool with_target) {
  std::vector<Column> all = {{"AT"}};
  if (with_target) all.push_back({"TARGET"});
  all.insert(all.end(), {{"FROM"}, {"TO"}, {"LASTED"}});
  return all;
}

}  // namespace

std::vector<std::string> durations(const std::vector<TransitionView>& rows, WallTime now) {
  std::map<std::string, WallTime> next;
  std::vector<std::string> texts;
  for (const TransitionView& row : rows) {
    const auto after = next.find(row.target);
    if (!row.at) {
      texts.emplace_back("-");
    } else if (after == next.end()) {
      texts.push_back(format_span(now - *row.at) + " so far");
    } else {
      texts.push_back(format_span(after->second - *row.at));
    }
    if (row.at) next.insert_or_assign(row.target, *row.at);
  }
  return texts;
}

std::string render_transitions(const std::vector<TransitionView>& rows, bool with_target, const View& view) {
  const auto lasted = durations(rows, view.now);
  Table table{columns(with_target), {}};
  for (size_t i = 0; i < rows.size(); ++i) table.rows.push_back(row_of(rows[i], lasted[i], with_target, view));
  const bool below = view.width != 0 && natural_width(table) + 2 + kReadableWhy > view.width;
  if (!below) table.columns.push_back({"WHY"});
  for (size_t i = 0; i < rows.size(); ++i) {
    (below ? table.rows[i].below : table.rows[i].cells).push_back({rows[i].why});
  }
  return lay_out(table, view);
}

std::string render_history(const TransitionsView& history, const std::string& target, WallTime since,
                           const View& view) {
  const std::string of = target.empty() ? "all targets" : target;
  const std::string from = format_since(since, view.now);
  if (history.rows.empty()) return paragraph({fmt::format("no change of {} since {}", of, from)}, 0, view);
  const auto changes = count_of(std::ssize(history.rows), "change", "changes");
  std::string text =
      paragraph({fmt::format("{} of {} since {}, newest first", changes, of, from), Style::bold}, 0, view);
  text += "\n" + render_transitions(history.rows, true, view);
  if (!history.next_cursor.empty()) {
    text += "\n" + paragraph({"there are older ones: raise --limit, or ask with --json and the cursor"}, 0, view);
  }
  return text;
}

}  // namespace signalbox
