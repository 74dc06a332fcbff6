#pragma once
/// The outcomes of the last five minutes, to be shown: by second for one minute, by ten seconds beyond it.
///
/// Units: slots of a second.
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>

#include "lib/outcome.h"
#include "lib/passive/reporter_roster.h"

namespace signalbox {

struct WindowSum {
  OutcomeCounts outcomes{};
  std::bitset<kReporterIds> reporters;
  bool operator==(const WindowSum&) const = default;
};

class OutcomeWindow {
 public:
  static constexpr int64_t kFineSeconds = 60;
  static constexpr int64_t kSeconds = 300;

  void add(int64_t slot, int reporter, const OutcomeCounts& outcomes);
  /// Of the `length` slots that end with `slot`; beyond a minute to the ten seconds, at most five minutes.
  WindowSum last(int64_t length, int64_t slot) const;

 private:
  static constexpr int64_t kCoarse = 10;

  struct Bucket {
    int64_t number = -1;
    WindowSum sum;
  };

  /// More than a minute, so that the last whole one is still there while the next second comes in.
  static constexpr int64_t kFineKept = kFineSeconds + 4;

  std::array<Bucket, kFineKept> fine_;
  std::array<Bucket, kSeconds / kCoarse> coarse_;
};

}  // namespace signalbox
