#include "lib/pages/decode_fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/pages/model_names.h"
#include "lib/text.h"

namespace signalbox {
namespace {

template <class Value, size_t Size>
using Words = std::array<std::pair<std::string_view, Value>, Size>;

constexpr Words<OfficialLevel, 6> kStatusWords = {{
    {"operational", OfficialLevel::none},
    {"degraded_performance", OfficialLevel::minor},
    {"partial_outage", OfficialLevel::major},
    {"major_outage", OfficialLevel::critical},
    {"full_outage", OfficialLevel::critical},  // incident.io's own word
    {"under_maintenance", OfficialLevel::maintenance},
}};

constexpr Words<OfficialLevel, 5> kImpactWords = {{
    {"none", OfficialLevel::none},
    {"minor", OfficialLevel::minor},
    {"major", OfficialLevel::major},
    {"critical", OfficialLevel::critical},
    {"maintenance", OfficialLevel::maintenance},
}};

constexpr Words<IncidentPhase, 8> kPhaseWords = {{
    {"investigating", IncidentPhase::active},
    {"identified", IncidentPhase::active},
    {"in_progress", IncidentPhase::active},
    {"monitoring", IncidentPhase::monitoring},
    {"verifying", IncidentPhase::monitoring},
    {"resolved", IncidentPhase::over},
    {"postmortem", IncidentPhase::over},
    {"completed", IncidentPhase::over},
}};

template <class Value, size_t Size>
Value look_up(const Words<Value, Size>& words, std::string_view word, Value otherwise) {
  for (const auto& [known, value] : words) {
    if (known == word) return value;
  }
  return otherwise;
}

bool is_plain_url_character(char c) {
  return c > ' ' && c < '\x7F' && std::string_view("\"'<>`\\").find(c) == std::string_view::npos;
}

}  // namespace

OfficialLevel level_of_status(std::string_view word) { return look_up(kStatusWords, word, OfficialLevel::unknown); }

OfficialLevel level_of_impact(std::string_view word) { return look_up(kImpactWords, word, OfficialLevel::unknown); }

IncidentPhase phase_of(std::string_view word) { return look_up(kPhaseWords, word, IncidentPhase::active); }

std::string text_field(const Json& value, std::string_view key) { return clean_text(string_field(value, key)); }

std::string id_field(const Json& value, std::string_view key) {
  return clean_text(string_field(value, key), kMaxId);
}

std::string https_field(const Json& value, std::string_view key) {
  std::string url = string_field(value, key);
  const bool usable =
      url.starts_with("https://") && url.size() <= kMaxUrl && std::ranges::all_of(url, is_plain_url_character);
  return usable ? url : std::string();
}

bool names_one_of(const Json& value, std::string_view key, const std::vector<std::string>& ids) {
  return std::ranges::find(ids, string_field(value, key)) != ids.end();
}

void show_incident(Component& component, const Incident& incident) {
  if (incident.phase != IncidentPhase::active) return;
  const bool worse = incident.level > component.level;
  const bool unsure = incident.level == OfficialLevel::unknown && component.level == OfficialLevel::none;
  if (!worse && !unsure) return;
  component.level = incident.level;
  component.status = incident.impact;
}

OfficialLevel level_of_incident_feed(const std::vector<Component>& components) {
  const bool unsure = std::ranges::count(components, OfficialLevel::unknown, &Component::level) > 0;
  return unsure ? OfficialLevel::unknown : OfficialLevel::none;
}

void keep_earliest(std::optional<WallTime>& at, std::optional<WallTime> other) {
  if (other && (!at || *other < *at)) at = other;
}

void settle_incidents(std::vector<Incident>& incidents, const ProviderConfig& provider) {
  // nullopt is less than any time: with the greater one first, incidents without a start come last.
  std::ranges::stable_sort(incidents, std::ranges::greater{}, &Incident::started_at);
  size_t over = 0;
  std::erase_if(incidents, [&](const Incident& incident) {
    return incident.phase == IncidentPhase::over && ++over > kMaxOverIncidents;
  });
  if (incidents.size() > kMaxIncidents) incidents.resize(kMaxIncidents);
  for (Incident& incident : incidents) incident.scope = models_in_title(incident.name, provider.families);
}

}  // namespace signalbox
