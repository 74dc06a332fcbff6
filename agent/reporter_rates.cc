#include "agent/reporter_rates.h"

#include <algorithm>
#include <cmath>

namespace signalbox {

ReporterRates::ReporterRates(int per_s, size_t max_buckets)
    : per_s_(per_s), burst_(2.0 * per_s), max_buckets_(max_buckets), shared_{.tokens = burst_} {}

std::optional<Millis> ReporterRates::refuse(const std::string& reporter, MonoTime now) {
  if (per_s_ <= 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = bucket_of(reporter, now);
  bucket.tokens = tokens_at(bucket, now);
  bucket.at = now;
  if (bucket.tokens < 1) return Millis(static_cast<int64_t>(std::ceil((1 - bucket.tokens) / per_s_ * 1000)));
  bucket.tokens -= 1;
  return std::nullopt;
}

double ReporterRates::tokens_at(const Bucket& bucket, MonoTime now) const {
  const std::chrono::duration<double> passed = now - bucket.at;
  return std::min(burst_, bucket.tokens + passed.count() * per_s_);
}

ReporterRates::Bucket& ReporterRates::bucket_of(const std::string& reporter, MonoTime now) {
  if (const auto known = by_name_.find(reporter); known != by_name_.end()) {
    buckets_.splice(buckets_.end(), buckets_, known->second);
    return buckets_.back();
  }
  if (buckets_.size() >= max_buckets_) {
    if (tokens_at(buckets_.front(), now) < burst_) return shared_;
    by_name_.erase(buckets_.front().name);
    buckets_.pop_front();
  }
  buckets_.push_back({burst_, now, reporter});
  by_name_[reporter] = std::prev(buckets_.end());
  return buckets_.back();
}

}  // namespace signalbox
