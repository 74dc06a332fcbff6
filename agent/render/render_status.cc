#include "agent/render/render_status.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/render/words.h"

namespace signalbox {
namespace {

/// A reason narrower than this goes under its row instead of into the last column.
constexpr size_t kReadableWhy = 50;
/// A name may not push the rest off the screen: it is cut, but never under this.
constexpr size_t kShortestTarget = 16;
/// So many names of one state are a sentence; of more only the number is said.
constexpr size_t kNamesInVerdict = 4;

std::string canary_words(int weight) {
  return weight == 0 ? "no session stays" : fmt::format("{} % of sessions stay", weight);
}

std::string routers_words(const TargetView& target) {
  if (target.action == "fallback") return "routers use the fallback, " + canary_words(target.weight);
  if (target.weight < 100) return "routers shift sessions, " + canary_words(target.weight);
  return "routers still use it in full";
}

std::string group_words(const std::vector<std::string>& names, std::string_view state) {
  if (names.size() > kNamesInVerdict) return fmt::format("{} targets are {}", names.size(), state);
  return fmt::format("{} {} {}", enumerate(names), names.size() == 1 ? "is" : "are", state);
}

std::string group_words(const std::vector<TargetView>& targets, State state) {
  std::vector<std::string> names;
  for (const TargetView& target : targets) {
    if (target.state == state) names.push_back(target.target);
  }
  return names.empty() ? std::string() : group_words(names, to_string(state));
}

/// A column of the table, and how its content is said in a line when there is no room for the column.
struct Field {
  Column column;
  TableCell (*cell)(const TargetView&, const View&);
  std::string (*words)(const TargetView&, const View&);
};

const std::vector<Field>& fields() {
  static const std::vector<Field> kFields = {
      {{"STATE"}, [](const TargetView& t, const View&) { return state_cell(t.state); }, nullptr},
      {{"TARGET"},
       [](const TargetView& t, const View&) {
         return TableCell{t.target, Style::bold};
       },
       nullptr},
      {{"SINCE"},
       [](const TargetView& t, const View& v) { return TableCell{format_since(t.since, v.now)}; },
       [](const TargetView& t, const View& v) { return "since " + format_since(t.since, v.now); }},
      {{"WEIGHT", true},
       [](const TargetView& t, const View&) { return TableCell{fmt::format("{} %", t.weight)}; },
       [](const TargetView& t, const View&) { return fmt::format("weight {} %", t.weight); }},
      {{"ADVICE"},
       [](const TargetView& t, const View&) { return TableCell{advice_words(t)}; },
       [](const TargetView& t, const View&) { return advice_words(t); }},
      {{"REPORTERS", true},
       [](const TargetView& t, const View&) { return TableCell{fmt::format("{}", t.passive.reporters)}; },
       [](const TargetView& t, const View&) { return count_of(t.passive.reporters, "reporter", "reporters"); }},
  };
  return kFields;
}

/// STATE and TARGET are always there.
constexpr size_t kFewestColumns = 2;

Table table_of(const std::vector<TargetView>& targets, size_t columns, const View& view) {
  Table table;
  for (size_t c = 0; c < columns; ++c) table.columns.push_back(fields()[c].column);
  for (const TargetView& target : targets) {
    Row row;
    for (size_t c = 0; c < columns; ++c) row.cells.push_back(fields()[c].cell(target, view));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// The width that the other columns leave to TARGET, when the table with all of its names is too wide.
void cut_targets(Table& table, size_t width) {
  size_t longest = 0;
  for (const Row& row : table.rows) longest = std::max(longest, display_width(row.cells[1].text));
  const size_t natural = natural_width(table);
  if (natural <= width) return;
  const size_t over = natural - width;
  const size_t room = longest > over ? std::max(longest - over, kShortestTarget) : kShortestTarget;
  for (Row& row : table.rows) row.cells[1].text = cut(row.cells[1].text, room);
}

/// What a person decided stands first in the agent's own sentence: who, until when and why.
Style why_style(const TargetView& target) {
  if (target.override_) return Style::yellow;
  return target.state == State::healthy ? Style::dim : Style::plain;
}

void add_why_column(Table& table, const std::vector<TargetView>& targets) {
  table.columns.push_back({"WHY"});
  for (size_t i = 0; i < targets.size(); ++i) {
    const TargetView& target = targets[i];
    table.rows[i].cells.push_back({target.why, why_style(target)});
  }
}

void add_below(Table& table, const std::vector<TargetView>& targets, size_t columns, const View& view) {
  for (size_t i = 0; i < targets.size(); ++i) {
    const TargetView& target = targets[i];
    std::vector<TableCell>& below = table.rows[i].below;
    // A healthy row says enough by itself: what is wrong must not scroll away.
    if (target.state == State::healthy && !target.override_) continue;
    if (!target.why.empty()) below.push_back({target.why, why_style(target)});
    std::string rest;
    for (size_t c = columns; c < fields().size(); ++c) {
      rest += (rest.empty() ? "" : ", ") + fields()[c].words(target, view);
    }
    if (!rest.empty()) below.push_back({rest, Style::dim});
  }
}

/// The most columns that fit; reasons in a last column where that leaves room to read them, else under the rows.
std::string table_text(const std::vector<TargetView>& targets, const View& view) {
  Table table = table_of(targets, fields().size(), view);
  const size_t whole = natural_width(table);
  if (view.width == 0 || whole + 2 + kReadableWhy <= view.width) {
    add_why_column(table, targets);
    return lay_out(table, view);
  }
  size_t columns = fields().size();
  while (columns > kFewestColumns && natural_width(table) > view.width) table = table_of(targets, --columns, view);
  cut_targets(table, view.width);
  add_below(table, targets, columns, view);
  return lay_out(table, view);
}

/// The check of `/readyz` that tells more about what the health answer says in a word.
constexpr std::string_view kStoreCheck = "store:persistence";

std::string store_output(const std::vector<CheckView>& checks) {
  const auto found = std::ranges::find(checks, kStoreCheck, &CheckView::name);
  return found == checks.end() ? std::string() : found->output;
}

void add_store_warnings(const HealthView& health, const std::vector<CheckView>& checks,
                        std::vector<std::string>& lines) {
  if (health.persistence != "ok") {
    const std::string output = store_output(checks);
    lines.push_back(fmt::format("persistence {}: {}", health.persistence.empty() ? "unknown" : health.persistence,
                                output.empty() ? "nothing is being stored" : output));
  }
  if (!health.set_aside.empty()) {
    lines.push_back("the database was corrupt and a new one was begun; the old one is " + health.set_aside);
  }
}

}  // namespace

Style verdict_style(const std::vector<TargetView>& targets) {
  switch (exit_code(targets)) {
    case kExitOk: return Style::green;
    case kExitWarning: return Style::yellow;
    case kExitCritical: return Style::alarm;
    default: return Style::cyan;
  }
}

std::string verdict(const std::vector<TargetView>& targets) {
  if (targets.empty()) return "the agent watches nothing: no provider is configured";
  const auto healthy = static_cast<size_t>(std::ranges::count(targets, State::healthy, &TargetView::state));
  if (healthy == targets.size()) {
    return healthy == 1 ? targets[0].target + " is healthy" : fmt::format("all {} targets healthy", healthy);
  }
  std::string text;
  for (State state : {State::unhealthy, State::degraded, State::recovering, State::unknown}) {
    const std::string group = group_words(targets, state);
    if (!group.empty()) text += (text.empty() ? "" : "; ") + group;
  }
  if (targets.size() - healthy == 1) {
    const auto bad = std::ranges::find_if(targets, [](const auto& t) { return t.state != State::healthy; });
    text += ": " + routers_words(*bad);
  }
  return text;
}

std::string stale_warning(const std::optional<WallTime>& expires_at, WallTime now) {
  if (!expires_at) return "the answer does not say until when it holds";
  if (*expires_at > now) return {};
  return fmt::format("this answer expired {}: the agent hangs, or this host's clock and its differ",
                     format_ago(expires_at, now));
}

std::vector<std::string> warnings(const HealthView& health, const std::vector<CheckView>& checks, WallTime now) {
  std::vector<std::string> lines;
  if (const std::string stale = stale_warning(health.expires_at, now); !stale.empty()) lines.push_back(stale);
  if (health.observer_suspect) {
    lines.push_back("observer suspect, our own network may be the fault, nothing is moved: " +
                    (health.observer_why.empty() ? "no reason given" : health.observer_why));
  }
  add_store_warnings(health, checks, lines);
  const bool store_said = health.persistence != "ok" || !health.set_aside.empty();
  for (const CheckView& check : checks) {
    if (store_said && check.name == kStoreCheck) continue;
    lines.push_back(fmt::format("{} {}{}{}", check.name, check.status.empty() ? "unknown" : check.status,
                                check.output.empty() ? "" : ": ", check.output));
  }
  return lines;
}

std::string render_status(HealthView health, const std::vector<CheckView>& checks, const View& view) {
  sort_worst_first(health.targets);
  std::string text = paragraph({verdict(health.targets), verdict_style(health.targets)}, 0, view);
  for (const std::string& line : warnings(health, checks, view.now)) {
    text += paragraph({"!! " + line, Style::alarm}, 0, view);
  }
  if (health.targets.empty()) return text;
  return text + "\n" + table_text(health.targets, view);
}

}  // namespace signalbox
