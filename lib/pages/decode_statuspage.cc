#include "lib/pages/decode_statuspage.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace signalbox {
namespace {

/// The id of the page that a document belongs to: the page's own, or what its elements say; empty when it does not
/// say.
std::string page_id_of(const Json& root) {
  std::string id = id_field(field(root, "page"), "id");
  for (const char* list : {"components", "incidents"}) {
    const Json& elements = field(root, list);
    if (id.empty() && elements.is_array() && !elements.empty()) id = id_field(elements.front(), "page_id");
  }
  return id;
}

/// `list` is absent (or null) or an array of objects with an id; otherwise the sentence that says what is wrong.
std::string list_fault(const Json& root, std::string_view list) {
  const Json& elements = field(root, list);
  if (elements.is_null()) return {};
  if (!elements.is_array()) return fmt::format("`{}` is not a list", list);
  const auto bad = std::ranges::find_if(elements, [](const Json& e) { return string_field(e, "id").empty(); });
  if (bad == elements.end()) return {};
  return fmt::format("{}[{}] has no id", list, bad - elements.begin());
}

std::optional<Error> find_fault(const SourceConfig& source, const FeedDocument& document) {
  const Json& root = document.root;
  const auto fault = [&](std::string_view what) { return Error{document.label + std::string(what)}; };
  if (!root.is_object()) return fault("not a status page: the document is not a JSON object");
  const std::string page_id = page_id_of(root);
  if (!source.page_id.empty() && !page_id.empty() && page_id != source.page_id) {
    return fault(fmt::format("another page: its id is {}, configured is {}", page_id, source.page_id));
  }
  if (document.name == "incidents" && !field(root, "incidents").is_array()) {
    return fault("not a status page: no `incidents` list");
  }
  for (const char* list : {"components", "incidents", "scheduled_maintenances"}) {
    if (const std::string what = list_fault(root, list); !what.empty()) return fault(what);
  }
  return std::nullopt;
}

Component read_component(const Json& value) {
  return {.id = id_field(value, "id"),
          .name = text_field(value, "name"),
          .status = text_field(value, "status"),
          .level = level_of_status(string_field(value, "status"))};
}

void read_components(const SourceConfig& source, const Json& elements, PageReading& reading) {
  for (const std::string& id : source.components) {
    const auto found =
        std::ranges::find_if(elements, [&](const Json& element) { return string_field(element, "id") == id; });
    if (found == elements.end()) {
      reading.missing_components.push_back(id);
      continue;
    }
    reading.components.push_back(read_component(*found));
    reading.component_level = std::max(reading.component_level, reading.components.back().level);
  }
  for (const Json& element : elements) {
    if (!names_one_of(element, "id", source.components)) {
      reading.unwatched_components.push_back(read_component(element));
    }
  }
}

bool names_our_components(const Json& value, const SourceConfig& source) {
  return std::ranges::any_of(field(value, "components"),
                             [&](const Json& c) { return names_one_of(c, "id", source.components); });
}

/// Pages back-date: the first update's `display_at` may be hours before `created_at`.
std::optional<WallTime> earliest_start(const Json& value) {
  std::optional<WallTime> start = time_field(value, "started_at");
  keep_earliest(start, time_field(value, "created_at"));
  for (const Json& update : field(value, "incident_updates"))
    keep_earliest(start, time_field(update, "display_at"));
  return start;
}

Incident read_incident(const SourceConfig& source, const Json& value) {
  Incident incident{.id = id_field(value, "id"),
                    .name = text_field(value, "name"),
                    .impact = text_field(value, "impact"),
                    .status = text_field(value, "status"),
                    .url = https_field(value, "shortlink"),
                    .level = level_of_impact(string_field(value, "impact")),
                    .phase = phase_of(string_field(value, "status")),
                    .started_at = earliest_start(value),
                    .updated_at = time_field(value, "updated_at"),
                    .on_our_components = names_our_components(value, source)};
  // A reopened incident keeps the time of its first resolution: it counts only once it is over.
  if (incident.phase == IncidentPhase::over) incident.resolved_at = time_field(value, "resolved_at");
  return incident;
}

void read_maintenances(const SourceConfig& source, const Json& elements, PageReading& reading) {
  for (const Json& value : elements) {
    if (phase_of(string_field(value, "status")) == IncidentPhase::over) continue;
    const Json& components = field(value, "components");
    const bool tagged = components.is_array() && !components.empty();
    if (tagged && !names_our_components(value, source)) continue;
    if (reading.maintenances.size() == kMaxMaintenances) return;
    reading.maintenances.push_back({.id = id_field(value, "id"),
                                    .name = text_field(value, "name"),
                                    .status = text_field(value, "status"),
                                    .from = time_field(value, "scheduled_for"),
                                    .to = time_field(value, "scheduled_until")});
  }
}

}  // namespace

Result<PageReading> decode_statuspage(const ProviderConfig& provider, const SourceConfig& source,
                                      const std::vector<FeedDocument>& documents) {
  for (const FeedDocument& document : documents) {
    if (std::optional<Error> error = find_fault(source, document)) return *std::move(error);
  }
  const auto page = std::ranges::find_if(
      documents, [](const FeedDocument& document) { return field(document.root, "components").is_array(); });
  if (page == documents.end()) return Error{documents.front().label + "not a status page: no `components` list"};

  const Json& root = page->root;
  PageReading reading;
  reading.page_id = page_id_of(root);
  reading.indicator = text_field(field(root, "status"), "indicator");
  reading.page_updated_at = time_field(field(root, "page"), "updated_at");
  read_components(source, field(root, "components"), reading);
  if (reading.components.empty()) {
    return Error{fmt::format("{}none of the configured components ({}) is on the page; it lists {} components",
                             page->label, fmt::join(source.components, ", "), field(root, "components").size())};
  }
  std::set<std::string> seen;  // two documents may list the same incident
  for (const FeedDocument& document : documents) {
    for (const Json& value : field(document.root, "incidents")) {
      if (!seen.insert(string_field(value, "id")).second) continue;
      reading.incidents.push_back(read_incident(source, value));
    }
    read_maintenances(source, field(document.root, "scheduled_maintenances"), reading);
  }
  settle_incidents(reading.incidents, provider);
  // A page whose every word about us is new to us tells nothing: the last reading that did is kept until it is
  // stale.
  const bool speaks = reading.component_level != OfficialLevel::unknown ||
                      std::ranges::any_of(reading.incidents, [](const Incident& incident) {
                        return incident.on_our_components && incident.phase == IncidentPhase::active;
                      });
  if (!speaks) {
    const Component& first = reading.components.front();
    return Error{
        fmt::format("{}component {} has a status that is not known: \"{}\"", page->label, first.id, first.status)};
  }
  return reading;
}

}  // namespace signalbox
