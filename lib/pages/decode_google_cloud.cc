#include "lib/pages/decode_google_cloud.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/text.h"

namespace signalbox {
namespace {

/// The two vocabularies agreed in all 157 incidents of a year; a third is said by the updates: AVAILABLE is over.
struct ImpactWords {
  std::string_view severity;
  std::string_view status;
  OfficialLevel level;
};
constexpr std::array<ImpactWords, 3> kImpacts = {{
    {"low", "SERVICE_INFORMATION", OfficialLevel::minor},
    {"medium", "SERVICE_DISRUPTION", OfficialLevel::major},
    {"high", "SERVICE_OUTAGE", OfficialLevel::critical},
}};
constexpr std::string_view kAvailable = "AVAILABLE";

OfficialLevel level_of_incident(const Json& value) {
  OfficialLevel worst = OfficialLevel::unknown;
  for (const ImpactWords& words : kImpacts) {
    const bool said =
        string_field(value, "severity") == words.severity || string_field(value, "status_impact") == words.status;
    if (said) worst = std::max(worst, words.level);
  }
  return worst;
}

std::string shape_fault(const Json& root) {
  if (!root.is_array()) return "not a Google Cloud feed: the document is not a list";
  if (root.empty()) return "an empty feed: it has always listed incidents of some product, so this says nothing";
  for (size_t i = 0; i < root.size(); ++i) {
    const Json& end = field(root[i], "end");
    if (string_field(root[i], "id").empty()) return fmt::format("not a Google Cloud feed: [{}] has no id", i);
    if (!time_field(root[i], "begin")) return fmt::format("not a Google Cloud feed: [{}] has no begin", i);
    if (!end.is_null() && !time_field(root[i], "end")) return fmt::format("[{}].end is not a time", i);
  }
  return {};
}

/// The description is a sentence or several paragraphs: the first line that is not blank names the incident.
std::string first_line(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos) return {};
  text.remove_prefix(start);
  return clean_text(text.substr(0, text.find_first_of("\r\n")));
}

std::string incident_url(const Json& value) {
  Json link = {{"url", "https://status.cloud.google.com/" + string_field(value, "uri")}};
  return string_field(value, "uri").empty() ? std::string() : https_field(link, "url");
}

Incident read_incident(const Json& value) {
  const Json& newest = field(value, "most_recent_update");
  const std::optional<WallTime> end = time_field(value, "end");
  const bool over = end || string_field(newest, "status") == kAvailable;
  Incident incident{.id = id_field(value, "id"),
                    .name = first_line(string_field(value, "external_desc")),
                    .impact = text_field(value, "status_impact"),
                    .status = text_field(newest, "status"),
                    .url = incident_url(value),
                    .level = level_of_incident(value),
                    .phase = over ? IncidentPhase::over : IncidentPhase::active,
                    .started_at = time_field(value, "begin"),
                    .updated_at = time_field(value, "modified"),
                    .on_our_components = true};
  if (over) incident.resolved_at = end ? end : time_field(newest, "when");
  return incident;
}

/// The product's name as the newest incident that touched it has it; its id when none did.
std::string product_name(const Json& feed, const std::string& id) {
  for (const Json& incident : feed) {
    for (const Json& product : field(incident, "affected_products")) {
      if (string_field(product, "id") != id) continue;
      const std::string current = text_field(product, "current_title");
      return current.empty() ? text_field(product, "title") : current;
    }
  }
  return id;
}

bool affects(const Json& incident, const std::vector<std::string>& products) {
  return std::ranges::any_of(field(incident, "affected_products"),
                             [&](const Json& product) { return names_one_of(product, "id", products); });
}

}  // namespace

Result<PageReading> decode_google_cloud(const ProviderConfig& provider, const SourceConfig& source,
                                        const std::vector<FeedDocument>& documents) {
  const FeedDocument& document = documents.front();
  if (const std::string fault = shape_fault(document.root); !fault.empty()) return Error{document.label + fault};
  PageReading reading;
  reading.covers = "vertex";
  for (const std::string& id : source.products) {
    reading.components.push_back(
        {id, product_name(document.root, id), std::string(kAvailable), OfficialLevel::none});
  }
  for (const Json& value : document.root) {
    const std::optional<WallTime> modified = time_field(value, "modified");
    if (modified) reading.page_updated_at = std::max(reading.page_updated_at.value_or(*modified), *modified);
    if (!affects(value, source.products)) continue;
    reading.incidents.push_back(read_incident(value));
    for (Component& product : reading.components) {
      if (affects(value, {product.id})) show_incident(product, reading.incidents.back());
    }
  }
  reading.component_level = level_of_incident_feed(reading.components);
  settle_incidents(reading.incidents, provider);
  return reading;
}

}  // namespace signalbox
