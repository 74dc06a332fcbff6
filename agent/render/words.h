#pragma once
/// Times, numbers and states in the words that people read.
#include <optional>
#include <string>

#include "agent/ask/answers.h"
#include "agent/render/layout.h"

namespace signalbox {

/// "12 s", "14 min", "3 h 12 min", "2 d 4 h": the two largest units that say something.
std::string format_span(Millis span);

/// "10:12:03Z" on the day of `now`, else "2026-11-22 10:12Z".
std::string format_moment(WallTime at, WallTime now);

/// "10:12:03Z (14 min)"; a time to come is "(in 14 min)"; nothing is "-".
std::string format_since(const std::optional<WallTime>& at, WallTime now);

/// "14 min ago", "in 14 min", "never".
std::string format_ago(const std::optional<WallTime>& at, WallTime now);

/// "62 %"; under ten percent with a decimal, "0.4 %".
std::string format_ratio(double ratio);

/// "1 request", "2 requests".
std::string count_of(int64_t count, std::string_view singular, std::string_view plural);

/// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& items);

/// A word of the agent, or "unknown" where it has none.
std::string or_unknown(const std::string& word);

/// Tells the state without colour: "✗".
std::string state_mark(State state);
/// The state with a mark that tells it without colour: "✗ unhealthy".
TableCell state_cell(State state);
Style state_style(State state);

/// "fallback, 1 attempt", "primary, retry 8 s".
std::string advice_words(const TargetView& target);

/// "overridden by dana until 12:00:00Z (in 34 min): INC-1234".
std::string override_words(const OverrideView& override_, WallTime now);

/// Exit codes of the monitoring plug-ins' convention.
inline constexpr int kExitOk = 0;
inline constexpr int kExitWarning = 1;
inline constexpr int kExitCritical = 2;
inline constexpr int kExitUnknown = 3;

int exit_code(State state);
/// Of several, 2 over 1 over 3 over 0; of none, 3.
int exit_code(const std::vector<TargetView>& targets);

/// Worst first: by exit code as above, then the lower weight, then the name.
void sort_worst_first(std::vector<TargetView>& targets);

}  // namespace signalbox
