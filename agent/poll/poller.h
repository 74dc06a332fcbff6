#pragma once
/// Polls every source of the configuration, each on a thread of its own: a source that hangs delays nobody.
///
/// Threads: `poll_now` and `hurry` from any; the rest from the one that made it. `deliver` and `scheduled` are
/// called on the sources' threads and must not wait for the thread that calls `reconfigure` or destroys the Poller.
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/poll/source_poll.h"
#include "lib/config/config.h"
#include "lib/observation.h"

namespace signalbox {

struct PollerPorts {
  std::function<void(Observation)> deliver;
  Fetch fetch;
  ReadSource read;
  /// Told before each pause, and when one is shortened or lengthened, for those who show or test the schedule; may
  /// be empty.
  std::function<void(const std::string& provider, const std::string& source, Millis pause)> scheduled = {};
};

/// The real ones: fetch() through the environment's proxy, read_source().
PollerPorts real_ports(std::function<void(Observation)> deliver);

class Poller {
 public:
  /// `seed` is for the jitter of the pauses.
  Poller(PollerPorts ports, uint64_t seed);
  /// Ends running fetches, in a moment.
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// The first call starts. Sources that are as before, with all that their reading depends on, keep their thread,
  /// schedule and caches; of the others nothing is delivered any more when it returns. New ones poll at once.
  void reconfigure(const Config& config);

  /// Every source polls at once; one that is in the middle of a poll does so again after it.
  void poll_now();

  /// The sources of these providers, and of no others, are polled every 10 s where that is light (schedule.h).
  void hurry(const std::set<std::string>& providers);

 private:
  class Watch;

  PollerPorts ports_;
  uint64_t seed_;
  std::mutex mutex_;  ///< of the list and of who is in a hurry
  std::set<std::string> hurried_;
  std::vector<std::unique_ptr<Watch>> watches_;
};

}  // namespace signalbox
