#pragma once
/// Tells who waits for a commit when it is on disk, without a thread for each of them.
///
/// Threads: `wait` and `close` from any thread; `done` is called on the watch's own thread. It must be quick and
/// must not call back: the next one waits for it.
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "agent/store/store.h"

namespace signalbox {

class CommitWatch {
 public:
  using Done = std::function<void(bool on_disk)>;

  /// `store` must live until `close` or the end. Who has waited for `patience` is told that it is not on disk.
  CommitWatch(Store& store, Millis patience);
  ~CommitWatch() { close(); }
  CommitWatch(const CommitWatch&) = delete;
  CommitWatch& operator=(const CommitWatch&) = delete;

  /// `done` is called once, unless `close` comes before. A ticket that was refused is never on disk.
  void wait(Store::Ticket ticket, Done done);

  /// Nobody is called any more once it returns; who still waits is dropped.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    Clock::time_point deadline;
    Done done;
  };

  void run(const std::stop_token& stop);
  void tell_committed();
  void tell_late(Clock::time_point now);

  Store& store_;
  const Millis patience_;
  std::mutex mutex_;  ///< guards what follows, and is held while somebody is told
  std::condition_variable_any changed_;
  std::multimap<Store::Ticket, Waiting> waiting_;
  bool closed_ = false;
  std::jthread thread_;
};

}  // namespace signalbox
