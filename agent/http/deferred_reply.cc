#include "agent/http/deferred_reply.h"

#include <asio/dispatch.hpp>
#include <asio/redirect_error.hpp>
#include <utility>

namespace signalbox {

DeferredReply::DeferredReply(const LoopExecutor& loop) : loop_(loop), timer_(loop) {}

DeferredReply::~DeferredReply() { slot_->wake = nullptr; }

/// On the loop's own thread at once, without a turn of the loop.
Respond DeferredReply::respond() const {
  return [loop = loop_, slot = slot_](ApiReply reply) {
    asio::dispatch(loop, [slot, reply = std::move(reply)]() mutable {
      if (slot->reply) return;
      slot->reply = std::move(reply);
      if (slot->wake != nullptr) slot->wake->cancel();
    });
  };
}

Awaitable<std::optional<ApiReply>> DeferredReply::wait(Millis at_most) {
  if (!slot_->reply) {
    timer_.expires_after(at_most);
    slot_->wake = &timer_;
    asio::error_code error;
    co_await timer_.async_wait(asio::redirect_error(kAwait, error));
    slot_->wake = nullptr;
  }
  co_return std::move(slot_->reply);
}

}  // namespace signalbox
