#pragma once
/// When to poll a source next. A good citizen: the pause is 0.9 to 1.0 of the interval, refusals double it
/// from the interval to 15 min, and Retry-After is honoured.
#include <optional>
#include <string_view>

#include "lib/pages/fetched.h"
#include "lib/time.h"

namespace signalbox {

inline constexpr Millis kMaxBackoff = minutes(15);
/// Enough doublings to come from the shortest interval (1 s) to the cap; counting on would overflow one day.
inline constexpr int kMaxRefusals = 20;

struct PollSchedule {
  int refusals = 0;  ///< consecutive polls that the server refused: 403, 405, 429, 5xx, a bot challenge
  bool operator==(const PollSchedule&) const = default;
};

/// Whether the server asks us to come less often.
bool is_refusal(const FetchedDocument& document);

/// `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3); at most an hour. Empty when absent, senseless or
/// past.
std::optional<Millis> parse_retry_after(std::string_view header, WallTime now);

struct NextPoll {
  PollSchedule schedule;
  Millis pause;
};

/// `jitter` is in [0,1): 0 gives 0.9 of the interval, 1 would give the whole. The first refusal doubles the
/// interval; Retry-After lengthens the pause and never shortens it. A fetch that failed without an answer refuses
/// nothing.
NextPoll next_poll(PollSchedule schedule, Millis interval, const std::vector<FetchedDocument>& documents,
                   WallTime now, double jitter);

/// The pause while clients see failures and what the page says of them is wanted soon: 10 s instead of the
/// interval, with the same jitter. Only for sources that answer conditional requests, to which a poll costs next to
/// nothing.
inline constexpr Millis kHurriedInterval = seconds(10);
Millis hurried(Millis pause, Millis interval);

}  // namespace signalbox
