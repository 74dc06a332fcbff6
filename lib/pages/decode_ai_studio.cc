#include "lib/pages/decode_ai_studio.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "lib/text.h"

namespace signalbox {
namespace {

enum Position : size_t { kId, kTitle, kSeverity, kUpdates, kPrimary, kComponents, kIncidentSize };
enum UpdatePosition : size_t { kCode, kLocalTime, kEpoch, kUpdateSize };

struct CodeWords {
  int64_t code;
  std::string_view status;
  IncidentPhase phase;
};
constexpr std::array<CodeWords, 5> kCodes = {{
    {1, "investigating", IncidentPhase::active},
    {2, "identified", IncidentPhase::active},
    {3, "monitoring", IncidentPhase::monitoring},
    {4, "resolved", IncidentPhase::over},
    {5, "mitigating", IncidentPhase::active},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kComponentNames = {{
    {"1", "Gemini API"},
    {"2", "Multimodal Live API"},
    {"3", "AI Studio"},
}};
constexpr std::string_view kNoIncident = "no open incident";

/// 9999-12-31: later times cannot be written.
constexpr int64_t kMaxEpochSeconds = 253'402'300'799;

/// The element of a positional message; null when it is not there.
const Json& at(const Json& message, size_t position) {
  static const Json kNull;
  return message.is_array() && position < message.size() ? message[position] : kNull;
}

std::optional<WallTime> update_time(const Json& update) {
  const Json& text = at(at(update, kEpoch), 0);
  if (!text.is_string()) return std::nullopt;
  const auto& digits = text.get_ref<const std::string&>();
  int64_t epoch = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), epoch);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (epoch < 0 || epoch > kMaxEpochSeconds) return std::nullopt;
  return WallTime(seconds(epoch));
}

bool is_update(const Json& value) { return at(value, kCode).is_number_integer() && update_time(value); }

bool is_incident(const Json& value) {
  const Json& updates = at(value, kUpdates);
  const Json& components = at(value, kComponents);
  return at(value, kId).is_string() && at(value, kTitle).is_string() && at(value, kSeverity).is_number_integer() &&
         updates.is_array() && !updates.empty() && std::ranges::all_of(updates, is_update) &&
         components.is_array() &&
         std::ranges::all_of(components, [](const Json& component) { return component.is_number_integer(); });
}

std::string shape_fault(const Json& incidents) {
  if (!incidents.is_array() || incidents.empty()) return "not an AI Studio feed: no list of incidents";
  const auto bad = std::ranges::find_if_not(incidents, is_incident);
  if (bad == incidents.end()) return {};
  return fmt::format("not an AI Studio feed: incident {} has another shape", bad - incidents.begin());
}

bool affects(const Json& incident, const std::vector<std::string>& components) {
  return std::ranges::any_of(at(incident, kComponents), [&](const Json& component) {
    return std::ranges::find(components, std::to_string(component.get<int64_t>())) != components.end();
  });
}

OfficialLevel level_of_severity(int64_t severity) {
  if (severity == 1) return OfficialLevel::minor;
  if (severity == 2) return OfficialLevel::major;
  return OfficialLevel::unknown;
}

Incident read_incident(const Json& value) {
  const auto severity = at(value, kSeverity).get<int64_t>();
  Incident incident{.id = clean_text(at(value, kId).get_ref<const std::string&>(), kMaxId),
                    .name = clean_text(at(value, kTitle).get_ref<const std::string&>()),
                    .impact = fmt::format("severity {}", severity),
                    .level = level_of_severity(severity),
                    .on_our_components = true};
  int64_t code = 0;
  for (const Json& update : at(value, kUpdates)) {
    const std::optional<WallTime> time = update_time(update);
    keep_earliest(incident.started_at, time);
    // Oldest first in the feed: of two updates in the same minute the later one holds.
    if (incident.updated_at && *time < *incident.updated_at) continue;
    incident.updated_at = time;
    code = at(update, kCode).get<int64_t>();
  }
  const auto* words = std::ranges::find(kCodes, code, &CodeWords::code);
  incident.status = words == kCodes.end() ? fmt::format("code {}", code) : std::string(words->status);
  incident.phase = words == kCodes.end() ? IncidentPhase::active : words->phase;
  if (incident.phase == IncidentPhase::over) incident.resolved_at = incident.updated_at;
  return incident;
}

std::string component_name(const std::string& id) {
  const auto* named = std::ranges::find(kComponentNames, id, [](const auto& row) { return row.first; });
  return named == kComponentNames.end() ? "component " + id : std::string(named->second);
}

}  // namespace

Result<PageReading> decode_ai_studio(const ProviderConfig& provider, const SourceConfig& source,
                                     const std::vector<FeedDocument>& documents) {
  const FeedDocument& document = documents.front();
  const Json& incidents = at(at(document.root, 0), 0);
  if (const std::string fault = shape_fault(incidents); !fault.empty()) return Error{document.label + fault};
  PageReading reading;
  for (const std::string& id : source.components) {
    reading.components.push_back({id, component_name(id), std::string(kNoIncident), OfficialLevel::none});
  }
  for (const Json& value : incidents) {
    if (!affects(value, source.components)) continue;
    reading.incidents.push_back(read_incident(value));
    for (Component& component : reading.components) {
      if (affects(value, {component.id})) show_incident(component, reading.incidents.back());
    }
  }
  reading.component_level = level_of_incident_feed(reading.components);
  settle_incidents(reading.incidents, provider);
  return reading;
}

}  // namespace signalbox
