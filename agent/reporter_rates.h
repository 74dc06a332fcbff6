#pragma once
/// How many batches each reporter may send: a token bucket a name.
///
/// The names come from the network, so there is an end to how many are kept, and nobody can use it to take a bucket
/// from a reporter at work: only a bucket that is full again may go, and it would be made anew just as full. Who
/// finds no place shares one bucket with all others who found none.
///
/// Threads: any.
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "lib/time.h"

namespace signalbox {

/// Sixteen times the reporters that are told apart (`Policy::max_reporters`).
inline constexpr size_t kMaxRateBuckets = 1024;

class ReporterRates {
 public:
  /// `per_s` batches of one reporter, twice as many in a burst; 0: no limit.
  explicit ReporterRates(int per_s, size_t max_buckets = kMaxRateBuckets);

  /// Nothing when the batch may come; else when one may come again.
  std::optional<Millis> refuse(const std::string& reporter, MonoTime now);

 private:
  struct Bucket {
    double tokens = 0;
    MonoTime at{};  ///< when `tokens` was right
    std::string name;
  };
  using Buckets = std::list<Bucket>;  ///< the one that was used longest ago first

  Bucket& bucket_of(const std::string& reporter, MonoTime now);
  double tokens_at(const Bucket& bucket, MonoTime now) const;

  const double per_s_;
  const double burst_;
  const size_t max_buckets_;
  std::mutex mutex_;
  Buckets buckets_;
  std::map<std::string, Buckets::iterator> by_name_;
  Bucket shared_;
};

}  // namespace signalbox
