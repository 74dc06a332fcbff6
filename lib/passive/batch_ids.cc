#include "lib/passive/batch_ids.h"

#include <algorithm>

namespace signalbox {
namespace {

constexpr Millis kKept = hours(1);
constexpr Millis kSlice = minutes(5);
/// What a store without room may leave to be sent again; beyond it a batch that is sent again is evidence again,
/// since nothing may be taken for stored that is not.
constexpr size_t kMostUnstored = 100'000;

}  // namespace

void BatchIds::forget_old(MonoTime now) {
  if (now >= newest_until_) close_newest();
  while (!closed_.empty() && now - closed_.front().until >= kKept) {
    size_ -= closed_.front().keys.size();
    if (!unstored_.empty()) {
      for (const uint64_t key : closed_.front().keys) unstored_.erase(key);
    }
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
  if (unstored_.size() < kMostUnstored) {
    unstored_.insert(key);
  } else {
    forget(key);
  }
}

void BatchIds::forget(uint64_t key) {
  size_ -= newest_.erase(key);
  for (Slice& slice : closed_) {
    const auto found = std::ranges::lower_bound(slice.keys, key);
    if (found == slice.keys.end() || *found != key) continue;
    slice.keys.erase(found);
    --size_;
  }
}

}  // namespace signalbox
