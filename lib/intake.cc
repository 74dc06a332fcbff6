#include "lib/intake.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/health_json.h"

namespace signalbox {
namespace {

/// A restart goes on from there: without the record routers would come back at a stroke.
void set_health(const Target& target, TargetState& state, Health health, std::vector<Record>& effects) {
  if (health != state.health) effects.emplace_back(HealthRecord{target, health_to_json(health)});
  state.health = std::move(health);
}

bool is_configured(const Config& config, const std::string& provider, const std::string& source) {
  const ProviderConfig* found = find_provider(config, provider);
  return found != nullptr && std::ranges::count(found->sources, source, &SourceConfig::name) > 0;
}

IncidentRecord record_of(const Incident& incident, const Observation& observation) {
  return {.provider = observation.provider,
          .source = observation.source,
          .id = incident.id,
          .name = incident.name,
          .impact = incident.impact,
          .status = incident.status,
          .started_at = incident.started_at,
          .first_seen_at = observation.at.wall,
          .updated_at = incident.updated_at,
          .resolved_at = incident.resolved_at,
          .url = incident.url,
          .scope = incident.scope};
}

const Incident* find_incident(const std::optional<PageReading>& reading, const std::string& id) {
  if (!reading) return nullptr;
  const auto found = std::ranges::find(reading->incidents, id, &Incident::id);
  return found == reading->incidents.end() ? nullptr : &*found;
}

/// New and changed incidents, and those that the page no longer lists: many feeds tell the end of an incident only
/// by leaving it out, so that its end is when we first missed it.
void note_incidents(const std::optional<PageReading>& before, const PageReading& after,
                    const Observation& observation, std::vector<Record>& effects) {
  for (const Incident& incident : after.incidents) {
    const Incident* known = find_incident(before, incident.id);
    if (known == nullptr || *known != incident) effects.emplace_back(record_of(incident, observation));
  }
  for (const Incident& gone : before ? before->incidents : std::vector<Incident>{}) {
    if (gone.phase == IncidentPhase::over || find_incident(after, gone.id) != nullptr) continue;
    IncidentRecord record = record_of(gone, observation);
    record.status = "resolved";
    record.resolved_at = observation.at.wall;
    effects.emplace_back(std::move(record));
  }
}

}  // namespace

void take_in(Core& core, const Observation& observation, std::vector<Record>& effects) {
  if (observation.answered) core.observer.answered_at = observation.at.mono;
  if (!is_configured(*core.config, observation.provider, observation.source)) return;  // reloaded meanwhile
  SourceState& state = core.sources[observation.provider][observation.source];
  state.tried_at = observation.at;
  state.url = observation.url;
  state.latency = observation.latency;
  if (!observation.reading) {
    state.error = observation.reading.error().message;
    return;
  }
  const PageReading& reading = *observation.reading;
  if (!state.reading || evidence_differs(*state.reading, reading)) state.changed_at = observation.at;
  note_incidents(state.reading, reading, observation, effects);
  state.reading = reading;
  state.good_at = observation.at;
  state.error.clear();
  for (const PayloadRecord& payload : observation.changed) effects.emplace_back(payload);
  effects.emplace_back(
      SourceRecord{observation.provider, observation.source, state.good_at.wall, state.changed_at.wall});
}

namespace {

/// A model becomes known when it is reported: it starts with what its provider was told for it until then.
void know_model(Core& core, const Target& target) {
  if (core.targets.contains(target)) return;
  const auto provider = core.targets.find({target.provider, ""});
  TargetState state;
  if (provider != core.targets.end()) state.health = provider->second.health;
  core.targets.emplace(target, std::move(state));
}

bool is_evidence(const ReportBatch& batch, const Report& report) {
  return batch.at.wall - report.to <= kOldestEvidence;
}

}  // namespace

BatchVerdict take_in(Core& core, const ReportBatch& batch, std::vector<Record>& effects) {
  BatchVerdict verdict;
  verdict.key = batch_key(batch.reporter, batch.batch_id);
  verdict.ignored = batch.ignored;
  core.batches.forget_old(batch.at.mono);
  const bool known = core.batches.contains(verdict.key);
  const bool stored = known && !core.batches.take_unstored(verdict.key);
  verdict.duplicate = stored;
  verdict.refused = !known && core.batches.is_full();
  if (verdict.duplicate || verdict.refused) return verdict;
  if (!known) core.batches.insert(verdict.key, batch.at.mono);

  const Policy& policy = core.config->policy;
  const int reporter = core.passive.admit_reporter(batch, policy);
  BatchRecord record{.key = verdict.key, .at = batch.at.wall, .rows = {}};
  for (size_t i = 0; i < batch.reports.size(); ++i) {
    const Report& report = batch.reports.at(i);
    const ProviderConfig* provider = find_provider(*core.config, report.target.provider);
    if (provider == nullptr) {
      verdict.ignored.push_back({fmt::format("/reports/{}/provider", i),
                                 fmt::format("no provider {} is configured", report.target.provider)});
      continue;
    }
    const std::string model = core.passive.place(report.target, *provider, policy, batch.at);
    if (!model.empty()) know_model(core, {report.target.provider, model});
    if (!known && is_evidence(batch, report)) core.passive.add(report, model, reporter, batch.at);
    record.rows.push_back({{report.target.provider, model}, report.to, report.counts});
    ++verdict.accepted;
  }
  if (!record.rows.empty()) effects.emplace_back(std::move(record));
  return verdict;
}

void take_in(Core& core, const BatchesRefused& refused) {
  for (const uint64_t key : refused.keys) core.batches.mark_unstored(key);
}

void take_in(Core& core, const OverrideChange& change, std::vector<Record>& effects) {
  const auto found = core.targets.find(change.target);
  if (!change.terms) {
    if (found != core.targets.end()) end_override(core, change.target, change.by, effects, change.at);
    return;
  }
  if (find_provider(*core.config, change.target.provider) == nullptr) return;  // reloaded meanwhile
  if (!change.target.is_provider()) know_model(core, change.target);
  TargetState& state = core.targets[change.target];
  state.override = change.terms;
  for (auto& [target, affected] : core.targets) {
    if (override_of(core, target) != change.terms) continue;
    set_health(target, affected, enter_override(affected.health, *change.terms, change.at), effects);
  }
  effects.emplace_back(OverrideRecord{.at = change.at.wall,
                                      .target = change.target,
                                      .action = OverrideAction::set,
                                      .by = change.by,
                                      .state = change.terms->state,
                                      .primary_weight = change.terms->primary_weight,
                                      .reason = change.terms->reason,
                                      .expires_at = change.terms->expires_at.wall});
}

void end_override(Core& core, const Target& target, const std::string& by, std::vector<Record>& effects,
                  Instant now) {
  const std::optional<Override> ended = core.targets.at(target).override;
  if (!ended) return;
  const Policy& policy = core.config->policy;
  core.targets.at(target).override.reset();
  for (auto& [each, state] : core.targets) {
    const bool was_under = each == target || (target.is_provider() && each.provider == target.provider);
    if (!was_under || override_of(core, each)) continue;
    const Cell cell = fuse(state.evidence.official.level, state.evidence.passive.level, policy.weights);
    set_health(each, state, leave_override(state.health, *ended, cell, policy, now), effects);
  }
  effects.emplace_back(OverrideRecord{.at = now.wall,
                                      .target = target,
                                      .action = by.empty() ? OverrideAction::expired : OverrideAction::cleared,
                                      .by = by,
                                      .state = ended->state,
                                      .primary_weight = ended->primary_weight,
                                      .reason = ended->reason,
                                      .expires_at = ended->expires_at.wall});
}

void take_in(Core& core, const ConfigChanged& change) {
  const Config& before = *core.config;
  const Config& after = *change.config;
  for (auto& [provider, states] : core.sources) {
    const ProviderConfig* old_provider = find_provider(before, provider);
    const ProviderConfig* new_provider = find_provider(after, provider);
    std::erase_if(states, [&](const auto& entry) {
      if (old_provider == nullptr || new_provider == nullptr) return true;
      const auto was = std::ranges::find(old_provider->sources, entry.first, &SourceConfig::name);
      const auto is = std::ranges::find(new_provider->sources, entry.first, &SourceConfig::name);
      // A reading was made for the components that were watched: another configuration needs another reading.
      return was == old_provider->sources.end() || is == new_provider->sources.end() || !(*was == *is);
    });
  }
  std::erase_if(core.sources, [&](const auto& entry) { return find_provider(after, entry.first) == nullptr; });
  core.config = change.config;
}

}  // namespace signalbox
