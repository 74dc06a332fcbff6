#include "agent/http/history_worker.h"

#include <asio/async_result.hpp>
#include <asio/post.hpp>
#include <utility>

#include "agent/clock.h"

namespace signalbox {

HistoryWorker::HistoryWorker(LoopExecutor loop, std::unique_ptr<History> history)
    : loop_(std::move(loop)), history_(std::move(history)) {}

HistoryWorker::~HistoryWorker() {
  thread_.stop();
  thread_.join();
}

Awaitable<ApiReply> HistoryWorker::answer(ApiCall call, SnapshotPtr snapshot, Measure measure) {
  if (waiting_ == kMaxHistoryCalls)
    co_return come_again(503, "too many requests wait for the database", seconds(1));
  ++waiting_;
  auto reply = co_await perform_there(std::move(call), std::move(snapshot), std::move(measure));
  --waiting_;
  co_return reply;
}

bool HistoryWorker::run(std::function<void()> work) {
  if (bodies_ >= kMaxWorkerBodies) return false;
  ++bodies_;
  asio::post(thread_, [this, work = std::move(work)] {
    work();
    --bodies_;
  });
  return true;
}

Awaitable<ApiReply> HistoryWorker::perform_there(ApiCall call, SnapshotPtr snapshot, Measure measure) {
  // Runs when the result is awaited: by then the arguments live in here.
  auto start = [this, call = std::move(call), snapshot = std::move(snapshot),
                measure = std::move(measure)](auto resume) mutable {
    auto work = [this, call = std::move(call), snapshot = std::move(snapshot), measure = std::move(measure),
                 resume = std::move(resume)]() mutable {
      const Measured measured = measure ? measure() : Measured{};
      auto reply = perform(call, {*snapshot, history_.get(), now(), &measured});
      asio::post(loop_, [resume = std::move(resume), reply = std::move(reply)]() mutable {
        std::move(resume)(std::move(reply));
      });
    };
    asio::post(thread_, std::move(work));
  };
  return asio::async_initiate<const asio::use_awaitable_t<LoopExecutor>, void(ApiReply)>(std::move(start), kAwait);
}

}  // namespace signalbox
