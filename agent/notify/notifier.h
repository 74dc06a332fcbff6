#pragma once
/// Tells receivers what has changed, each on a thread of its own: one that does not answer delays nobody.
///
/// Threads: `take`, `status` and `trouble` from any; `reconfigure` and the destructor from the one that made it,
/// and `Ports` must not wait for that one.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/notify/receiver.h"
#include "lib/config/config.h"

namespace signalbox {

struct NotifierPorts {
  Deliver deliver;
  std::function<void(const std::string& trouble)> trouble;  ///< told when `Notifier::trouble` is another
};

class Notifier {
 public:
  /// `restored` is what a restart finds; `store` outlives it.
  Notifier(NotifierPorts ports, Store& store, const Config& config, const Restored& restored, uint64_t seed);
  /// Ends running tries; what was not told is told after the next start.
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// What waits for receivers that are gone is given up.
  void reconfigure(const Config& config);

  /// `stored_with` is the ticket of the transaction that stores them. Never waits.
  void take(const std::vector<NoticeRecord>& notices, Store::Ticket stored_with);

  std::vector<ReceiverStatus> status() const;
  /// Receivers that cannot be told, in a sentence; empty: all can.
  std::string trouble() const;

 private:
  using Receivers = std::map<std::string, std::unique_ptr<Receiver>>;

  Receivers take_all();
  static void end(const Receivers& receivers);
  void add(const NotifyConfig& terms, Outbox outbox);

  NotifierPorts ports_;
  Store& store_;
  const std::string instance_;
  const uint64_t seed_;
  const Receiver::Ports receiver_ports_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::string public_url_;
  Receivers receivers_;
};

/// Real posts, through the environment's proxy.
NotifierPorts real_notifier_ports(std::function<void(const std::string&)> trouble);

}  // namespace signalbox
