#include "agent/http/turns.h"

#include <asio/async_result.hpp>
#include <asio/post.hpp>
#include <memory>
#include <utility>

namespace signalbox {
namespace {

/// As long as some fifty hot answers take: far below what a router notices.
constexpr auto kMoment = std::chrono::microseconds(500);

void serve_first(std::deque<std::function<void()>>& queue) {
  const auto next = std::move(queue.front());
  queue.pop_front();
  next();
}

}  // namespace

Awaitable<void> Turns::wait(bool again) {
  auto start = [this, again](auto resume) {
    // A std::function wants what can be copied.
    auto kept = std::make_shared<decltype(resume)>(std::move(resume));
    join(again ? again_ : fresh_, [kept] { std::move (*kept)(); });
  };
  return asio::async_initiate<const asio::use_awaitable_t<LoopExecutor>, void()>(std::move(start), kAwait);
}

void Turns::join(Queue& queue, std::function<void()> resume) {
  queue.push_back(std::move(resume));
  if (!std::exchange(serving_, true)) serve_later();
}

/// What is posted stands behind the loop's next look at its sockets, and behind all that this look finds.
void Turns::serve_later() {
  asio::post(loop_, [this] { serve_for_a_moment(); });
}

void Turns::serve_for_a_moment() {
  const auto end = std::chrono::steady_clock::now() + kMoment;
  if (!again_.empty()) serve_first(again_);
  while (!is_empty() && std::chrono::steady_clock::now() < end) serve_first(fresh_.empty() ? again_ : fresh_);
  serving_ = !is_empty();
  if (serving_) serve_later();
}

}  // namespace signalbox
