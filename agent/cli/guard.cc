#include "agent/cli/guard.h"

#include <fmt/format.h>

#include "agent/ask/answers.h"
#include "agent/ask/requests.h"

namespace signalbox {
namespace {

constexpr int kUse = 0;
constexpr int kDoNotUse = 1;

}  // namespace

int guard_unavailable(const GuardOptions& options) { return options.fail_open ? kUse : kExitUnavailable; }

int guard_command(const Console& console, const AgentClient& client, const GuardOptions& options) {
  if (!is_target(options.target)) return fail(console, not_a_target(options.target), kExitUsage);
  const Answer answer = ask(client, health_path(options.target));
  if (answer.refusal) {
    const int code = answer.refusal->unknown_target ? kExitUsage : guard_unavailable(options);
    return fail(console, answer.refusal->message, code);
  }
  const auto target = read_target(answer.body);
  if (!target) return fail(console, target.error().message, guard_unavailable(options));
  if (target->state != State::unhealthy) return kUse;
  return fail(console, fmt::format("{} is unhealthy: {}", target->target, target->why), kDoNotUse);
}

}  // namespace signalbox
