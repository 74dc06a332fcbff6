#pragma once
/// How much memory the bodies of all requests may take together, so that many clients with large bodies cannot take
/// the whole machine. Counted are bytes that have arrived, not those that were announced.
///
/// Threads: any.
#include <atomic>
#include <cstddef>

namespace signalbox {

class BodyBudget {
 public:
  explicit BodyBudget(size_t limit) : limit_(limit) {}

  /// False, and nothing is taken, where it would be over the limit.
  bool take(size_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= limit_) return true;
    give_back(bytes);
    return false;
  }
  void give_back(size_t bytes) { used_.fetch_sub(bytes); }

 private:
  const size_t limit_;
  std::atomic<size_t> used_ = 0;
};

/// What one request has of it, until its answer is known.
class BodyShare {
 public:
  explicit BodyShare(BodyBudget& budget) : budget_(budget) {}
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  ~BodyShare() { budget_.give_back(size_); }

  bool grow(size_t bytes) {
    if (!budget_.take(bytes)) return false;
    size_ += bytes;
    return true;
  }

 private:
  BodyBudget& budget_;
  std::atomic<size_t> size_ = 0;
};

}  // namespace signalbox
