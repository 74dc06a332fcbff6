#pragma once
/// Values for tests, in a line each.
#include <memory>
#include <string>

#include "lib/config/config.h"
#include "lib/core.h"
#include "lib/pages/page.h"

namespace signalbox::testing {

/// A clock that moves by hand. Starts at 2026-11-23T10:00:00Z.
struct ManualClock {
  Instant now{WallTime(Millis(1795428000000)), MonoTime(hours(1))};
  Instant advance(Millis by) { return now = now + by; }
};

inline Component component(const std::string& status, OfficialLevel level) {
  return {.id = "api", .name = "API", .status = status, .level = level};
}

/// A page whose API component has `level`.
inline PageReading page(OfficialLevel level, std::vector<Incident> incidents = {}) {
  PageReading reading;
  reading.page_id = "page";
  reading.component_level = level;
  reading.components = {component(std::string(to_string(level)), level)};
  reading.incidents = std::move(incidents);
  return reading;
}

/// An active incident on the API component.
inline Incident incident(const std::string& name, OfficialLevel level, WallTime updated_at) {
  return {.id = "incident-" + name,
          .name = name,
          .impact = std::string(to_string(level)),
          .status = "investigating",
          .level = level,
          .phase = IncidentPhase::active,
          .started_at = updated_at,
          .updated_at = updated_at,
          .on_our_components = true};
}

inline SourceConfig source(const std::string& name, Millis interval = seconds(30)) {
  SourceConfig config;
  config.name = name;
  config.urls = {"https://" + name + ".example/api/v2/summary.json"};
  config.components = {"api"};
  config.interval = interval;
  return config;
}

inline ProviderConfig provider(const std::string& name, std::vector<SourceConfig> sources = {source("page")}) {
  return {.name = name,
          .families = {{"Opus", "claude-opus"}, {"Sonnet", "claude-sonnet"}},
          .sources = std::move(sources)};
}

inline Observation observed(const Result<PageReading>& reading, Instant at,
                            const std::string& provider_name = "claude", const std::string& source_name = "page") {
  Observation observation;
  observation.provider = provider_name;
  observation.source = source_name;
  observation.at = at;
  observation.latency = Millis(100);
  observation.url = "https://" + source_name + ".example/api/v2/summary.json";
  observation.reading = reading;
  return observation;
}

inline std::shared_ptr<const Config> config(std::vector<ProviderConfig> providers) {
  auto made = std::make_shared<Config>();
  made->providers = std::move(providers);
  return made;
}

}  // namespace signalbox::testing
