#include "agent/commit_watch.h"

#include <doctest/doctest.h>

#include <future>

#include "tests/support/store.h"

using namespace signalbox;

namespace {

/// A store whose commits a test makes.
class HandStore final : public Store {
 public:
  Ticket submit(std::vector<Record>) override { return 0; }
  bool wait(Ticket ticket, Millis timeout) override {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return committed_ >= ticket; });
  }
  Ticket committed() const override { return 0; }
  void listen(std::function<void()>) override {}
  StoreStatus status() const override { return {}; }
  Result<std::unique_ptr<History>> open_history() override { return Error{"none"}; }
  void commit(Ticket ticket) {
    const std::lock_guard lock(mutex_);
    committed_ = ticket;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Ticket committed_ = 0;
};

/// One who waits.
struct Waiter {
  std::promise<bool> told;
  CommitWatch::Done done() {
    return [this](bool on_disk) { told.set_value(on_disk); };
  }
  bool answer() {
    auto future = told.get_future();
    REQUIRE(future.wait_for(kDeadline) == std::future_status::ready);
    return future.get();
  }
};

}  // namespace

TEST_CASE("who waits is told when its own ticket is on disk, and not before") {
  HandStore store;
  CommitWatch watch(store, kDeadline);
  Waiter first;
  Waiter second;
  Waiter earlier;
  watch.wait(5, first.done());
  watch.wait(9, second.done());
  watch.wait(4, earlier.done());
  store.commit(5);
  CHECK(earlier.answer());
  CHECK(first.answer());
  auto still_waiting = second.told.get_future();
  CHECK(still_waiting.wait_for(Millis(0)) == std::future_status::timeout);
  store.commit(9);
  CHECK(still_waiting.get());
}

TEST_CASE("what is on disk already is told as well") {
  HandStore store;
  store.commit(7);
  CommitWatch watch(store, kDeadline);
  Waiter one;
  watch.wait(7, one.done());
  CHECK(one.answer());
}

TEST_CASE("who has waited long enough, or was refused, is told that it is not on disk") {
  HandStore store;
  CommitWatch watch(store, Millis(1));
  Waiter late;
  watch.wait(1, late.done());
  CHECK_FALSE(late.answer());
  Waiter refused;
  watch.wait(Store::kRefused, refused.done());
  CHECK_FALSE(refused.answer());
}

TEST_CASE("after the watch is closed nobody is called") {
  HandStore store;
  CommitWatch watch(store, kDeadline);
  bool called = false;
  watch.wait(1, [&](bool) { called = true; });
  watch.close();
  watch.wait(Store::kRefused, [&](bool) { called = true; });
  store.commit(1);
  CHECK_FALSE(called);
}
