#pragma once
/// One receiver of notifications with its thread: sends what its outbox holds, as long as it takes.
///
/// Threads: `take`, `reconfigure` and `status` from any; they never wait for the network or the disk.
/// Invariant: a message is sent when the record of it is on disk, or after `kNotifyPatience`; it carries the same
/// id at each try and after a crash. So a receiver hears each at least once, and knows by the id what it has heard
/// twice: a crash between the answer and its record cannot be told from one before.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "agent/notify/deliver.h"
#include "agent/notify/receiver_status.h"
#include "agent/store/store.h"
#include "lib/notify/outbox.h"

namespace signalbox {

/// How long a disk may take before people are told all the same: they are needed most then.
inline constexpr Millis kNotifyPatience = seconds(2);

class Receiver {
 public:
  struct Ports {
    Store& store;
    Deliver deliver;
    std::function<void()> trouble_changed;  ///< called on the receiver's thread, without a lock
  };

  /// `ports` outlive it.
  Receiver(Outbox outbox, std::string public_url, std::string instance, const Ports& ports, uint64_t seed);
  ~Receiver() { stop(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  void take(Notice notice, Store::Ticket stored_with);
  void reconfigure(const NotifyConfig& terms, const std::string& public_url);
  ReceiverStatus status() const;
  /// Forgets what waits; to be called once it has stopped.
  void give_up();
  void request_stop() { thread_.request_stop(); }
  void stop();

 private:
  void run(const std::stop_token& stop);
  void keep(std::vector<Record> records);
  void send(std::unique_lock<std::mutex>& lock, const Message& message, const std::stop_token& stop);
  bool note_trouble(const std::string& trouble);

  const std::string instance_;
  const Ports& ports_;
  std::mt19937_64 random_;  // the receiver's thread only

  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable_any changed_;
  Outbox outbox_;
  std::string public_url_;
  std::string trouble_;
  Store::Ticket stored_with_ = 0;  ///< of all that the outbox holds
  bool news_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace signalbox
