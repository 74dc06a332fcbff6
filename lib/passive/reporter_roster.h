#pragma once
/// Who reports. Reporters get small numbers; beyond the cap all others share one, so that nobody can push out
/// those who report by making up names.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/time.h"

namespace signalbox {

/// How many numbers there are.
inline constexpr int kReporterIds = 128;
inline constexpr int kOtherReporters = kReporterIds - 1;

struct Reporter {
  std::string name;
  int id = 0;
  Instant seen_at;             ///< of its last batch
  std::optional<Millis> skew;  ///< its clock minus ours, when it last said
  double volume = 0;           ///< requests, decaying over a minute, at seen_at
  bool operator==(const Reporter&) const = default;
};

class ReporterRoster {
 public:
  /// The reporter's number, below `cap`, or `kOtherReporters`: shared by those for whom there is no place. A place
  /// is free when its holder has been silent for ten minutes. Precondition: `cap` is at most kOtherReporters.
  int admit(std::string_view name, Instant at, std::optional<Millis> skew, int cap);
  void count(int id, int64_t requests, Instant at);

  const std::vector<Reporter>& all() const { return reporters_; }
  /// Empty for a number that nobody has.
  std::string name_of(int id) const;
  static double requests_per_s(const Reporter& reporter, Instant now);

 private:
  std::vector<Reporter> reporters_;
};

}  // namespace signalbox
