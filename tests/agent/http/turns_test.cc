#include "agent/http/turns.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <memory>
#include <vector>

using namespace signalbox;

namespace {

constexpr int kMany = 200;

/// As a dear answer does.
void work_for(std::chrono::microseconds length) {
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) continue;
}

Awaitable<void> work(Turns& turns, std::vector<int>& order, int name, int times = 1, bool again = false) {
  for (int i = 0; i < times; ++i) {
    co_await turns.wait(again && i > 0);
    work_for(std::chrono::microseconds(100));
    order.push_back(name);
  }
}

}  // namespace

TEST_CASE("each has its turn in the order in which they came") {
  asio::io_context loop{1};
  Turns turns(loop.get_executor());
  std::vector<int> order;
  asio::co_spawn(loop.get_executor(), work(turns, order, 1, 3), asio::detached);
  asio::co_spawn(loop.get_executor(), work(turns, order, 2, 1), asio::detached);
  asio::co_spawn(loop.get_executor(), work(turns, order, 3, 2), asio::detached);
  loop.run();
  CHECK(order == std::vector<int>{1, 2, 3, 1, 3, 1});
}

TEST_CASE("who comes again at once stands behind those who do not, and is served all the same") {
  asio::io_context loop{1};
  Turns turns(loop.get_executor());
  std::vector<int> order;
  asio::co_spawn(loop.get_executor(), work(turns, order, -1, 3, true), asio::detached);
  for (int i = 0; i < kMany; ++i) asio::co_spawn(loop.get_executor(), work(turns, order, i), asio::detached);
  loop.run();
  REQUIRE(order.size() == kMany + 3);
  CHECK(order.back() == kMany - 1);
  CHECK(std::ranges::count(order, -1) == 3);
}

TEST_CASE("while many wait for their turn, what the loop hears of has not to wait for them all") {
  asio::io_context loop{1};
  Turns turns(loop.get_executor());
  std::vector<int> order;
  for (int i = 0; i < kMany; ++i) asio::co_spawn(loop.get_executor(), work(turns, order, i), asio::detached);
  LoopTimer timer(loop.get_executor(), std::chrono::milliseconds(1));
  size_t before_timer = 0;
  timer.async_wait([&](const asio::error_code&) { before_timer = order.size(); });
  loop.run();
  CHECK(order.size() == kMany);
  // Ten have theirs within the millisecond, and five in each of the two moments around it.
  CHECK(before_timer <= kMany / 2);
}

TEST_CASE("who waits when the queue and the loop end is dropped with all that it has") {
  auto loop = std::make_unique<asio::io_context>(1);
  const auto alive = std::make_shared<int>();
  const auto wait = [](Turns& turns, std::shared_ptr<int>) -> Awaitable<void> { co_await turns.wait(false); };
  {
    Turns turns(loop->get_executor());
    asio::co_spawn(loop->get_executor(), wait(turns, alive), asio::detached);
    CHECK(loop->run_one() == 1);
    CHECK(alive.use_count() == 2);
  }
  loop.reset();
  CHECK(alive.use_count() == 1);
}
