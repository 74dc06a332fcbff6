#pragma once
/// The levels of evidence. Their order is the order of "worse" (signal.md, "Official evidence").
#include <optional>
#include <string_view>

namespace signalbox {

/// What a status page says. `unknown` is the absence of evidence: it is below every other level, so
/// that the worst of several sources is simply the largest, and unknown only when all are.
enum class OfficialLevel { unknown, none, minor, maintenance, major, critical };

/// What clients' outcomes say.
enum class PassiveLevel { insufficient, normal, elevated, failing };

enum class State { unknown, healthy, degraded, unhealthy, recovering };

std::string_view to_string(OfficialLevel level);
std::string_view to_string(PassiveLevel level);
std::string_view to_string(State state);
std::optional<State> parse_state(std::string_view word);

}  // namespace signalbox
