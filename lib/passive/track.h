#pragma once
/// What clients reported of one target: outcomes gathered into slots of a second, judged when a slot is over.
///
/// Units: slot s is (s, s+1] seconds of mono time. A batch counts in the slot in which it arrived, whatever time it
/// covers: spread out, a long batch would make a spike look sustained.
#include <cstdint>
#include <vector>

#include "lib/passive/detector.h"
#include "lib/passive/outcome_window.h"

namespace signalbox {

class Track {
 public:
  explicit Track(int64_t slot) : heard_at_(slot), reported_at_(slot), known_since_(slot) {}

  void add(int64_t slot, int reporter, const OutcomeCounts& outcomes);
  bool is_open() const { return !open_.empty(); }
  int64_t open_slot() const { return open_.front().slot; }  ///< precondition: is_open()
  /// Judges every slot up to `last`; `count_throttled`: see is_failure.
  void judge(int64_t last, bool half_evidence, bool count_throttled);

  PassiveLevel level() const { return detector_.level(); }
  const Detector& detector() const { return detector_; }
  const OutcomeWindow& window() const { return window_; }
  void fall_silent() { detector_.fall_silent(); }
  int64_t heard_at() const { return heard_at_; }        ///< the slot of the last success or failure
  int64_t reported_at() const { return reported_at_; }  ///< the slot of the last report
  int64_t known_since() const { return known_since_; }

 private:
  struct ReporterOutcomes {
    int reporter = 0;
    OutcomeCounts outcomes{};
  };
  struct OpenSlot {
    int64_t slot = 0;
    std::vector<ReporterOutcomes> reporters;
  };

  std::vector<OpenSlot> open_;  ///< two at most: the one that is over and not judged yet, and the present one
  Detector detector_;
  OutcomeWindow window_;
  int64_t heard_at_;
  int64_t reported_at_;
  int64_t known_since_;
};

}  // namespace signalbox
