#pragma once
/// Keeps looking at the agent: long polls, so that a change is seen at once, and anew each second.
///
/// Threads: one of its own; `latest` from any. `ready_fd` is readable when there is something new.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/ask/answers.h"
#include "agent/ask/client.h"

namespace signalbox {

/// What the last look saw. With `trouble`, the last good answer stays.
struct Sight {
  std::optional<HealthView> health;  ///< of one target: a list of one
  std::vector<CheckView> checks;
  std::optional<WallTime> seen_at;  ///< when `health` was told
  std::string trouble;              ///< why the last look failed; empty: it did not
};

class Lookout {
 public:
  /// `target` empty: all.
  Lookout(const AgentClient& client, std::string target);
  ~Lookout();
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

  int ready_fd() const { return ready_fd_; }
  /// Also takes the readiness off.
  Sight latest();

 private:
  void run(const std::stop_token& stop);
  Result<HealthView> look(const std::stop_token& stop) const;
  void keep(Result<HealthView> seen, std::vector<CheckView> checks);
  void pause(std::chrono::steady_clock::time_point until, const std::stop_token& stop);

  const AgentClient& client_;
  const std::string target_;
  uint64_t generation_ = 0;  ///< the thread's own
  int ready_fd_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  Sight sight_;
  std::jthread thread_;
};

}  // namespace signalbox
