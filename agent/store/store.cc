#include "agent/store/store.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "agent/clock.h"
#include "agent/store/sqlite_history.h"
#include "agent/store/store_queue.h"
#include "agent/store/store_writer.h"
#include "lib/cautious_clock.h"

namespace signalbox {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

/// A disk that is full rarely stays so for less; one that comes back is noticed within five seconds.
constexpr Millis kFirstRetry = Millis(250);
constexpr Millis kLongestRetry = seconds(5);
/// A database that was removed under us is noticed within this.
constexpr Millis kLookEvery = seconds(1);
/// A check reads the whole file; readers that stumble again and again get no more of them.
constexpr Millis kCheckEvery = minutes(1);
/// A commit that takes longer says that the disk is slow: what can wait until the next start does.
constexpr Millis kSlowCommit{300};
/// What a batch's key is kept longer than it must be, at most.
constexpr Millis kPruneEvery = minutes(5);

bool has_batches(const std::vector<Record>& records) {
  return std::ranges::any_of(records,
                             [](const Record& record) { return std::holds_alternative<BatchRecord>(record); });
}

uint64_t size_of(const std::string& path) {
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  return unknown ? 0 : size;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::string& state_dir, const Retention& retention)
      : state_dir_(state_dir), writer_(state_dir, retention), queue_(StoreQueue::Limits{}) {}

  ~SqliteStore() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  /// An error only where the failure is fatal.
  std::optional<Error> start(WallTime now, Restored& restored) {
    const auto failure = writer_.open(now, restored);
    if (failure && failure->fatal) return Error{failure->path + ": " + failure->reason};
    status_ = {!failure, failure ? failure->reason : "", writer_.set_aside_path(), 0};
    first_prune_at_ = now;
    age_.at(signalbox::now());
    thread_ = std::thread([this] { run(); });
    return std::nullopt;
  }

  Ticket submit(std::vector<Record> records) override {
    const std::lock_guard lock(mutex_);
    if (records.empty()) return submitted_;
    if (has_batches(records) && !(status_.ok && queue_.fits_half(records))) return kRefused;
    const bool accepted = queue_.push(std::move(records), ++submitted_);
    wake_.notify_all();
    return accepted ? submitted_ : kRefused;
  }

  bool wait(Ticket ticket, Millis timeout) override {
    std::unique_lock lock(mutex_);
    if (ticket == kRefused) return false;
    return committed_changed_.wait_for(lock, timeout, [&] { return committed_ >= ticket; });
  }

  Ticket committed() const override {
    const std::lock_guard lock(mutex_);
    return committed_;
  }

  void listen(std::function<void()> on_attempt) override {
    const std::lock_guard lock(listener_mutex_);
    on_attempt_ = std::move(on_attempt);
  }

  StoreStatus status() const override {
    const std::lock_guard lock(mutex_);
    StoreStatus status = status_;
    status.dropped = queue_.dropped();
    return status;
  }

  StoreCounts counts() const override {
    const std::lock_guard lock(mutex_);
    StoreCounts counts = counts_;
    counts.dropped = queue_.dropped();
    counts.queue_records = queue_.records();
    counts.queue_bytes = queue_.bytes();
    return counts;
  }

  Result<std::unique_ptr<History>> open_history() override {
    return std::unique_ptr<History>(
        std::make_unique<SqliteHistory>(database_path(state_dir_), [damage = damage_] { *damage = true; }));
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      wake_.wait_until(lock, next_work(), [&] { return stopping_ || !queue_.empty() || must_reopen(); });
      if (!queue_.empty() || must_reopen() || has_suffered(lock)) commit(lock);
      if (status_.ok && !stopping_) prune(lock);
      if (!status_.ok) pause(lock);
    }
    // The last attempt; after it what is left is lost with the process.
    if (!queue_.empty()) commit(lock);
    lock.unlock();
    writer_.close(now().wall, is_slow_);
  }

  /// An agent without news still looks whether its disk is back.
  bool must_reopen() const { return !status_.ok; }

  SteadyTime next_work() const {
    return more_to_prune_ ? SteadyTime() : std::min(next_prune_, std::chrono::steady_clock::now() + kLookEvery);
  }

  /// Somebody took the files away, or a reader met damage. A file system that hangs must not hold the lock.
  bool has_suffered(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    const bool suffered = must_check() || writer_.is_displaced();
    lock.lock();
    return suffered;
  }

  bool must_check() const { return *damage_ && std::chrono::steady_clock::now() >= next_check_; }

  std::string write(const RecordGroup& group, WallTime at) {
    if (must_check()) {
      *damage_ = false;
      next_check_ = std::chrono::steady_clock::now() + kCheckEvery;
      if (std::string reason = writer_.check(at); !reason.empty()) return reason;
    }
    return writer_.commit(group, at);
  }

  void commit(std::unique_lock<std::mutex>& lock) {
    RecordGroup group = queue_.take();
    lock.unlock();
    const SteadyTime began = std::chrono::steady_clock::now();
    const std::string reason = write(group, now().wall);
    const auto took = std::chrono::steady_clock::now() - began;
    is_slow_ = took > kSlowCommit;
    const uint64_t size = size_of(database_path(state_dir_)) + size_of(database_path(state_dir_) + "-wal");
    lock.lock();
    counts_.commits.add(took);
    counts_.failures += reason.empty() ? 0 : 1;
    counts_.database_bytes = size;
    const bool was_ok = status_.ok;
    note(reason, std::move(group));
    lock.unlock();
    if (was_ok && !reason.empty()) spdlog::error("nothing can be stored: {}; the signal goes on", reason);
    if (!was_ok && reason.empty()) spdlog::info("everything is stored again");
    tell_listener();
    lock.lock();
  }

  void note(const std::string& reason, RecordGroup group) {
    status_.ok = reason.empty();
    status_.detail = reason;
    status_.set_aside = writer_.set_aside_path();
    if (!status_.ok) return queue_.put_back(std::move(group));
    queue_.written();
    retry_ = kFirstRetry;
    committed_ = std::max(committed_, group.last);
    committed_changed_.notify_all();
  }

  void tell_listener() {
    const std::lock_guard lock(listener_mutex_);
    if (on_attempt_) on_attempt_();
  }

  /// Between two tries; a store that is closed does not wait for it.
  void pause(std::unique_lock<std::mutex>& lock) {
    wake_.wait_for(lock, retry_, [&] { return stopping_; });
    retry_ = std::min(retry_ * 2, kLongestRetry);
  }

  /// One step at a time, so that what is submitted meanwhile does not wait for all of it.
  void prune(std::unique_lock<std::mutex>& lock) {
    const SteadyTime started = std::chrono::steady_clock::now();
    if (!more_to_prune_ && started < next_prune_) return;
    next_prune_ = started + kPruneEvery;
    const WallTime at = first_prune_at_.value_or(age_.at(now()));
    lock.unlock();
    bool damage = false;
    const bool more = writer_.prune(at, damage);
    if (damage) *damage_ = true;
    lock.lock();
    more_to_prune_ = more;
    if (!more) first_prune_at_.reset();
  }

  const std::string state_dir_;

  // The store's thread only, once it runs.
  StoreWriter writer_;
  Millis retry_ = kFirstRetry;
  SteadyTime next_prune_;
  bool more_to_prune_ = false;
  SteadyTime next_check_;
  bool is_slow_ = false;  ///< the last commit was
  CautiousClock age_;
  std::optional<WallTime> first_prune_at_;  ///< the opener's `now`, for the deleting at start

  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable wake_;
  std::condition_variable committed_changed_;
  StoreQueue queue_;
  Ticket submitted_ = 0;
  Ticket committed_ = 0;
  StoreStatus status_;
  StoreCounts counts_;
  bool stopping_ = false;

  std::mutex listener_mutex_;  ///< held during the call, never together with mutex_
  std::function<void()> on_attempt_;

  /// Somebody met a damaged page. Shared with readers, whose connections may outlive us.
  const std::shared_ptr<std::atomic<bool>> damage_ = std::make_shared<std::atomic<bool>>(false);

  std::thread thread_;
};

}  // namespace

Result<Store::Opened> Store::open(const std::string& state_dir, const Retention& retention, WallTime now) {
  Opened opened;
  auto store = std::make_unique<SqliteStore>(state_dir, retention);
  if (auto error = store->start(now, opened.restored)) return *error;
  opened.store = std::move(store);
  return opened;
}

}  // namespace signalbox
