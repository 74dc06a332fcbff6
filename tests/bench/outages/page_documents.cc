#include "tests/bench/outages/page_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "lib/json.h"
#include "lib/pages/status_page.h"
#include "lib/rfc3339.h"

namespace signalbox::bench {
namespace {

std::vector<Stage> posted_by(const HistoricIncident& incident, WallTime now) {
  std::vector<Stage> posted = incident.stages;
  std::erase_if(posted, [&](const Stage& stage) { return stage.at > now; });
  return posted;
}

Json page_json(const SourceConfig& source, WallTime now) {
  return {{"id", source.page_id}, {"name", "Page"}, {"updated_at", format_rfc3339(now)}};
}

Json components_json(const HistoricIncident& incident, const SourceConfig& source,
                     const std::vector<Stage>& posted) {
  const bool hurt = !posted.empty() && posted.back().status != "monitoring" && posted.back().status != "resolved";
  const char* worst = incident.impact == "critical" ? "major_outage" : "partial_outage";
  Json components = Json::array();
  for (const std::string& id : source.components) {
    components.push_back({{"id", id},
                          {"name", "API"},
                          {"status", hurt ? worst : "operational"},
                          {"page_id", source.page_id},
                          {"group", false}});
  }
  return components;
}

/// Newest update first.
Json incident_json(const HistoricIncident& incident, const SourceConfig& source, const std::vector<Stage>& posted) {
  Json updates = Json::array();
  for (auto stage = posted.rbegin(); stage != posted.rend(); ++stage) {
    const std::string at = format_rfc3339(stage->at);
    updates.push_back({{"id", fmt::format("{}-{}", incident.id, updates.size())},
                       {"status", stage->status},
                       {"body", "We are looking into it."},
                       {"created_at", at},
                       {"updated_at", at},
                       {"display_at", at}});
  }
  return {{"id", incident.id},
          {"name", incident.title},
          {"status", posted.back().status},
          {"impact", incident.impact},
          {"page_id", source.page_id},
          {"created_at", format_rfc3339(posted.front().at)},
          {"updated_at", format_rfc3339(posted.back().at)},
          {"incident_updates", std::move(updates)}};
}

/// Atlassian's summary lists what is open, with the components it is tagged on.
std::vector<PageDocument> summary(const HistoricIncident& incident, const SourceConfig& source,
                                  const std::vector<Stage>& posted, WallTime now) {
  Json components = components_json(incident, source, posted);
  Json incidents = Json::array();
  if (!posted.empty() && posted.back().status != "resolved") {
    Json open = incident_json(incident, source, posted);
    open["started_at"] = open["created_at"];
    open["resolved_at"] = nullptr;
    open["shortlink"] = "https://stspg.io/" + incident.id;
    open["components"] = components;
    incidents.push_back(std::move(open));
  }
  const Json document = {{"page", page_json(source, now)},
                         {"components", std::move(components)},
                         {"incidents", std::move(incidents)},
                         {"scheduled_maintenances", Json::array()},
                         {"status", {{"indicator", "none"}, {"description", ""}}}};
  return {{"summary", dump_json(document)}};
}

/// incident.io's incidents are tagged on nothing, and stay after their end.
std::vector<PageDocument> two_documents(const HistoricIncident& incident, const SourceConfig& source,
                                        const std::vector<Stage>& posted, WallTime now) {
  Json incidents = Json::array();
  if (!posted.empty()) incidents.push_back(incident_json(incident, source, posted));
  const Json page = page_json(source, now);
  const Json components = {{"page", page}, {"components", components_json(incident, source, posted)}};
  const Json feed = {{"page", page}, {"incidents", std::move(incidents)}};
  return {{"components", dump_json(components)}, {"incidents", dump_json(feed)}};
}

Json ai_studio_update(const Stage& stage) {
  const int code = stage.status == "resolved"     ? 4
                   : stage.status == "monitoring" ? 3
                   : stage.status == "identified" ? 2
                                                  : 1;
  const auto epoch = std::chrono::duration_cast<seconds>(stage.at.time_since_epoch()).count();
  return Json::array({code, format_rfc3339(stage.at), Json::array({std::to_string(epoch)}), "Text."});
}

/// The feed is never empty: an old incident of the web application is always there.
std::vector<PageDocument> ai_studio(const HistoricIncident& incident, const std::vector<Stage>& posted) {
  const Stage began{incident.posted_at() - hours(48), "investigating"};
  const Stage ended{incident.posted_at() - hours(47), "resolved"};
  const auto row = [](const std::string& id, const std::string& title, int severity, const Json& updates,
                      int component) {
    return Json::array({id, title, severity, updates, component, Json::array({component})});
  };
  Json incidents = Json::array();
  incidents.push_back(
      row("old", "AI Studio is slow", 1, Json::array({ai_studio_update(began), ai_studio_update(ended)}), 3));
  Json updates = Json::array();
  for (const Stage& stage : posted) updates.push_back(ai_studio_update(stage));
  const int severity = incident.impact == "minor" ? 1 : 2;
  if (!posted.empty()) incidents.push_back(row(incident.id, incident.title, severity, updates, 1));
  return {{"summary", dump_json(Json::array({Json::array({incidents})}))}};
}

}  // namespace

Config outage_config() {
  Config config = default_config();
  for (ProviderConfig& provider : config.providers) {
    if (provider.name != "gemini") continue;
    provider.sources = {{.name = "ai_studio", .kind = SourceKind::ai_studio, .components = {"1"}}};
  }
  return config;
}

PageReading page_of(const HistoricIncident& incident, const Config& config, WallTime now) {
  const ProviderConfig& provider = *find_provider(config, incident.provider);
  const SourceConfig& source = provider.sources.front();
  const std::vector<Stage> posted = posted_by(incident, now);
  const auto documents = source.kind == SourceKind::ai_studio ? ai_studio(incident, posted)
                         : source.documents.empty()           ? summary(incident, source, posted, now)
                                                              : two_documents(incident, source, posted, now);
  const Result<PageReading> reading = decode_page(provider, source, documents);
  if (!reading) throw std::logic_error(incident.id + ": " + reading.error().message);
  return *reading;
}

}  // namespace signalbox::bench
