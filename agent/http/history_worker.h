#pragma once
/// The thread that waits for the disk, so that the event loop never does: answers that read the database, and large
/// bodies that take long to parse.
///
/// Threads: `answer` on the event loop's; the History and the handlers run on the worker's.
#include <asio/thread_pool.hpp>
#include <functional>
#include <memory>

#include "agent/http/http_call.h"
#include "agent/http/http_net.h"

namespace signalbox {

/// Calls that may wait for the worker: a second of reading pages at a few milliseconds each.
inline constexpr size_t kMaxHistoryCalls = 256;

class HistoryWorker {
 public:
  HistoryWorker(LoopExecutor loop, std::unique_ptr<History> history);
  ~HistoryWorker();  ///< waits for the call that runs; those that wait are dropped

  /// 503 with Retry-After when too many wait. Both arguments are moved into the worker.
  Awaitable<ApiReply> answer(ApiCall call, SnapshotPtr snapshot);

  /// Other work that would hold up the event loop. The caller bounds how much of it waits.
  void run(std::function<void()> work);

 private:
  Awaitable<ApiReply> perform_there(ApiCall call, SnapshotPtr snapshot);

  LoopExecutor loop_;
  size_t waiting_ = 0;  ///< touched by the loop only
  std::unique_ptr<History> history_;
  asio::thread_pool thread_{1};
};

}  // namespace signalbox
