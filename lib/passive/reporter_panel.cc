#include "lib/passive/reporter_panel.h"

#include <algorithm>
#include <cmath>

#include "lib/passive/failure_sums.h"

namespace signalbox {
namespace {

constexpr double kVolumeSeconds = 120;
constexpr int64_t kForgetAfter = 600;  ///< slots: who is silent for so long is no reporter of this target
constexpr double kCap = 2;             ///< times the median volume
/// Added to the cap: with a handful of requests a reporter the median is chance.
constexpr double kCapExtra = 1;
/// One and a half failures more than the successes explain: two failures, or one slot full of them.
constexpr double kNeeded = 1.5;
/// For a reporter that is set aside: what four others of five reach by chance at 1 % once in a week.
constexpr double kNeededAside = 3.3;
constexpr double kBlockedMost = 8;
/// "One", "none", for counts that were scaled.
constexpr double kOneFailure = .9;
constexpr double kNoSuccess = .1;

}  // namespace

ReporterPanel::Reporter& ReporterPanel::find(int id, int64_t slot, double spread) {
  const auto found = std::ranges::find(reporters_, id, &Reporter::id);
  if (found != reporters_.end()) return *found;
  reporters_.push_back({.id = id, .seen = slot, .without = spread});
  return reporters_.back();
}

std::vector<SlotPart> ReporterPanel::cap(int64_t slot, std::vector<SlotPart> parts, double spread) {
  const double keep = std::exp(-static_cast<double>(slot - slot_) / kVolumeSeconds);
  slot_ = slot;
  for (Reporter& reporter : reporters_) reporter.volume *= keep;
  for (const SlotPart& part : parts) {
    Reporter& reporter = find(part.reporter, slot, spread);
    reporter.volume += part.ok + part.failed;
    reporter.seen = slot;
  }
  std::erase_if(reporters_, [&](const Reporter& reporter) { return slot - reporter.seen > kForgetAfter; });
  if (!is_quorum()) return parts;

  std::vector<double> volumes;
  for (const Reporter& reporter : reporters_) volumes.push_back(reporter.volume);
  const auto middle = volumes.begin() + static_cast<ptrdiff_t>(volumes.size() / 2);
  std::ranges::nth_element(volumes, middle);
  const double most = kCap * *middle + kCapExtra;
  for (SlotPart& part : parts) {
    const double scale = std::min(1.0, most / find(part.reporter, slot, spread).volume);
    part.ok *= scale;
    part.failed *= scale;
  }
  return parts;
}

void ReporterPanel::add(const std::vector<SlotPart>& parts) {
  double ok = 0;
  double failed = 0;
  for (const SlotPart& part : parts) {
    ok += part.ok;
    failed += part.failed;
  }
  for (Reporter& reporter : reporters_) {
    double others_ok = ok;
    double others_failed = failed;
    for (const SlotPart& part : parts) {
      if (part.reporter != reporter.id) continue;
      others_ok -= part.ok;
      others_failed -= part.failed;
      reporter.run_ok += part.ok;
      reporter.run_failed += part.failed;
    }
    reporter.without = std::clamp(reporter.without + spread_gain(others_ok, others_failed), 0.0, kSpreadMost);
  }
  run_ok_ += ok;
  run_failed_ += failed;
}

void ReporterPanel::end_run() {
  run_ok_ = run_failed_ = 0;
  for (Reporter& reporter : reporters_) reporter.run_ok = reporter.run_failed = 0;
}

void ReporterPanel::forgive() {
  for (Reporter& reporter : reporters_) {
    reporter.blocked = 0;
    reporter.set_aside = false;
  }
}

void ReporterPanel::reset() {
  end_run();
  forgive();
  for (Reporter& reporter : reporters_) reporter.without = 0;
}

/// Where one client has nearly all the traffic, the small ones need long to bear it out: one failure of theirs is
/// enough as long as none of them has had a success since it began.
bool ReporterPanel::others_only_fail(const Reporter& reporter) const {
  return !reporter.set_aside && run_failed_ - reporter.run_failed >= kOneFailure &&
         run_ok_ - reporter.run_ok < kNoSuccess;
}

bool ReporterPanel::agree(double failed, double share) {
  if (!is_quorum()) return true;
  const bool all = std::ranges::all_of(reporters_, [&](const Reporter& reporter) {
    const double needed = reporter.set_aside ? kNeededAside : kNeeded;
    return reporter.without >= share * needed || others_only_fail(reporter);
  });
  if (all) return true;
  Reporter& alone = *std::ranges::min_element(reporters_, {}, &Reporter::without);
  alone.blocked += failed;
  if (alone.blocked >= kBlockedMost) alone.set_aside = true;
  return false;
}

double ReporterPanel::weakest() const {
  const auto weakest = std::ranges::min_element(reporters_, {}, &Reporter::without);
  return weakest == reporters_.end() ? 0 : weakest->without;
}

double ReporterPanel::needed() const {
  const auto weakest = std::ranges::min_element(reporters_, {}, &Reporter::without);
  return weakest != reporters_.end() && weakest->set_aside ? kNeededAside : kNeeded;
}

std::vector<int> ReporterPanel::set_aside() const {
  std::vector<int> ids;
  for (const Reporter& reporter : reporters_) {
    if (reporter.set_aside) ids.push_back(reporter.id);
  }
  return ids;
}

}  // namespace signalbox
