#include "tests/support/agent_answers.h"

#include "lib/rfc3339.h"

namespace signalbox::testing {
namespace {

constexpr const char* kAsOf = "2026-11-23T10:26:03.000Z";
constexpr const char* kExpiresAt = "2026-11-23T10:27:03.000Z";

Json official_json() {
  return {{"level", "none"},
          {"fresh", true},
          {"partial", false},
          {"covers", nullptr},
          {"sources",
           {{{"name", "statuspage"},
             {"url", "https://status.claude.com/api/v2/summary.json"},
             {"fresh", true},
             {"components", {{{"id", "k8w3r06qmzrp"}, {"name", "Claude API"}, {"status", "operational"}}}},
             {"fetched_at", "2026-11-23T10:25:51.000Z"},
             {"page_updated_at", "2026-11-23T09:26:03.000Z"},
             {"indicator", "minor"},
             {"partial", false},
             {"covers", nullptr},
             {"error", nullptr}}}},
          {"incidents", Json::array()},
          {"maintenances", Json::array()}};
}

Json passive_json(int reporters) {
  return {{"level", "normal"},
          {"window_s", 12},
          {"requests", 400},
          {"failures", 4},
          {"failure_ratio", 0.01},
          {"reporters", reporters},
          {"outcomes", {{"ok", 396}, {"overloaded", 4}, {"timeout", 0}, {"throttled", 3}}}};
}

}  // namespace

WallTime answer_time() { return *parse_rfc3339(kAsOf); }

TargetAnswerShape outage(const std::string& target) {
  return {.target = target,
          .state = "unhealthy",
          .action = "fallback",
          .weight = 5,
          .retry_budget_ms = 0,
          .why =
              "62 % of 418 requests from 7 reporters failed in the last 12 s (255 overloaded); "
              "status.claude.com still says operational",
          .reporters = 7};
}

Json target_json(const TargetAnswerShape& shape) {
  const std::string provider = shape.target.substr(0, shape.target.find('/'));
  return {
      {"target", shape.target},
      {"provider", provider},
      {"model", nullptr},
      {"inherited", false},
      {"state", shape.state},
      {"since", shape.since},
      {"as_of", kAsOf},
      {"expires_at", kExpiresAt},
      {"generation", 42},
      {"advice",
       {{"action", shape.action}, {"primary_weight", shape.weight}, {"retry_budget_ms", shape.retry_budget_ms}}},
      {"why", shape.why},
      {"evidence", {{"official", official_json()}, {"passive", passive_json(shape.reporters)}}},
      {"override", nullptr}};
}

Json health_json(const std::vector<Json>& targets) {
  return {{"as_of", kAsOf},      {"expires_at", kExpiresAt},
          {"generation", 42},    {"observer", {{"suspect", false}, {"why", nullptr}}},
          {"persistence", "ok"}, {"database_set_aside", nullptr},
          {"targets", targets}};
}

}  // namespace signalbox::testing
