#include "lib/core.h"

#include <algorithm>
#include <set>

#include "lib/answer.h"
#include "lib/health_json.h"
#include "lib/why.h"

namespace signalbox {
namespace {

std::set<Target> configured_targets(const Config& config) {
  std::set<Target> targets;
  for (const ProviderConfig& provider : config.providers) {
    targets.insert({provider.name, {}});
    for (const std::string& model : provider.models) targets.insert({provider.name, model});
  }
  return targets;
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

void observe(Core& core, const Observation& observation, std::vector<Record>& effects) {
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

/// Known targets are the configured ones; who is no longer configured is forgotten, also by the store.
void align_targets(Core& core, std::vector<Record>& effects, Instant now) {
  const std::set<Target> wanted = configured_targets(*core.config);
  std::erase_if(core.targets, [&](const auto& entry) {
    const bool gone = !wanted.contains(entry.first);
    if (gone) effects.emplace_back(HealthRecord{entry.first, ""});
    return gone;
  });
  for (const Target& target : wanted) {
    core.targets.try_emplace(target, TargetState{.health = {.since = now}});
  }
}

void reconfigure(Core& core, const ConfigChanged& change, std::vector<Record>& effects, Instant now) {
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
  align_targets(core, effects, now);
}

BatchVerdict take_in(const ReportBatch& batch, std::vector<Record>& effects) {
  BatchRecord record{.key = batch_key(batch.reporter, batch.batch_id), .at = batch.at.wall};
  for (const Report& report : batch.reports) record.rows.push_back({report.target, report.to, report.counts});
  BatchVerdict verdict{.key = record.key, .accepted = std::ssize(batch.reports)};
  effects.emplace_back(std::move(record));
  return verdict;
}

void apply(Core& core, const Event& event, std::vector<Record>& effects, Instant now) {
  if (const auto* observation = std::get_if<Observation>(&event)) observe(core, *observation, effects);
  if (const auto* change = std::get_if<ConfigChanged>(&event)) reconfigure(core, *change, effects, now);
}

/// What one target's step needs and leaves.
struct Judged {
  Evidence evidence;
  HealthStep step;
};

Judged judge(const Core& core, const ProviderConfig& provider, const Target& target, const Health& health,
             Instant now) {
  const Policy& policy = core.config->policy;
  Judged judged;
  judged.evidence.official = weigh_official(provider, sources_of(core, provider.name), target.model,
                                            judged.evidence.passive.level, policy, now);
  judged.step = step(health, judged.evidence, policy, now);
  return judged;
}

TransitionRecord transition_of(const Core& core, const ProviderConfig& provider, const Target& target, State from,
                               const TargetState& after, Instant now) {
  const Policy& policy = core.config->policy;
  const auto evidence =
      evidence_json(provider, sources_of(core, provider.name), target, after.evidence, policy, now);
  return {.at = now.wall,
          .target = target,
          .from = from,
          .to = after.health.state,
          .why = after.why,
          .evidence = dump_json(evidence),
          .generation = 0};
}

void take_earlier(std::optional<MonoTime>& best, std::optional<MonoTime> other) {
  if (other && (!best || *other < *best)) best = other;
}

/// When a source's reading turns stale. Incidents that get too old, and the age of red, need no moment of their
/// own: they soften, and the next poll looks again.
std::optional<MonoTime> ages_at(const Core& core, Instant now) {
  std::optional<MonoTime> next;
  const Policy& policy = core.config->policy;
  for (const ProviderConfig& provider : core.config->providers) {
    const SourceStates& states = sources_of(core, provider.name);
    for (const SourceConfig& source : provider.sources) {
      const auto found = states.find(source.name);
      if (found == states.end()) continue;
      const auto at = stale_at(found->second, source, policy);
      if (at && *at > now.mono) take_earlier(next, at);
    }
  }
  return next;
}

}  // namespace

const SourceStates& sources_of(const Core& core, const std::string& provider) {
  static const SourceStates kNone;
  const auto found = core.sources.find(provider);
  return found == core.sources.end() ? kNone : found->second;
}

Update update(Core core, const std::vector<Event>& events, Instant now) {
  Update result;
  for (const Event& event : events) {
    apply(core, event, result.effects, now);
    if (const auto* batch = std::get_if<ReportBatch>(&event))
      result.verdicts.push_back(take_in(*batch, result.effects));
    result.told |= std::holds_alternative<ConfigChanged>(event);
  }

  std::vector<TransitionRecord> transitions;
  std::vector<HealthRecord> healths;
  result.wake_at = ages_at(core, now);
  for (auto& [target, state] : core.targets) {
    const ProviderConfig& provider = *find_provider(*core.config, target.provider);
    const Health before = state.health;
    Judged judged = judge(core, provider, target, before, now);
    state.evidence = std::move(judged.evidence);
    state.health = std::move(judged.step.health);
    state.why = explain(provider, sources_of(core, provider.name), target.model, state.health, state.evidence,
                        core.config->policy, now);
    take_earlier(result.wake_at, judged.step.wake_at);

    const Policy& policy = core.config->policy;
    if (advise(before, policy) != advise(state.health, policy) || before.state != state.health.state)
      result.told = true;
    if (before.state != state.health.state) {
      transitions.push_back(transition_of(core, provider, target, before.state, state, now));
    }
    if (before != state.health) healths.push_back({target, health_to_json(state.health)});
  }

  if (result.told) ++core.generation;
  for (TransitionRecord& transition : transitions) {
    transition.generation = core.generation;
    result.effects.emplace_back(std::move(transition));
  }
  for (HealthRecord& health : healths) result.effects.emplace_back(std::move(health));
  if (result.told) result.effects.emplace_back(GenerationRecord{core.generation});
  result.core = std::move(core);
  return result;
}

Core start_core(std::shared_ptr<const Config> config, Remembered remembered, Instant now) {
  Core core{.config = std::move(config), .generation = remembered.generation};
  std::vector<Record> nothing_known_yet;
  align_targets(core, nothing_known_yet, now);
  for (const HealthRecord& record : remembered.healths) {
    const auto found = core.targets.find(record.target);
    if (found == core.targets.end()) continue;
    const Result<Health> stored = health_from_json(record.body, now);
    if (stored) found->second.health = resume(*stored, now);
  }
  for (RestoredSource& restored : remembered.sources) {
    if (!is_configured(*core.config, restored.provider, restored.source)) continue;
    core.sources[restored.provider][restored.source] = std::move(restored.state);
  }
  return core;
}

}  // namespace signalbox
