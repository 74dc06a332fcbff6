#pragma once
/// The thread that takes long, so that the event loop never does: answers that read the database, metrics, and
/// large bodies that take long to parse.
///
/// Threads: `answer` on the event loop's; the History and the handlers run on the worker's.
#include <asio/thread_pool.hpp>
#include <atomic>
#include <functional>
#include <memory>

#include "agent/http/http_call.h"
#include "agent/http/http_net.h"
#include "agent/metrics/measured.h"

namespace signalbox {

/// Calls that may wait for the worker: a second of reading pages at a few milliseconds each.
inline constexpr size_t kMaxHistoryCalls = 256;

/// Large bodies that may wait for it: two seconds of parsing 1 MiB each.
inline constexpr size_t kMaxWorkerBodies = 64;

class HistoryWorker {
 public:
  HistoryWorker(LoopExecutor loop, std::unique_ptr<History> history);
  ~HistoryWorker();  ///< waits for the call that runs; those that wait are dropped

  /// 503 with Retry-After when too many wait. The arguments are moved into the worker; `measure`, of a route that
  /// shows what it gathers, is called there.
  Awaitable<ApiReply> answer(ApiCall call, SnapshotPtr snapshot, Measure measure = nullptr);

  /// To read a body there that would hold up the event loop. False when too many wait: then it is not done.
  bool run(std::function<void()> work);

  size_t waiting() const { return waiting_; }  ///< calls, the one that runs included

 private:
  Awaitable<ApiReply> perform_there(ApiCall call, SnapshotPtr snapshot, Measure measure);

  LoopExecutor loop_;
  size_t waiting_ = 0;              ///< touched by the loop only
  std::atomic<size_t> bodies_ = 0;  ///< that wait, the one that is read included
  std::unique_ptr<History> history_;
  asio::thread_pool thread_{1};
};

}  // namespace signalbox
