#include "lib/cause.h"

#include <algorithm>

namespace signalbox {
namespace {

/// An override that has just ended is in force no more: its record tells.
bool ended_an_override(const Target& target, const std::vector<Record>& effects) {
  return std::ranges::any_of(effects, [&](const Record& record) {
    const auto* line = std::get_if<OverrideRecord>(&record);
    if (line == nullptr || line->target.provider != target.provider) return false;
    return line->target.is_provider() || line->target.model == target.model;
  });
}

Cause by_sides(bool page, bool clients) {
  if (clients) return page ? Cause::both : Cause::clients;
  return Cause::page;
}

}  // namespace

Cause cause_of(const TransitionRecord& change, const Core& after, const std::vector<Record>& effects) {
  if (override_of(after, change.target) || ended_an_override(change.target, effects)) return Cause::person;
  if (change.to == State::unknown) return Cause::blind;
  const bool was_bad =
      change.from == State::unhealthy || change.from == State::degraded || change.from == State::recovering;
  if (change.to == State::recovering || (was_bad && change.to == State::healthy)) return Cause::recovery;
  if (change.from == State::recovering && change.to == State::degraded) return Cause::recovery;
  const auto found = after.targets.find(change.target);
  if (found == after.targets.end()) return Cause::page;
  const OfficialLevel official = found->second.evidence.official.level;
  const PassiveLevel passive = found->second.evidence.passive.level;
  if (change.to == State::healthy)
    return by_sides(official != OfficialLevel::unknown, passive != PassiveLevel::insufficient);
  return by_sides(official >= OfficialLevel::minor, passive >= PassiveLevel::elevated);
}

}  // namespace signalbox
