#include "lib/answer.h"

#include <cmath>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

/// Null rather than an empty string: "not known" and "empty" are different things.
OrderedJson text_json(const std::string& text) { return text.empty() ? OrderedJson() : OrderedJson(text); }

OrderedJson source_json(const SourceConfig& source, const SourceState& state, bool fresh) {
  OrderedJson components = OrderedJson::array();
  for (const Component& component : state.reading ? state.reading->components : std::vector<Component>{}) {
    components.push_back({{"id", component.id}, {"name", component.name}, {"status", component.status}});
  }
  const bool read = state.reading.has_value();
  return {{"name", source.name},
          {"url", text_json(state.url)},
          {"fresh", fresh},
          {"components", std::move(components)},
          {"fetched_at", read ? time_json(state.good_at.wall) : OrderedJson()},
          {"page_updated_at", read ? time_json(state.reading->page_updated_at) : OrderedJson()},
          {"indicator", read ? text_json(state.reading->indicator) : OrderedJson()},
          {"partial", read && !state.reading->missing_components.empty()},
          {"covers", read ? text_json(state.reading->covers) : OrderedJson()},
          {"error", text_json(state.error)}};
}

OrderedJson incident_json(const Incident& incident, const IncidentVerdict& verdict) {
  return {{"id", incident.id},
          {"name", incident.name},
          {"impact", incident.impact},
          {"status", incident.status},
          {"started_at", time_json(incident.started_at)},
          {"updated_at", time_json(incident.updated_at)},
          {"url", text_json(incident.url)},
          {"scope", incident.scope},
          {"counts_as", to_string(verdict.level)},
          {"note", text_json(verdict.note)}};
}

OrderedJson maintenance_json(const Maintenance& maintenance) {
  return {{"id", maintenance.id},
          {"name", maintenance.name},
          {"from", time_json(maintenance.from)},
          {"to", time_json(maintenance.to)},
          {"status", maintenance.status}};
}

OrderedJson official_json(const ProviderConfig& provider, const SourceStates& states, const Target& target,
                          const OfficialEvidence& official, const Policy& policy, Instant now) {
  OrderedJson sources = OrderedJson::array();
  OrderedJson incidents = OrderedJson::array();
  OrderedJson maintenances = OrderedJson::array();
  for (const SourceConfig& source : provider.sources) {
    const auto found = states.find(source.name);
    const SourceState state = found == states.end() ? SourceState{} : found->second;
    const bool fresh = is_fresh(state, source, policy, now);
    sources.push_back(source_json(source, state, fresh));
    if (!fresh) continue;
    for (const Incident& incident : state.reading->incidents) {
      if (incident.phase == IncidentPhase::over) continue;
      const auto verdict = judge_incident(incident, target.model, provider, policy, now.wall);
      incidents.push_back(incident_json(incident, verdict));
    }
    for (const Maintenance& maintenance : state.reading->maintenances) {
      maintenances.push_back(maintenance_json(maintenance));
    }
  }
  return {{"level", to_string(official.level)},
          {"fresh", official.fresh},
          {"partial", official.partial},
          {"covers", text_json(official.covers)},
          {"sources", std::move(sources)},
          {"incidents", std::move(incidents)},
          {"maintenances", std::move(maintenances)}};
}

OrderedJson threshold_json(const Threshold& threshold) {
  return {{"name", threshold.name},
          {"value", to_hundredths(threshold.value)},
          {"needed", to_hundredths(threshold.needed)},
          {"neutral_ratio", to_hundredths(threshold.neutral_ratio)}};
}

OrderedJson passive_json(const PassiveEvidence& passive) {
  OrderedJson outcomes;
  for (size_t i = 0; i < kOutcomeNames.size(); ++i)
    outcomes[std::string(kOutcomeNames.at(i))] = passive.outcomes.at(i);
  OrderedJson thresholds = OrderedJson::array();
  for (const Threshold& threshold : passive.thresholds) thresholds.push_back(threshold_json(threshold));
  const auto requests = static_cast<double>(passive.requests);
  const double ratio = passive.requests > 0 ? static_cast<double>(passive.failures) / requests : 0;
  return {{"level", to_string(passive.level)},
          {"window_s", passive.window_s},
          {"requests", passive.requests},
          {"failures", passive.failures},
          {"failure_ratio", ratio},
          {"reporters", passive.reporters},
          {"outcomes", std::move(outcomes)},
          {"requests_per_s", to_hundredths(passive.requests_per_s)},
          {"thresholds", std::move(thresholds)},
          {"set_aside", passive.set_aside},
          {"note", text_json(passive.note)}};
}

}  // namespace

double to_hundredths(double value) {
  constexpr double kHundredths = 100;
  return std::round(value * kHundredths) / kHundredths;
}

OrderedJson time_json(const std::optional<WallTime>& at) {
  return at ? OrderedJson(format_rfc3339(*at)) : OrderedJson();
}

OrderedJson evidence_json(const ProviderConfig& provider, const SourceStates& states, const Target& target,
                          const Evidence& evidence, const Policy& policy, Instant now) {
  return {{"official", official_json(provider, states, target, evidence.official, policy, now)},
          {"passive", passive_json(evidence.passive)}};
}

OrderedJson override_json(const std::optional<Override>& override) {
  if (!override) return nullptr;
  return {{"state", to_string(override->state)},
          {"primary_weight", override->primary_weight},
          {"reason", override->reason},
          {"by", override->by},
          {"set_at", format_rfc3339(override->set_at.wall)},
          {"expires_at", format_rfc3339(override->expires_at.wall)}};
}

OrderedJson advice_json(const Advice& advice) {
  return {{"action", advice.action},
          {"primary_weight", advice.primary_weight},
          {"retry_budget_ms", advice.retry_budget.count()}};
}

}  // namespace signalbox
