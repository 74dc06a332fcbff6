#pragma once
/// One thing that a receiver is to be told: what a message is made of, and what waits in the outbox.
///
/// Invariant: text from outside (why, reason, by) was cleaned and cut when the notice was made.
#include <cstdint>
#include <string>

#include "lib/ids.h"
#include "lib/level.h"
#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

enum class NoticeKind {
  state,  ///< a target is in another state
  override_set,
  override_cleared,
  override_expired,
  observer,  ///< the agent suspects its own network (`to` is unhealthy), or no more (healthy)
};

struct Notice {
  /// Names it for ever, in this database: generation, number within it, and the time, since a generation that a
  /// failing disk did not take may come again after a crash. Without dots, which separate what is signed.
  std::string id;
  WallTime at;
  NoticeKind kind = NoticeKind::state;
  Target target;  ///< empty: the observer
  State from = State::unknown;
  State to = State::unknown;  ///< of an override: the state that was set
  std::string why;            ///< of an override: its reason
  std::string action;         ///< what routers are told
  int primary_weight = 100;
  Millis retry_budget{0};
  std::string by;       ///< override: who; empty when it expired
  WallTime expires_at;  ///< override
  bool operator==(const Notice&) const = default;
};

bool is_override(const Notice& notice);

/// As it is stored.
std::string notice_to_json(const Notice& notice);
Result<Notice> notice_from_json(std::string_view text);

}  // namespace signalbox
