#pragma once
/// Times as text: RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339).
#include <optional>
#include <string>
#include <string_view>

#include "lib/time.h"

namespace signalbox {

/// `2026-11-23T10:00:01.020Z`: UTC, always milliseconds. Years outside 0000-9999 are clamped.
std::string format_rfc3339(WallTime at);

/// Accepts `T`, `t` or a space; any number of fractional digits (truncated to milliseconds); `Z`, `z` or
/// an offset. A leap second (`:60`) counts as the next second. Empty for anything else, also for a date
/// that does not exist and for a time without an offset.
std::optional<WallTime> parse_rfc3339(std::string_view text);

/// "2026-11-23".
std::string utc_date(WallTime at);

}  // namespace signalbox
