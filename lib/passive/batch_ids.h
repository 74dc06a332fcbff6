#pragma once
/// Which batches were taken in within the last hour, so that one that is sent again counts once.
///
/// Bounded: two million, 16 MB; more are not told apart and must be refused. An id is known for an hour at least
/// and five minutes more at most: they are forgotten by slices.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>
#include <vector>

#include "lib/time.h"

namespace signalbox {

class BatchIds {
 public:
  static constexpr size_t kMost = 2'000'000;

  void forget_old(MonoTime now);
  bool contains(uint64_t key) const;
  bool is_full() const { return size_ >= kMost; }
  /// Times may be given out of order by less than a slice.
  void insert(uint64_t key, MonoTime at);
  size_t size() const { return size_; }

  /// Known as evidence, but not on disk: the store had no room for it.
  void mark_unstored(uint64_t key);
  /// True once: it is to be stored now.
  bool take_unstored(uint64_t key) { return unstored_.erase(key) > 0; }

 private:
  /// Sorted, but for the newest slice, which is `newest_`.
  struct Slice {
    MonoTime until;
    std::vector<uint64_t> keys;
  };
  void close_newest();
  void forget(uint64_t key);

  std::deque<Slice> closed_;
  MonoTime newest_until_{};
  std::unordered_set<uint64_t> newest_;
  std::unordered_set<uint64_t> unstored_;
  size_t size_ = 0;
};

}  // namespace signalbox
