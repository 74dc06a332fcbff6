#pragma once
/// Times in HTTP header fields (RFC 9110, 5.6.7), in all three forms a recipient must accept:
/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
#include <optional>
#include <string_view>

#include "lib/time.h"

namespace signalbox {

/// A two-digit year is the latest one that is at most 50 years after `now`. Empty for anything else, also for a
/// date that does not exist. The name of the day is not checked against the date.
std::optional<WallTime> parse_http_date(std::string_view text, WallTime now);

}  // namespace signalbox
