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

}  // namespace signalbox
