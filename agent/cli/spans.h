#pragma once
/// Spans of time as people type them: "45s", "30m", "24h", "7d".
#include <optional>
#include <string_view>

#include "lib/time.h"

namespace signalbox {

/// A whole number of one unit, from one second to a hundred years; nothing for anything else.
std::optional<seconds> parse_span(std::string_view text);

}  // namespace signalbox
