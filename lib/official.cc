#include "lib/official.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lib/pages/model_names.h"

namespace signalbox {
namespace {

using enum OfficialLevel;

OfficialLevel at_most_minor(OfficialLevel level) { return std::min(level, minor); }

bool counts_for_us(const Incident& incident) {
  return incident.phase == IncidentPhase::active && incident.on_our_components;
}

/// Whether every incident that could explain the component's status names models, and none names this one.
bool only_other_models(const PageReading& reading, std::string_view model, const ProviderConfig& provider) {
  bool any = false;
  for (const Incident& incident : reading.incidents) {
    if (!counts_for_us(incident)) continue;
    any = true;
    if (incident.scope.empty() || in_scope(model, incident.scope, provider.families)) return false;
  }
  return any;
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

std::vector<std::string> statuses(const PageReading& reading) {
  std::vector<std::string> words;
  for (const Component& component : reading.components) words.push_back(component.id + "=" + component.status);
  return words;
}

std::vector<Incident> our_incidents(const PageReading& reading) {
  std::vector<Incident> ours;
  std::ranges::copy_if(reading.incidents, std::back_inserter(ours), [](const Incident& incident) {
    return incident.on_our_components && incident.phase != IncidentPhase::over;
  });
  std::ranges::sort(ours, {}, &Incident::id);
  return ours;
}

}  // namespace

std::optional<MonoTime> stale_at(const SourceState& state, const SourceConfig& source, const Policy& policy) {
  if (!state.reading) return std::nullopt;
  return state.good_at.mono + policy.stale_intervals * source.interval;
}

bool is_fresh(const SourceState& state, const SourceConfig& source, const Policy& policy, Instant now) {
  const auto end = stale_at(state, source, policy);
  return end && now.mono < *end;
}

IncidentVerdict judge_incident(const Incident& incident, std::string_view model, const ProviderConfig& provider,
                               const Policy& policy, WallTime now) {
  if (incident.phase == IncidentPhase::over) return {none, "over"};
  if (incident.phase == IncidentPhase::monitoring) return {none, "monitoring: service is usually back"};
  if (!incident.on_our_components) return {none, "not tagged on a component that is watched"};
  const auto updated = incident.updated_at ? incident.updated_at : incident.started_at;
  if (updated && now - *updated >= policy.incident_max_age) {
    const auto age = std::chrono::floor<hours>(now - *updated);
    return {none, fmt::format("no update for {} h", age.count())};
  }
  if (incident.level == unknown) return {none, "of an impact that we do not know"};
  if (incident.scope.empty() || (!model.empty() && in_scope(model, incident.scope, provider.families))) {
    return {incident.level, ""};
  }
  const OfficialLevel level = at_most_minor(incident.level);
  return {level, level == incident.level ? "" : "about " + joined(incident.scope)};
}

OfficialLevel reading_level(const PageReading& reading, std::string_view model, const ProviderConfig& provider,
                            const Policy& policy, WallTime now) {
  OfficialLevel level = reading.component_level;
  if (!model.empty() && only_other_models(reading, model, provider)) level = at_most_minor(level);
  for (const Incident& incident : reading.incidents) {
    level = std::max(level, judge_incident(incident, model, provider, policy, now).level);
  }
  return level;
}

OfficialEvidence weigh_official(const ProviderConfig& provider, const SourceStates& states, std::string_view model,
                                PassiveLevel passive, const Policy& policy, Instant now) {
  OfficialEvidence evidence;
  bool whole = false;  // some fresh source speaks for the whole provider
  for (const SourceConfig& source : provider.sources) {
    const auto found = states.find(source.name);
    if (found == states.end() || !is_fresh(found->second, source, policy, now)) {
      evidence.partial = true;
      continue;
    }
    const SourceState& state = found->second;
    const PageReading& reading = *state.reading;
    OfficialLevel level = reading_level(reading, model, provider, policy, now.wall);
    const bool old_red = level >= major && now.mono - state.changed_at.mono >= policy.old_red;
    if (old_red && passive == PassiveLevel::normal) level = minor;
    evidence.level = std::max(evidence.level, level);
    evidence.fresh = true;
    evidence.partial |= !reading.missing_components.empty();
    whole |= reading.covers.empty();
    if (evidence.covers.empty()) evidence.covers = reading.covers;
  }
  evidence.partial &= evidence.fresh;
  if (whole) evidence.covers.clear();
  return evidence;
}

bool evidence_differs(const PageReading& before, const PageReading& after) {
  return statuses(before) != statuses(after) || our_incidents(before) != our_incidents(after);
}

}  // namespace signalbox
