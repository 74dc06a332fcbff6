#pragma once
/// Questions to the agent whose answers several commands need.
#include <optional>
#include <string>
#include <vector>

#include "agent/ask/answers.h"
#include "agent/ask/client.h"

namespace signalbox {

struct Refusal {
  std::string message;
  bool unknown_target = false;  ///< HTTP 404
};

/// A 200's body, or why there is none.
struct Answer {
  std::string body;
  std::optional<Refusal> refusal;
};

inline constexpr int kHttpOk = 200;

/// Why the agent did not do what it was asked: its own words, or what to try.
std::string describe_refusal(const AgentClient& client, const AgentReply& reply);
/// A token is wanted, or one with other rights.
bool is_denied(const AgentReply& reply);

Answer ask(const AgentClient& client, const std::string& path, Millis deadline = kClientDeadline,
           const std::stop_token& stop = {});

/// Where the health of `target` is, or of all when it is empty.
std::string health_path(const std::string& target);

/// Where changes are; of `target`, or of all when it is empty.
std::string transitions_path(const std::string& target, const std::optional<WallTime>& since, int limit);
/// Where what was counted of `target` is, in steps.
std::string timeline_path(const std::string& target, WallTime since, Millis step);

/// What the agent says of itself. One that is busy or older may not: the health answer stands without it.
std::vector<CheckView> failing_checks(const AgentClient& client, const std::stop_token& stop = {});

bool is_target(const std::string& text);
std::string not_a_target(const std::string& text);

}  // namespace signalbox
