#include "lib/passive/batch_ids.h"

#include <algorithm>

namespace signalbox {
namespace {

constexpr Millis kKept = hours(1);
constexpr Millis kSlice = minutes(5);
/// What a store without room may leave to be sent again; beyond it a retry counts as known.
constexpr size_t kMostUnstored = 100'000;

}  // namespace

void BatchIds::forget_old(MonoTime now) {
  while (!closed_.empty() && now - closed_.front().until >= kKept) {
    size_ -= closed_.front().keys.size();
    closed_.pop_front();
  }
}

bool BatchIds::contains(uint64_t key) const {
  return newest_.contains(key) || std::ranges::any_of(closed_, [&](const Slice& slice) {
           return std::ranges::binary_search(slice.keys, key);
         });
}

void BatchIds::insert(uint64_t key, MonoTime at) {
  if (at >= newest_until_) {
    close_newest();
    newest_until_ = at + kSlice;
  }
  if (newest_.insert(key).second) ++size_;
}

void BatchIds::close_newest() {
  if (newest_.empty()) return;
  Slice slice{newest_until_, {newest_.begin(), newest_.end()}};
  std::ranges::sort(slice.keys);
  closed_.push_back(std::move(slice));
  newest_ = {};
}

void BatchIds::mark_unstored(uint64_t key) {
  if (unstored_.size() < kMostUnstored) unstored_.insert(key);
}

}  // namespace signalbox
