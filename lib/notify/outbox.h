#pragma once
/// What waits for one receiver, and when it goes out. A value: its owner brings the clock and stores the records.
///
/// One message at a time is on its way, so that a receiver hears things in their order. What comes meanwhile is
/// summed up, a message a provider. The first change of a provider goes at once, what follows within `min_interval`
/// waits for its end, unless it is worse than everything told of the provider within it. Invariant: at most
/// `kMaxWaiting` notices; past that the oldest that is on no way yet is given up and counted.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/cautious_clock.h"
#include "lib/notify/message.h"
#include "lib/notify/retry.h"
#include "lib/records.h"

namespace signalbox {

inline constexpr size_t kMaxWaiting = 1000;

/// A notice as it was stored.
struct StoredNotice {
  std::string receiver;
  Notice notice;
  std::string message;  ///< the message that it is part of; empty: of none yet
  int tries = 0;
  WallTime not_before;
};

/// Since the agent's start.
struct OutboxCounts {
  uint64_t sent = 0;      ///< messages
  uint64_t failures = 0;  ///< tries that did not work
  uint64_t refused = 0;   ///< messages that the receiver will not take
  uint64_t given_up = 0;  ///< messages that were too old, and notices that were too many
  bool operator==(const OutboxCounts&) const = default;
};

class Outbox {
 public:
  explicit Outbox(NotifyConfig terms) : terms_(std::move(terms)) {}

  /// What a restart finds. In the order in which it was stored.
  void restore(const std::vector<StoredNotice>& stored, ToldStates told, Instant now);
  void reconfigure(NotifyConfig terms) { terms_ = std::move(terms); }
  const NotifyConfig& terms() const { return terms_; }

  void add(Notice notice, std::vector<Record>& records);

  /// The message that is to be sent now. `records` are to be stored before it is.
  const Message* next(Instant now, std::vector<Record>& records);
  /// When to call `next` again, if nothing comes in between. Only after a `next` that gave nothing.
  std::optional<MonoTime> wake_at() const { return wake_at_; }

  /// How the message that `next` gave fared.
  void settle(Delivery delivery, std::optional<Millis> retry_after, Instant now, double jitter,
              std::vector<Record>& records);

  /// Nobody is to be told any more: forgets everything.
  void give_up(std::vector<Record>& records);

  size_t waiting() const { return waiting_.size() + (sending_ ? sending_->notices.size() : 0); }
  const OutboxCounts& counts() const { return counts_; }

 private:
  struct Sending {
    std::vector<Notice> notices;
    Message message;
    ToldStates told;  ///< what the receiver knows when it has got it
    int tries = 0;
    MonoTime not_before;
  };
  /// What a provider's messages have said lately.
  struct Lately {
    MonoTime at;
    int worst = 0;
  };

  std::optional<Sending> gather(Instant now, std::vector<Record>& records);
  Sending message_of(const std::vector<Notice>& notices) const;
  std::optional<MonoTime> held_until(const Message& message, Instant now) const;
  void note_sent(const Message& message, Instant now);
  void end(const std::vector<Notice>& notices, const ToldStates& told, std::vector<Record>& records);
  void record_try(Instant now, std::vector<Record>& records) const;

  NotifyConfig terms_;
  CautiousClock age_;
  std::vector<Notice> waiting_;  ///< that are part of no message yet
  std::optional<Sending> sending_;
  ToldStates told_;
  std::map<std::string, Lately> lately_;  ///< by provider
  int failures_ = 0;                      ///< in a row
  std::optional<MonoTime> wake_at_;
  OutboxCounts counts_;
};

}  // namespace signalbox
