#pragma once
/// The reporters of one target: how much each may weigh, and whether the evidence stands without any one of them.
/// With fewer than three there is nobody to compare with, and each counts as it comes.
///
/// Units: slots of a second; counts may be fractions once they are capped.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace signalbox {

/// What one reporter met in one slot.
struct SlotPart {
  int reporter = 0;
  double ok = 0;
  double failed = 0;
};

class ReporterPanel {
 public:
  /// Takes note of the volumes of a slot and gives the parts capped: a reporter weighs at most twice the median one
  /// (both decaying, 2 min), so that neither a retry storm nor one large healthy client outweighs the rest.
  /// `spread` is the sum of all so far: a reporter that was never seen has no part in it.
  std::vector<SlotPart> cap(int64_t slot, std::vector<SlotPart> parts, double spread);

  /// Adds capped parts to the sums of everybody but each reporter.
  void add(const std::vector<SlotPart>& parts);

  /// Nothing is suspected any more: what speaks for or against a reporter in this run is forgotten.
  void end_run();
  /// Nothing was suspected for long: nobody is set aside any more.
  void forgive();
  void reset();

  /// Whether every sum without one reporter is large enough. `failed` is what this slot adds when they are not: a
  /// reporter that alone stands for many failures is set aside, and the others must show more than chance does.
  bool agree(double failed, double share);

  bool is_quorum() const { return reporters_.size() >= kQuorum; }
  /// The smallest sum without one reporter; for people.
  double weakest() const;
  double needed() const;
  std::vector<int> set_aside() const;

 private:
  static constexpr size_t kQuorum = 3;

  struct Reporter {
    int id = 0;
    double volume = 0;
    int64_t seen = 0;
    double without = 0;  ///< the spread sum of all others
    double run_ok = 0;   ///< in the present run of suspicion
    double run_failed = 0;
    double blocked = 0;  ///< failures that did not count because nobody else saw any
    bool set_aside = false;
  };

  Reporter& find(int id, int64_t slot, double spread);
  bool others_only_fail(const Reporter& reporter) const;

  std::vector<Reporter> reporters_;
  int64_t slot_ = 0;
  double run_ok_ = 0;
  double run_failed_ = 0;
};

}  // namespace signalbox
