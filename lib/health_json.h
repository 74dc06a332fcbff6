#pragma once
/// A target's health as it is stored. Mono times mean nothing in another process: the wall time is kept, and the
/// mono time is reckoned back from it. A wall time in the future (the clock was set back) counts as now.
#include <string>
#include <string_view>

#include "lib/health.h"
#include "lib/result.h"

namespace signalbox {

std::string health_to_json(const Health& health);

/// Errors name the field.
Result<Health> health_from_json(std::string_view text, Instant now);

/// The instant of a stored wall time, as seen from `now`.
Instant recalled(WallTime at, Instant now);

}  // namespace signalbox
