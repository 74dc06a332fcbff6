#include "lib/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lib/rfc3339.h"
#include "lib/text.h"
#include "lib/url.h"

namespace signalbox {
namespace {

constexpr size_t kMaxWhy = 600;

std::string first_url(const SourceConfig& source) {
  if (!source.urls.empty()) return source.urls.front();
  return source.documents.empty() ? source.name : source.documents.begin()->second;
}

/// What the source is called in a sentence: the host that answered last, else the one that is configured.
std::string called(const SourceConfig& source, const SourceState* state) {
  return host_of(state != nullptr && !state->url.empty() ? state->url : first_url(source));
}

/// A page in a state worse than operational names its component; an operational one needs no name.
std::string component_clause(const PageReading& reading) {
  const auto worst = std::ranges::max_element(reading.components, {}, &Component::level);
  if (worst == reading.components.end() || worst->level == OfficialLevel::none) return "operational";
  return fmt::format("{} of {}", worst->status, worst->name.empty() ? worst->id : worst->name);
}

/// The incident that weighs most for the target, if any weighs at all.
const Incident* heaviest(const PageReading& reading, std::string_view model, const ProviderConfig& provider,
                         const Policy& policy, WallTime now) {
  const Incident* found = nullptr;
  OfficialLevel most = OfficialLevel::none;
  for (const Incident& incident : reading.incidents) {
    const OfficialLevel level = judge_incident(incident, model, provider, policy, now).level;
    if (level > most) {
      most = level;
      found = &incident;
    }
  }
  return found;
}

std::string fresh_clause(const ProviderConfig& provider, const SourceConfig& source, const SourceState& state,
                         std::string_view model, const Policy& policy, Instant now) {
  const PageReading& reading = *state.reading;
  std::string clause = fmt::format("{} says {}", called(source, &state), component_clause(reading));
  const Incident* incident = heaviest(reading, model, provider, policy, now.wall);
  if (incident != nullptr) {
    const std::string note = judge_incident(*incident, model, provider, policy, now.wall).note;
    clause += fmt::format(": \"{}\" ({}, {}{}{})", incident->name, incident->impact, incident->status,
                          note.empty() ? "" : ", ", note);
  }
  if (!reading.missing_components.empty()) {
    clause += fmt::format(" ({} of {} components missing)", reading.missing_components.size(),
                          reading.missing_components.size() + reading.components.size());
  }
  if (!state.error.empty()) clause += fmt::format(", but its last poll failed: {}", state.error);
  return clause;
}

std::string blind_clause(const SourceConfig& source, const SourceState* state) {
  const std::string name = called(source, state);
  if (state == nullptr || !state->tried_at) return fmt::format("{} has not been polled yet", name);
  if (state->error.empty()) return fmt::format("{} was last read too long ago", name);
  return fmt::format("{} cannot be read: {}", source.urls.size() > 1 ? source.name : name, state->error);
}

std::string official_clause(const ProviderConfig& provider, const SourceStates& states, std::string_view model,
                            const OfficialEvidence& evidence, const Policy& policy, Instant now) {
  if (provider.sources.empty()) return "no status source is configured";
  std::vector<std::string> clauses;
  for (const SourceConfig& source : provider.sources) {
    const auto found = states.find(source.name);
    const SourceState* state = found == states.end() ? nullptr : &found->second;
    if (state != nullptr && is_fresh(*state, source, policy, now)) {
      clauses.push_back(fresh_clause(provider, source, *state, model, policy, now));
    } else {
      clauses.push_back(blind_clause(source, state));
    }
  }
  std::string clause = fmt::format("{}", fmt::join(clauses, "; "));
  if (evidence.covers == "vertex") clause += " (by the Vertex page alone)";
  return clause;
}

/// "389 overloaded": the failure that was met most.
std::string worst_outcome(const OutcomeCounts& outcomes) {
  size_t worst = outcomes.size();
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (!is_failure(static_cast<Outcome>(i), false) || outcomes.at(i) == 0) continue;
    if (worst == outcomes.size() || outcomes.at(i) > outcomes.at(worst)) worst = i;
  }
  return worst == outcomes.size() ? "" : fmt::format(" ({} {})", outcomes.at(worst), kOutcomeNames.at(worst));
}

std::string reporters_clause(const PassiveEvidence& passive) {
  std::string clause;
  if (!passive.set_aside.empty()) {
    clause += fmt::format("; alone with what it reports, and set aside: {}", fmt::join(passive.set_aside, ", "));
  }
  if (!passive.note.empty()) clause += "; " + passive.note;
  return clause;
}

std::string passive_clause(const PassiveEvidence& passive) {
  if (passive.requests == 0) {
    return (passive.reporters == 0 ? "no reports from clients" : "no requests that tell anything") +
           reporters_clause(passive);
  }
  const double ratio = static_cast<double>(passive.failures) / static_cast<double>(passive.requests);
  return fmt::format("{:.0f} % of {} request{} from {} reporter{} failed in the last {} s{}{}", 100 * ratio,
                     passive.requests, passive.requests == 1 ? "" : "s", passive.reporters,
                     passive.reporters == 1 ? "" : "s", passive.window_s, worst_outcome(passive.outcomes),
                     reporters_clause(passive));
}

std::string override_clause(const Override& override) {
  return fmt::format("{} set {} at {} % until {}: {}; ", override.by, to_string(override.state),
                     override.primary_weight, format_rfc3339(override.expires_at.wall), override.reason);
}

std::string held_clause(Millis better, Millis needed) {
  const auto left = std::chrono::ceil<seconds>(std::max(Millis(0), needed - better));
  return fmt::format("; better for {} s, held for {} s more", std::chrono::floor<seconds>(better).count(),
                     left.count());
}

/// Why a target is not yet what the evidence asks for.
std::string hold_clause(const Health& health, Instant now) {
  if (health.state == State::recovering) return fmt::format("; coming back by steps, now at {} %", health.weight);
  if (!health.better_since) return "";
  const Millis better = now.mono - health.better_since->mono;
  if (health.state == State::unhealthy) return held_clause(better, health.unhealthy.hold);
  return health.state == State::degraded ? held_clause(better, health.degraded.hold) : "";
}

}  // namespace

std::string explain(const ProviderConfig& provider, const SourceStates& states, std::string_view model,
                    const Health& health, const Evidence& evidence, const std::optional<Override>& override,
                    const Policy& policy, Instant now) {
  const std::string official = official_clause(provider, states, model, evidence.official, policy, now);
  const std::string passive = passive_clause(evidence.passive);
  const bool clients_first = evidence.passive.level >= PassiveLevel::elevated;
  return clean_text(
      fmt::format("{}{}; {}{}", override ? override_clause(*override) : "", clients_first ? passive : official,
                  clients_first ? official : passive, hold_clause(health, now)),
      kMaxWhy);
}

}  // namespace signalbox
