#pragma once
/// Records with something in every field, for tests of what is kept.
#include <string>

#include "lib/records.h"

namespace signalbox {

inline constexpr WallTime kMorning = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)) + hours(10);

inline TransitionRecord transition(uint64_t generation, const Target& target = {"claude", ""}) {
  return {kMorning + seconds(generation),
          target,
          State::healthy,
          State::unhealthy,
          "62 % of 418 requests failed",
          R"({"official":{"level":"none"}})",
          generation};
}

inline HealthRecord health(const std::string& body, const Target& target = {"claude", ""}) {
  return {target, body};
}

inline SourceRecord source(WallTime good_at = kMorning) {
  return {"claude", "statuspage", good_at, kMorning - hours(1)};
}

inline IncidentRecord incident(const std::string& id, WallTime first_seen_at = kMorning) {
  return {"claude",
          "statuspage",
          id,
          "Elevated errors on Claude Opus 4.6",
          "major",
          "investigating",
          kMorning - minutes(9),
          first_seen_at,
          kMorning - minutes(2),
          std::nullopt,
          "https://status.claude.com/incidents/" + id,
          {"claude-opus-4-6"}};
}

inline PayloadRecord payload(const std::string& body, WallTime at = kMorning,
                             const std::string& document = "summary") {
  return {"claude", "statuspage", document, at, body};
}

inline OutcomeCounts outcomes(int64_t ok, int64_t overloaded = 0) {
  OutcomeCounts counts{};
  counts.at(static_cast<size_t>(Outcome::ok)) = ok;
  counts.at(static_cast<size_t>(Outcome::overloaded)) = overloaded;
  return counts;
}

/// One count of one target in the second of the batch's arrival.
inline BatchRecord batch(uint64_t key, const OutcomeCounts& counts, WallTime at = kMorning,
                         const Target& target = {"claude", "claude-opus-4-6"}) {
  return {key, at, {{target, at, counts}}};
}

inline OverrideRecord override_line(OverrideAction action, WallTime at = kMorning,
                                    const Target& target = {"claude", ""}) {
  return {at, target, action, "dana", State::unhealthy, 0, "INC-1234", kMorning + hours(2)};
}

inline AdviceRecord advice(WallTime at, State state, int primary_weight, const Target& target = {"claude", ""}) {
  return {at, target, state, primary_weight};
}

}  // namespace signalbox
