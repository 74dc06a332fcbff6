#pragma once
/// Keeps looking at the agent: long polls, so that a change is seen at once, and anew each second.
///
/// An agent that does not answer is asked again after a second, then more seldom.
///
/// Threads: one of its own; `latest` from any.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/ask/client.h"
#include "agent/ask/sight.h"
#include "agent/cli/bell.h"

namespace signalbox {

class Lookout {
 public:
  /// `target` empty: all. Rings `bell` when there is something new. Both outlive it.
  Lookout(const AgentClient& client, std::string target, const Bell& bell);
  ~Lookout();
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

  Sight latest() const;

 private:
  void run(const std::stop_token& stop);
  Result<HealthView> look(const std::stop_token& stop) const;
  void keep(Result<HealthView> seen, std::vector<CheckView> checks, Millis pause);
  void pause(std::chrono::steady_clock::time_point until, const std::stop_token& stop);

  const AgentClient& client_;
  const std::string target_;
  const Bell& bell_;
  // The thread's own.
  uint64_t generation_ = 0;
  int failures_ = 0;  ///< in a row
  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  Sight sight_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace signalbox
