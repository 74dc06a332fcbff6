#pragma once
/// What an agent answers, as JSON with the values that a test cares about.
#include <string>
#include <vector>

#include "lib/json.h"

namespace signalbox::testing {

/// The moment at which the answers are looked at: 2026-11-23T10:26:03Z.
WallTime answer_time();

struct TargetAnswerShape {
  std::string target = "claude";
  std::string state = "healthy";
  std::string since = "2026-11-23T10:12:03.000Z";
  std::string action = "primary";
  int weight = 100;
  int retry_budget_ms = 8000;
  std::string why = "1 % of 400 requests from 5 reporters failed";
  int reporters = 5;
};

/// A target that is 14 min into an outage by its own requests, while its page is green.
TargetAnswerShape outage(const std::string& target = "claude/claude-opus-4-6");

Json target_json(const TargetAnswerShape& shape);
Json health_json(const std::vector<Json>& targets);

}  // namespace signalbox::testing
