#pragma once
/// Answers HAProxy's agent-check (lib/agent_check.h): a line in, a line out, and the connection is over.
///
/// Its own loop and thread, apart from the HTTP front's: a balancer that asks too much takes nothing from routers.
/// Who connects knows no token, so it is for loopback (lib/config/config_server.cc).
///
/// Limits: a connection has two seconds in all, a question 1 KiB, and the 256 connections that are open at most
/// give way to new ones, the oldest first. A question that cannot be answered is logged, once a minute at most.
/// Threads: `publish` from any thread.
#include <memory>
#include <string>
#include <vector>

#include "lib/result.h"
#include "lib/snapshot.h"

namespace signalbox {

struct AgentCheckLimits {
  size_t connections = 256;
  Millis whole = seconds(2);  ///< HAProxy gives up after its own interval, two seconds by default
  size_t question = 1024;     ///< above the longest route and target (lib/ids.h)
};

class AgentCheckFront {
 public:
  /// Binds, listens and serves until it is destroyed. Errors name the address and the errno's text.
  static Result<std::unique_ptr<AgentCheckFront>> start(const std::vector<std::string>& listen, SnapshotPtr first,
                                                        const AgentCheckLimits& limits = {});
  virtual ~AgentCheckFront() = default;
  virtual void publish(SnapshotPtr snapshot) = 0;
  virtual std::vector<std::string> bound() const = 0;  ///< "127.0.0.1:9530", in the order of `listen`
};

}  // namespace signalbox
