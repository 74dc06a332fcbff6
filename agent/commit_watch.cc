#include "agent/commit_watch.h"

#include <algorithm>
#include <utility>

namespace signalbox {
namespace {

/// While the disk does not answer, who is late is told so this often.
constexpr Millis kLook{50};

}  // namespace

CommitWatch::CommitWatch(Store& store, Millis patience)
    : store_(store), patience_(patience), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void CommitWatch::wait(Store::Ticket ticket, Done done) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (ticket == Store::kRefused) return done(false);
  waiting_.emplace(ticket, Waiting{Clock::now() + patience_, std::move(done)});
  changed_.notify_one();
}

void CommitWatch::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

/// Waits for the first ticket alone: commits come in the order of tickets.
void CommitWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    const Store::Ticket first = waiting_.begin()->first;
    lock.unlock();
    store_.wait(first, kLook);
    lock.lock();
    tell_committed();
    tell_late(Clock::now());
  }
}

void CommitWatch::tell_committed() {
  while (!waiting_.empty() && store_.wait(waiting_.begin()->first, Millis(0))) {
    waiting_.begin()->second.done(true);
    waiting_.erase(waiting_.begin());
  }
}

void CommitWatch::tell_late(Clock::time_point now) {
  std::erase_if(waiting_, [now](const auto& entry) {
    if (now < entry.second.deadline) return false;
    entry.second.done(false);
    return true;
  });
}

}  // namespace signalbox
