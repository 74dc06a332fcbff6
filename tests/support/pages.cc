#include "tests/support/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "lib/pages/status_page.h"
#include "lib/rfc3339.h"
#include "tests/support/source_dir.h"

namespace signalbox::testing {
namespace {

const std::filesystem::path kSource = source_dir();
const std::filesystem::path kCaptured = kSource / "../shared/samples";

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string show(const std::optional<WallTime>& at) { return at ? format_rfc3339(*at) : "-"; }

std::string_view show(IncidentPhase phase) {
  switch (phase) {
    case IncidentPhase::active: return "active";
    case IncidentPhase::monitoring: return "monitoring";
    case IncidentPhase::over: return "over";
  }
  return "?";
}

std::string show(const Component& component) {
  return fmt::format("component {} '{}' {} = {}\n", component.id, component.name, component.status,
                     to_string(component.level));
}

std::string show(const Incident& incident) {
  return fmt::format("incident {} '{}' {} = {}, {} = {}, {} / {} / {}{}{}{}{}\n", incident.id, incident.name,
                     incident.impact, to_string(incident.level), incident.status, show(incident.phase),
                     show(incident.started_at), show(incident.updated_at), show(incident.resolved_at),
                     incident.on_our_components ? ", ours" : "", incident.url.empty() ? "" : ", " + incident.url,
                     incident.scope.empty() ? "" : ", names ", fmt::join(incident.scope, " "));
}

}  // namespace

std::string data_file(const std::string& name) {
  std::optional<std::string> text = read_file(kSource / "tests/data" / name);
  if (!text) throw std::runtime_error("tests/data/" + name + " is missing");
  return *std::move(text);
}

Json data_json(const std::string& name) { return Json::parse(data_file(name)); }

std::optional<std::string> captured_page(const std::string& name) { return read_file(kCaptured / name); }

std::vector<std::string> captured_pages() {
  std::vector<std::string> names;
  if (!std::filesystem::is_directory(kCaptured)) return names;
  for (const auto& entry : std::filesystem::directory_iterator(kCaptured)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

ProviderConfig provider(const std::string& name) { return *find_provider(default_config(), name); }

SourceConfig ai_studio_source() {
  return {.name = "ai_studio", .kind = SourceKind::ai_studio, .components = {"1"}};
}

FetchedDocument answer(std::string name, int status, std::string body) {
  return {std::move(name), "https://status.example/", HttpReply{.status = status, .body = std::move(body)}};
}

Result<PageReading> read_page(const std::string& provider_name, const std::string& body) {
  const ProviderConfig of = provider(provider_name);
  return read_source(of, of.sources.front(), {answer("summary", 200, body)});
}

std::string describe(const Result<PageReading>& reading) {
  if (!reading) return "error: " + reading.error().message;
  std::string text = fmt::format(
      "page '{}' {} indicator '{}' level {}{}, {} unwatched\n", reading->page_id, show(reading->page_updated_at),
      reading->indicator, to_string(reading->component_level),
      reading->covers.empty() ? "" : ", covers " + reading->covers, reading->unwatched_components.size());
  for (const Component& component : reading->components) text += show(component);
  for (const std::string& id : reading->missing_components) text += "missing " + id + "\n";
  for (const Incident& incident : reading->incidents) text += show(incident);
  for (const Maintenance& m : reading->maintenances) {
    text += fmt::format("maintenance {} '{}' {} {} - {}\n", m.id, m.name, m.status, show(m.from), show(m.to));
  }
  return text;
}

}  // namespace signalbox::testing
