#pragma once
/// Keeps asking the agent for what was lately: the last hour's changes, and the last minutes of the targets that
/// can be seen, one question at a time, at most five a second.
///
/// Threads: one of its own; `want` and `latest` from any. Errors: what could not be asked stays as it was.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "agent/ask/client.h"
#include "agent/ask/sight.h"
#include "agent/cli/bell.h"

namespace signalbox {

class Lookback {
 public:
  /// Changes of `target`, empty: of all. Rings `bell` when there is something new. Both outlive it.
  Lookback(const AgentClient& client, std::string target, const Bell& bell);
  ~Lookback();
  Lookback(const Lookback&) = delete;
  Lookback& operator=(const Lookback&) = delete;

  struct Wanted {
    std::vector<std::string> targets;  ///< empty: nothing is asked
    uint64_t generation = 0;           ///< when it changes, there was a change
    WallTime at;                       ///< by the agent's clock
  };
  void want(Wanted wanted);
  Past latest() const;

 private:
  using Clock = std::chrono::steady_clock;
  void run(const std::stop_token& stop);
  bool ask_what_is_due(const Wanted& wanted, const std::stop_token& stop);
  void ask_transitions(const Wanted& wanted, const std::stop_token& stop);
  void ask_timeline(const std::string& target, WallTime at, const std::stop_token& stop);
  void forget_unwanted(const Wanted& wanted);

  const AgentClient& client_;
  const std::string target_;
  const Bell& bell_;
  // The thread's own: what was asked last, and when.
  uint64_t generation_ = 0;
  Clock::time_point transitions_at_;
  std::map<std::string, Clock::time_point> timelines_at_;

  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable_any changed_;
  Wanted wanted_;
  Past past_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace signalbox
