#pragma once
/// What an answer to a message means, and when it is tried again.
#include <optional>
#include <variant>

#include "lib/pages/fetched.h"
#include "lib/time.h"

namespace signalbox {

enum class Delivery {
  done,     ///< 2xx
  again,    ///< no answer, 408, 429, 5xx: it may work later
  refused,  ///< every other answer, also a redirect: it will not
};

Delivery judge_delivery(const std::variant<HttpReply, FetchFailure>& result);

/// A message is given up when what it says is so old: nobody is helped by last week's outage.
inline constexpr Millis kGiveUpAfter = hours(24);
inline constexpr Millis kFirstPause = seconds(5);
inline constexpr Millis kLongestPause = minutes(15);

/// After the `failures`th failure in a row (1, 2, ...): 5 s, doubling to 15 min, minus up to a fifth of it by
/// `jitter` in [0,1); at least what Retry-After asked for.
Millis pause_after(int failures, std::optional<Millis> retry_after, double jitter);

}  // namespace signalbox
