#include "agent/ask/requests.h"

#include <fmt/format.h>

#include "lib/ids.h"
#include "lib/rfc3339.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

}  // namespace

bool is_denied(const AgentReply& reply) { return reply.status == kUnauthorized || reply.status == kForbidden; }

std::string describe_refusal(const AgentClient& client, const AgentReply& reply) {
  const std::string& agent = client.address().text;
  const std::string problem = read_problem(reply.body);
  const std::string why = problem.empty() ? "" : ": " + problem;
  if (reply.status == kForbidden) return fmt::format("the agent at {} does not allow this{}", agent, why);
  if (reply.status == kUnauthorized) {
    return fmt::format("the agent at {} wants a token{}: name its file with --token-file or SIGNALBOX_TOKEN_FILE",
                       agent, why);
  }
  return fmt::format("the agent at {} answered HTTP {}{}", agent, reply.status, why);
}

Answer ask(const AgentClient& client, const std::string& path, Millis deadline, const std::stop_token& stop) {
  auto reply = client.get(path, deadline, stop);
  if (!reply) return {{}, Refusal{reply.error().message}};
  if (reply->status == kHttpOk) return {std::move(reply->body), {}};
  return {{}, Refusal{describe_refusal(client, *reply), reply->status == 404}};
}

std::string health_path(const std::string& target) {
  return target.empty() ? "/v1/health" : "/v1/health/" + percent_encode(target);
}

std::string transitions_path(const std::string& target, const std::optional<WallTime>& since, int limit) {
  std::string path = fmt::format("/v1/transitions?limit={}", limit);
  if (!target.empty()) path += "&target=" + percent_encode(target);
  if (since) path += "&since=" + percent_encode(format_rfc3339(*since));
  return path;
}

std::string timeline_path(const std::string& target, WallTime since, Millis step) {
  return fmt::format("/v1/timeline/{}?step_s={}&since={}", percent_encode(target),
                     std::chrono::duration_cast<seconds>(step).count(), percent_encode(format_rfc3339(since)));
}

std::vector<CheckView> failing_checks(const AgentClient& client, const std::stop_token& stop) {
  const auto reply = client.get("/readyz", kClientDeadline, stop);
  if (!reply) return {};
  auto checks = read_failing_checks(reply->body);
  return checks ? std::move(*checks) : std::vector<CheckView>{};
}

bool is_target(const std::string& text) { return parse_target(text).has_value(); }

std::string not_a_target(const std::string& text) {
  return fmt::format("\"{}\" is not a target: it is PROVIDER or PROVIDER/MODEL, as in claude/claude-opus-4-6",
                     clean_text(text));
}

}  // namespace signalbox
