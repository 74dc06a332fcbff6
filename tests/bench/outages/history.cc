#include "tests/bench/outages/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "lib/json.h"

namespace signalbox::bench {
namespace {

constexpr std::array kStatuses = {"investigating", "identified", "monitoring", "resolved"};

/// Datasets call them by their companies.
std::string our_name(const std::string& provider) { return provider == "anthropic" ? "claude" : provider; }

bool is_api(const std::string& component) {
  return component == "API" || component == "api.anthropic.com" || component == "Gemini API";
}

std::vector<Stage> stages_of(const Json& row) {
  std::vector<Stage> stages;
  for (const char* status : kStatuses) {
    if (const auto at = time_field(field(row, "stages"), status)) stages.push_back({*at, status});
  }
  for (const Json& update : field(row, "updates")) {
    const auto at = time_field(update, "at");
    const int code = update.value("code", 0);  // see decode_ai_studio.h
    if (!at) continue;
    stages.push_back({*at, code == 4   ? "resolved"
                           : code == 3 ? "monitoring"
                           : code == 1 ? "investigating"
                                       : "identified"});
  }
  std::ranges::stable_sort(stages, {}, &Stage::at);
  return stages;
}

HistoricIncident incident_of(const Json& row) {
  HistoricIncident incident{.provider = our_name(string_field(row, "provider")),
                            .id = string_field(row, "id"),
                            .title = string_field(row, "title"),
                            .impact = string_field(row, "impact"),
                            .stages = stages_of(row)};
  if (row.contains("severity")) incident.impact = row.value("severity", 1) == 2 ? "major" : "minor";
  for (const Json& component : field(row, "components")) {
    incident.on_the_api |= component.is_string() && is_api(component.get<std::string>());
  }
  return incident;
}

}  // namespace

WallTime HistoricIncident::over_at() const {
  const auto back = std::ranges::find_if(
      stages, [](const Stage& stage) { return stage.status == "monitoring" || stage.status == "resolved"; });
  return back == stages.end() ? WallTime::max() : back->at;
}

std::vector<HistoricIncident> read_history(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  std::vector<HistoricIncident> incidents;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const Result<Json> row = parse_json(line);
    if (!row) throw std::runtime_error(fmt::format("{}:{}: {}", path, number, row.error().message));
    HistoricIncident incident = incident_of(*row);
    if (!incident.stages.empty()) incidents.push_back(std::move(incident));
  }
  return incidents;
}

bool is_replayed(const HistoricIncident& incident) {
  if (!incident.on_the_api || (incident.impact != "major" && incident.impact != "critical")) return false;
  const std::string& first = incident.stages.front().status;
  if (first != "investigating" && first != "identified") return false;
  if (incident.stages.back().status != "resolved") return false;
  const Millis lasted = incident.over_at() - incident.posted_at();
  return lasted >= minutes(5) && lasted <= hours(6);
}

}  // namespace signalbox::bench
