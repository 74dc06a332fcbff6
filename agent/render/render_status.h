#pragma once
/// `signalbox status` as text: what is wrong, since when, why we say so and what the routers were told, within the
/// five seconds that a person on call has.
#include <string>
#include <vector>

#include "agent/ask/answers.h"
#include "agent/render/layout.h"

namespace signalbox {

/// The overall verdict in a sentence, the loud lines, the table, worst first.
std::string render_status(HealthView health, const std::vector<CheckView>& checks, const View& view);

/// The verdict alone: "claude is unhealthy: routers use the fallback, 5 % of sessions stay".
std::string verdict(const std::vector<TargetView>& targets);

/// How loud it is.
Style verdict_style(const std::vector<TargetView>& targets);

/// What must not be overlooked: observer suspect, persistence, a stale answer, failing checks. A sentence each.
std::vector<std::string> warnings(const HealthView& health, const std::vector<CheckView>& checks, WallTime now);

/// "this answer expired 3 min ago ..."; empty while it holds.
std::string stale_warning(const std::optional<WallTime>& expires_at, WallTime now);

}  // namespace signalbox
