#include "agent/render/render_target.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/render/render_history.h"
#include "agent/render/render_passive.h"
#include "agent/render/render_status.h"
#include "agent/render/words.h"

namespace signalbox {
namespace {

/// Of the longest label, "maintenance", and the gap.
constexpr size_t kLabelWidth = 11;
constexpr size_t kIndent = 2;

using Lines = std::vector<std::string>;

std::string join(const Lines& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : std::string(separator)) + part;
  }
  return text;
}

std::string line(std::string_view label, const TableCell& cell, const View& view) {
  return cell.text.empty() ? std::string() : labelled({std::string(label), Style::dim}, kLabelWidth, cell, view);
}

std::string component_words(const PageView& page) {
  Lines parts;
  for (const ComponentView& component : page.components) {
    parts.push_back((component.name.empty() ? component.id : component.name) + " " + or_unknown(component.status));
  }
  return join(parts, ", ");
}

std::string official_words(const OfficialView& official) {
  Lines parts = {or_unknown(official.level) + (official.fresh ? "" : " (no fresh source)")};
  if (official.partial) parts.push_back("partial");
  if (!official.covers.empty()) parts.push_back("by the " + official.covers + " page alone");
  for (const PageView& page : official.pages) {
    const std::string components = component_words(page);
    if (!components.empty()) parts.push_back(page.name + " says " + components);
  }
  if (!official.incidents.empty()) {
    parts.push_back(count_of(std::ssize(official.incidents), "open incident", "open incidents"));
  }
  return join(parts, "; ");
}

std::string validity(const TargetView& target, const View& view) {
  if (!target.as_of || !target.expires_at) return {};
  return fmt::format("as of {}, holds until {}", format_moment(*target.as_of, view.now),
                     format_moment(*target.expires_at, view.now));
}

TableCell override_cell(const TargetView& target, const View& view) {
  if (!target.override_) return {"none"};
  return {override_words(*target.override_, view.now) + " (to " + or_unknown(target.override_->state) + ")",
          Style::yellow};
}

/// The part that `status TARGET` and `why TARGET` begin with.
std::string head(const TargetView& target, const View& view) {
  const TableCell state = state_cell(target.state);
  std::string text =
      paint(state.text, state.style, view.colour) + "  " + paint(target.target, Style::bold, view.colour);
  if (target.inherited) text += "  (nobody reports this model: its provider's health)";
  text += "\n";
  if (const std::string stale = stale_warning(target.expires_at, view.now); !stale.empty()) {
    text += paragraph({"!! " + stale, Style::alarm}, 0, view);
  }
  text += "\n" + line("since", {format_since(target.since, view.now)}, view);
  text += line("why", {target.why}, view);
  text += line("advice", {fmt::format("{}; {} % of sessions use it", advice_words(target), target.weight)}, view);
  return text;
}

std::string section(std::string_view title, const TableCell& summary, const View& view) {
  return "\n" + labelled({std::string(title), Style::dim}, kLabelWidth, summary, view);
}

const SourceView* source_of(const Background& background, const TargetView& target, const std::string& name) {
  const auto found = std::ranges::find_if(background.sources, [&](const SourceView& source) {
    return source.provider == target.provider && source.name == name;
  });
  return found == background.sources.end() ? nullptr : &*found;
}

std::string fetch_words(const PageView& page, const SourceView* source, const View& view) {
  Lines parts = {"fetched " + format_ago(page.fetched_at, view.now)};
  if (page.page_updated_at) parts.push_back("page changed " + format_ago(page.page_updated_at, view.now));
  if (!page.fresh) parts.push_back("NOT FRESH");
  if (page.partial) parts.push_back("partial");
  if (!page.covers.empty()) parts.push_back("covers " + page.covers + " only");
  if (!page.indicator.empty()) parts.push_back("page indicator " + page.indicator + " (not used)");
  if (source != nullptr) {
    if (source->interval_s) parts.push_back(fmt::format("every {:.3g} s", *source->interval_s));
    if (source->latency_ms) parts.push_back(fmt::format("took {:.0f} ms", *source->latency_ms));
  }
  return join(parts, ", ");
}

std::string page_text(const PageView& page, const SourceView* source, const View& view) {
  std::string text = paragraph({page.name + "  " + page.url, Style::bold}, kIndent, view);
  text += paragraph({fetch_words(page, source, view)}, 2 * kIndent, view);
  for (const ComponentView& component : page.components) {
    text += paragraph({fmt::format("{}: {}  ({})", component.name, or_unknown(component.status), component.id)},
                      2 * kIndent, view);
  }
  if (source != nullptr && !source->missing_components.empty()) {
    text += paragraph({"missing from the page: " + join(source->missing_components, ", "), Style::yellow},
                      2 * kIndent, view);
  }
  const std::string error = page.error.empty() && source != nullptr ? source->last_error : page.error;
  if (!error.empty()) text += paragraph({"last error: " + error, Style::red}, 2 * kIndent, view);
  return text;
}

std::string judged_words(const IncidentView& incident) {
  const bool counts = incident.counts_as != "none" && incident.counts_as != "unknown";
  const std::string verdict = incident.counts_as.empty() ? ""
                              : counts                   ? "counts as " + incident.counts_as
                                                         : "does not count";
  return join({verdict, incident.note}, ": ");
}

std::string incident_text(const IncidentView& incident, const View& view) {
  std::string text = paragraph({incident.name, Style::bold}, kIndent, view);
  const Lines facts = {or_unknown(incident.impact), or_unknown(incident.status),
                       incident.started_at ? "began " + format_ago(incident.started_at, view.now) : "",
                       incident.updated_at ? "updated " + format_ago(incident.updated_at, view.now) : "",
                       incident.scope.empty() ? "" : "names " + join(incident.scope, ", ")};
  text += paragraph({join(facts, ", ")}, 2 * kIndent, view);
  if (const std::string judged = judged_words(incident); !judged.empty()) {
    text += paragraph({judged}, 2 * kIndent, view);
  }
  if (!incident.url.empty()) text += paragraph({incident.url, Style::dim}, 2 * kIndent, view);
  return text;
}

std::string maintenance_text(const MaintenanceView& maintenance, const View& view) {
  return paragraph(
      {fmt::format("maintenance {}: {}, from {} to {}", or_unknown(maintenance.status), maintenance.name,
                   format_since(maintenance.from, view.now), format_since(maintenance.to, view.now))},
      kIndent, view);
}

std::string official_text(const TargetView& target, const Background& background, const View& view) {
  const OfficialView& official = target.official;
  std::string text = section("official", {official_words(official)}, view);
  if (official.pages.empty()) text += paragraph({"no source is configured for " + target.provider}, kIndent, view);
  for (const PageView& page : official.pages) {
    text += page_text(page, source_of(background, target, page.name), view);
  }
  for (const IncidentView& incident : official.incidents) text += incident_text(incident, view);
  for (const MaintenanceView& maintenance : official.maintenances) text += maintenance_text(maintenance, view);
  return text;
}

std::string passive_text(const PassiveView& passive, const View& view) {
  return section("passive", {passive_words(passive)}, view) + passive_details(passive, view);
}

std::string transitions_text(const Background& background, const View& view) {
  if (background.transitions.empty()) return section("history", {"no change of state is recorded"}, view);
  return section("history", {"newest first"}, view) + render_transitions(background.transitions, false, view);
}

}  // namespace

std::string render_target(const TargetView& target, const View& view) {
  std::string text = head(target, view);
  text += line("official", {official_words(target.official)}, view);
  for (const IncidentView& incident : target.official.incidents) {
    text += line("", {incident.name + " (" + or_unknown(incident.status) + ")"}, view);
  }
  text += line("passive", {passive_words(target.passive)}, view);
  text += line("", {outcome_words(target.passive)}, view);
  text += line("override", override_cell(target, view), view);
  text += line("answer", {validity(target, view)}, view);
  return text;
}

std::string render_why(const TargetView& target, const Background& background, const View& view) {
  std::string text = head(target, view);
  text += line("override", override_cell(target, view), view);
  text += line("answer", {validity(target, view)}, view);
  text += official_text(target, background, view);
  text += passive_text(target.passive, view);
  text += transitions_text(background, view);
  if (!background.trouble.empty()) text += "\n" + paragraph({"!! " + background.trouble, Style::yellow}, 0, view);
  return text;
}

}  // namespace signalbox
