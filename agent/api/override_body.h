#pragma once
/// The body of `PUT /v1/overrides/{target}`, checked (api.md, "Overrides"):
///
///     {"state": "unhealthy", "primary_weight": 0, "reason": "INC-1234", "by": "dana", "ttl_s": 3600}
///
/// `state`, `reason` and `ttl_s` are required. Any other member is a mistake, for it would be a wish unheard.
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/api/api.h"
#include "lib/override.h"

namespace signalbox {

inline constexpr size_t kMaxReason = 1000;    ///< characters
inline constexpr size_t kMaxOverrider = 100;  ///< characters of `by`

/// The terms, from `now` on; or the 400 with the pointer of the first mistake. The weight is 0 for `unhealthy` and
/// 100 for the others where the body names none. `by` is as given, empty where nobody is named.
std::variant<Override, ApiReply> parse_override(std::string_view body, Instant now);

/// Who it was, for people: what they said, and what is known: the kernel's word at the unix socket, and whether an
/// operator's token came, from where.
std::string overrider(const std::string& named, const Caller& caller);

}  // namespace signalbox
