#include "lib/passive/track.h"

#include <algorithm>

namespace signalbox {
namespace {

SlotPart part_of(int reporter, const OutcomeCounts& outcomes, bool count_throttled) {
  SlotPart part{.reporter = reporter};
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const auto count = static_cast<double>(outcomes.at(i));
    if (outcome == Outcome::ok) part.ok += count;
    if (is_failure(outcome, count_throttled)) part.failed += count;
  }
  return part;
}

}  // namespace

void Track::add(int64_t slot, int reporter, const OutcomeCounts& outcomes) {
  if (open_.empty() || open_.back().slot < slot) open_.push_back({.slot = slot, .reporters = {}});
  auto& reporters = open_.back().reporters;
  auto found = std::ranges::find(reporters, reporter, &ReporterOutcomes::reporter);
  if (found == reporters.end()) found = reporters.insert(found, {.reporter = reporter});
  for (size_t i = 0; i < outcomes.size(); ++i) found->outcomes.at(i) += outcomes.at(i);
  window_.add(slot, reporter, outcomes);
  reported_at_ = std::max(reported_at_, slot);
}

void Track::judge(int64_t last, bool half_evidence, bool count_throttled) {
  const auto judged = std::ranges::find_if(open_, [&](const OpenSlot& open) { return open.slot > last; });
  for (auto open = open_.begin(); open != judged; ++open) {
    std::vector<SlotPart> parts;
    for (const ReporterOutcomes& reporter : open->reporters) {
      const SlotPart part = part_of(reporter.reporter, reporter.outcomes, count_throttled);
      if (part.ok + part.failed > 0) parts.push_back(part);
    }
    if (parts.empty()) continue;
    heard_at_ = open->slot;
    detector_.judge(open->slot, std::move(parts), half_evidence);
  }
  open_.erase(open_.begin(), judged);
}

}  // namespace signalbox
