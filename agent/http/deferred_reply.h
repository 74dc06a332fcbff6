#pragma once
/// A reply that somebody else gives, from any thread, while the connection's coroutine waits for it and no thread
/// does.
///
/// Threads: made and waited for on the event loop; `respond()` may be called anywhere, as long as the loop exists.
/// Invariant: the first reply counts, and one that comes after the connection has gone is dropped.
#include <memory>
#include <optional>

#include "agent/api/api.h"
#include "agent/http/http_net.h"

namespace signalbox {

class DeferredReply {
 public:
  explicit DeferredReply(const LoopExecutor& loop);
  DeferredReply(const DeferredReply&) = delete;
  DeferredReply& operator=(const DeferredReply&) = delete;
  ~DeferredReply();

  Respond respond() const;
  /// Nothing when none came within `at_most`.
  Awaitable<std::optional<ApiReply>> wait(Millis at_most);

 private:
  /// Outlives us where the other side still holds it. Touched on the loop only.
  struct Slot {
    std::optional<ApiReply> reply;
    LoopTimer* wake = nullptr;  ///< what the coroutine waits on, while it does
  };

  LoopExecutor loop_;
  LoopTimer timer_;
  std::shared_ptr<Slot> slot_ = std::make_shared<Slot>();
};

}  // namespace signalbox
