#include "lib/core.h"

#include <algorithm>
#include <set>

#include "lib/answer.h"
#include "lib/health_json.h"
#include "lib/intake.h"
#include "lib/notify/notices.h"
#include "lib/why.h"

namespace signalbox {
namespace {

void take_earlier(std::optional<MonoTime>& best, std::optional<MonoTime> other) {
  if (other && (!best || *other < *best)) best = other;
}

bool is_configured(const Config& config, const Target& target) {
  const ProviderConfig* provider = find_provider(config, target.provider);
  if (provider == nullptr) return false;
  return target.is_provider() || std::ranges::count(provider->models, target.model) > 0;
}

/// A model that nobody configured stays while it is reported, in an outage or overridden.
bool is_kept(const Core& core, const Target& target, const TargetState& state) {
  if (find_provider(*core.config, target.provider) == nullptr) return false;
  if (is_configured(*core.config, target) || state.override) return true;
  if (state.health.state == State::unhealthy || state.health.state == State::recovering) return true;
  return core.passive.knows(target);
}

TargetState new_target(Instant now) {
  TargetState state;
  state.health.since = now;
  return state;
}

/// Who is no longer known is forgotten, also by the store.
void align_targets(Core& core, std::vector<Record>& effects, Instant now) {
  std::erase_if(core.targets, [&](const auto& entry) {
    if (is_kept(core, entry.first, entry.second)) return false;
    core.passive.drop(entry.first);
    effects.emplace_back(HealthRecord{entry.first, ""});
    return true;
  });
  for (const ProviderConfig& provider : core.config->providers) {
    core.targets.try_emplace({provider.name, {}}, new_target(now));
    for (const std::string& model : provider.models) {
      core.targets.try_emplace({provider.name, model}, new_target(now));
    }
  }
}

void end_overrides(Core& core, std::vector<Record>& effects, Instant now) {
  for (auto& [target, state] : core.targets) {
    if (state.override && state.override->expires_at.mono <= now.mono) end_override(core, target, "", effects, now);
  }
}

/// While the page is red, or the target is on its way back, it takes half the evidence to believe in failures.
bool half_is_enough(const Core& core, const Target& target) {
  const auto found = core.targets.find(target);
  const auto provider = found == core.targets.end() ? core.targets.find({target.provider, ""}) : found;
  if (provider == core.targets.end()) return false;
  const TargetState& state = provider->second;
  return state.evidence.official.level >= OfficialLevel::major || state.health.state == State::recovering;
}

Evidence weigh(const Core& core, const ProviderConfig& provider, const Target& target, Instant now) {
  Evidence evidence;
  evidence.passive.level = core.passive.level(target);
  evidence.passive.requests_per_s = core.passive.requests_per_s(target, now.mono);
  if (core.observer.holds_back(provider.name)) evidence.passive.level = PassiveLevel::insufficient;
  evidence.official = weigh_official(provider, sources_of(core, provider.name), target.model,
                                     evidence.passive.level, core.config->policy, now);
  return evidence;
}

/// Who would become unhealthy now by failures of local origin alone.
ObserverView observe_ourselves(const Core& core, Instant now) {
  ObserverView view;
  for (const ProviderConfig& provider : core.config->providers) {
    const std::optional<bool> local = core.passive.fails_locally(provider.name, now.mono);
    if (!local) continue;
    ++view.with_evidence;
    if (!*local) continue;
    view.failing_locally.insert(provider.name);
    for (auto it = core.targets.lower_bound({provider.name, ""});
         it != core.targets.end() && it->first.provider == provider.name; ++it) {
      const bool failing = core.passive.level(it->first) == PassiveLevel::failing;
      view.verdict_waits |= failing && it->second.health.state != State::unhealthy;
    }
  }
  return view;
}

/// Asks the sources when it may be us. What was seen while we were the fault is no evidence.
void look_at_observer(Core& core, Update& result, Instant now) {
  const Observer was = core.observer;
  core.observer = step(was, observe_ourselves(core, now), now);
  result.poll_now = was.phase == Observer::Phase::trusted && core.observer.phase == Observer::Phase::asking;
  result.told |= was.is_suspect() != core.observer.is_suspect();
  if (!was.is_suspect() || core.observer.is_suspect()) return;
  for (const std::string& provider : was.providers) core.passive.disregard(provider);
}

TransitionRecord transition_of(const Core& core, const Target& target, State from, const TargetState& after,
                               Instant now) {
  const ProviderConfig& provider = *find_provider(*core.config, target.provider);
  const auto evidence = evidence_json(provider, sources_of(core, provider.name), target,
                                      evidence_of(core, target, after, now), core.config->policy, now);
  return {.at = now.wall,
          .target = target,
          .from = from,
          .to = told_of(core, target, after).state,
          .why = why_of(core, target, after, now),
          .evidence = dump_json(evidence),
          .generation = 0};
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

/// What routers are told before anything changes, to be compared with what they are told after.
std::map<Target, Told> all_told(const Core& core) {
  std::map<Target, Told> told;
  for (const auto& [target, state] : core.targets)
    told.emplace_hint(told.end(), target, told_of(core, target, state));
  return told;
}

bool differs(const Told& before, const Told& after) {
  return before.state != after.state || before.advice != after.advice;
}

/// While it may be us nothing moves, for better or worse, but what a page says.
bool is_held_back(const Core& core, const Target& target, const Evidence& evidence) {
  if (!core.observer.holds_back(target.provider)) return false;
  return fuse(evidence.official.level, evidence.passive.level, core.config->policy.weights).state !=
         State::unhealthy;
}

/// One step of every target; returns when time alone will change one of them.
std::optional<MonoTime> step_targets(Core& core, std::vector<Record>& healths, Instant now) {
  std::optional<MonoTime> next;
  for (auto& [target, state] : core.targets) {
    const ProviderConfig& provider = *find_provider(*core.config, target.provider);
    state.evidence = weigh(core, provider, target, now);
    if (state.override) take_earlier(next, state.override->expires_at.mono);
    if (is_held_back(core, target, state.evidence)) continue;
    HealthStep stepped = step(state.health, state.evidence, core.config->policy, now);
    if (stepped.health != state.health) healths.emplace_back(HealthRecord{target, health_to_json(stepped.health)});
    state.health = std::move(stepped.health);
    take_earlier(next, stepped.wake_at);
  }
  return next;
}

/// Everything is looked at anew.
void judge(Core& core, const std::map<Target, Told>& before, Update& result, Instant now) {
  end_overrides(core, result.effects, now);
  core.passive.judge(
      *core.config, [&](const Target& target) { return half_is_enough(core, target); }, now.mono);
  align_targets(core, result.effects, now);
  look_at_observer(core, result, now);
  std::vector<Record> healths;
  core.wake_at = step_targets(core, healths, now);
  take_earlier(core.wake_at, ages_at(core, now));
  take_earlier(core.wake_at, core.passive.wake_at());
  take_earlier(core.wake_at, wake_at(core.observer));

  std::vector<TransitionRecord> transitions;
  std::vector<TargetState*> changed;
  for (auto& [target, state] : core.targets) {
    const Told after = told_of(core, target, state);
    const auto found = before.find(target);
    const Told was = found == before.end() ? Told{.advice = advise({}, core.config->policy)} : found->second;
    if (differs(was, after)) changed.push_back(&state);
    if (was.state != after.state || was.advice.primary_weight != after.advice.primary_weight)
      result.effects.emplace_back(AdviceRecord{now.wall, target, after.state, after.advice.primary_weight});
    if (was.state != after.state) transitions.push_back(transition_of(core, target, was.state, state, now));
  }
  result.told |= !changed.empty();
  if (result.told) ++core.generation;
  for (TargetState* state : changed) state->changed = core.generation;
  for (TransitionRecord& transition : transitions) {
    transition.generation = core.generation;
    result.effects.emplace_back(std::move(transition));
  }
  std::ranges::move(healths, std::back_inserter(result.effects));
  if (result.told) result.effects.emplace_back(GenerationRecord{core.generation});
}

/// Takes in one event; false when what it brought need not be judged before its slot is over.
bool apply(Core& core, const Event& event, Update& result) {
  if (const auto* batch = std::get_if<ReportBatch>(&event)) {
    const size_t known = core.targets.size();
    result.verdicts.push_back(take_in(core, *batch, result.effects));
    return core.targets.size() != known;
  }
  if (const auto* refused = std::get_if<BatchesRefused>(&event)) {
    take_in(core, *refused);
    return false;
  }
  if (const auto* observation = std::get_if<Observation>(&event)) take_in(core, *observation, result.effects);
  if (const auto* change = std::get_if<OverrideChange>(&event)) {
    take_in(core, *change, result.effects);
    result.told = true;
  }
  if (const auto* change = std::get_if<ConfigChanged>(&event)) {
    take_in(core, *change);
    result.told = true;
  }
  return true;
}

}  // namespace

const SourceStates& sources_of(const Core& core, const std::string& provider) {
  static const SourceStates kNone;
  const auto found = core.sources.find(provider);
  return found == core.sources.end() ? kNone : found->second;
}

const std::optional<Override>& override_of(const Core& core, const Target& target) {
  static const std::optional<Override> kNone;
  const auto own = core.targets.find(target);
  if (own != core.targets.end() && own->second.override) return own->second.override;
  const auto provider = core.targets.find({target.provider, ""});
  return provider == core.targets.end() ? kNone : provider->second.override;
}

std::set<std::string> doubted_providers(const Core& core) {
  std::set<std::string> doubted;
  for (const auto& [target, state] : core.targets) {
    if (state.evidence.passive.level >= PassiveLevel::elevated) doubted.insert(target.provider);
  }
  return doubted;
}

Told told_of(const Core& core, const Target& target, const TargetState& state) {
  return tell(state.health, override_of(core, target), core.config->policy);
}

Evidence evidence_of(const Core& core, const Target& target, const TargetState& state, Instant now) {
  Evidence evidence = state.evidence;
  evidence.passive = core.passive.evidence(target, now.mono);
  if (!core.observer.holds_back(target.provider)) return evidence;
  evidence.passive.level = state.evidence.passive.level;
  evidence.passive.note =
      "several providers fail at once and only by timeouts or connections: it may be our network";
  return evidence;
}

std::string why_of(const Core& core, const Target& target, const TargetState& state, Instant now) {
  const ProviderConfig& provider = *find_provider(*core.config, target.provider);
  return explain(provider, sources_of(core, provider.name), target.model, state.health,
                 evidence_of(core, target, state, now), override_of(core, target), core.config->policy, now);
}

Update update(Core core, const std::vector<Event>& events, Instant now) {
  Update result;
  const bool was_suspect = core.observer.is_suspect();
  const bool time_is_up = !core.wake_at || *core.wake_at <= now.mono;
  std::map<Target, Told> before;
  const bool only_counts = std::ranges::all_of(events, [](const Event& event) {
    return std::holds_alternative<ReportBatch>(event) || std::holds_alternative<BatchesRefused>(event);
  });
  if (time_is_up || !only_counts) before = all_told(core);
  bool must_judge = time_is_up || events.empty();
  for (const Event& event : events) must_judge |= apply(core, event, result);
  if (must_judge) {
    // A model that has just become known was told what its provider is told.
    if (before.size() != core.targets.size()) before.merge(all_told(core));
    judge(core, before, result, now);
  } else {
    take_earlier(core.wake_at, core.passive.wake_at());
  }
  if (!core.config->notify.empty())
    std::ranges::move(notices_of(core, result.effects, was_suspect, now), std::back_inserter(result.effects));
  result.wake_at = core.wake_at;
  result.core = std::move(core);
  return result;
}

Core start_core(std::shared_ptr<const Config> config, Remembered remembered, Instant now) {
  Core core{.config = std::move(config), .generation = remembered.generation};
  std::vector<Record> nothing_known_yet;
  align_targets(core, nothing_known_yet, now);
  for (const HealthRecord& record : remembered.healths) {
    const Result<Health> stored = health_from_json(record.body, now);
    if (!stored || find_provider(*core.config, record.target.provider) == nullptr) continue;
    core.targets[record.target].health = resume(*stored, now);
  }
  for (const OverrideRecord& record : remembered.overrides) {
    if (find_provider(*core.config, record.target.provider) == nullptr) continue;
    // A clock that was set back must not make it last longer than it was to.
    const Millis left = std::min(record.expires_at - now.wall, record.expires_at - record.at);
    const Instant expires{record.expires_at, now.mono + left};
    core.targets[record.target].override =
        Override{record.state, record.primary_weight, record.reason, record.by, recalled(record.at, now), expires};
  }
  for (RestoredSource& restored : remembered.sources) {
    const ProviderConfig* provider = find_provider(*core.config, restored.provider);
    if (provider == nullptr || std::ranges::count(provider->sources, restored.source, &SourceConfig::name) == 0)
      continue;
    core.sources[restored.provider][restored.source] = std::move(restored.state);
  }
  for (const BatchRecord& record : remembered.batches) {
    core.batches.insert(record.key, recalled(record.at, now).mono);
  }
  return core;
}

}  // namespace signalbox
