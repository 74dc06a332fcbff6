#include "agent/engine_writes.h"

#include <utility>

#include "agent/clock.h"

namespace signalbox {

EngineWrites::EngineWrites(Engine& engine, Store& store, int batches_per_s, Millis commit_deadline)
    : engine_(engine), rates_(batches_per_s), series_(now().wall), commits_(store, commit_deadline) {}

void EngineWrites::turn_away_batch() { count(BatchResult::invalid); }

void EngineWrites::take(ReportBatch batch, BatchDone done) {
  const auto came = std::chrono::steady_clock::now();
  if (const auto wait = rates_.refuse(batch.reporter, batch.at.mono)) {
    count(BatchResult::too_fast);
    return done({.how = Taken::too_fast, .retry_after = *wait});
  }
  const auto refuse = [this, done] {
    count(BatchResult::overloaded);
    done({.how = Taken::refused});
  };
  const auto judged = [this, came, done, refuse](const BatchVerdict& verdict, Store::Ticket ticket) {
    if (verdict.refused) return refuse();
    // A batch that was known already may still be on its way to the disk: its ticket covers all before it.
    commits_.wait(ticket, [this, came, done, verdict](bool on_disk) {
      if (on_disk) count_on_disk(verdict, came);
      if (!on_disk) count(BatchResult::not_stored);
      done({.how = on_disk ? Taken::stored : Taken::not_stored, .verdict = verdict});
    });
  };
  if (!engine_.offer(std::move(batch), judged)) refuse();
}

void EngineWrites::count(BatchResult result) {
  const std::lock_guard lock(counts_mutex_);
  ++counts_.batches.at(static_cast<size_t>(result));
}

void EngineWrites::count_on_disk(const BatchVerdict& verdict, std::chrono::steady_clock::time_point since) {
  count(verdict.duplicate ? BatchResult::duplicate : BatchResult::stored);
  const std::lock_guard lock(counts_mutex_);
  counts_.parts_ignored += verdict.ignored.size();
  counts_.commits.add(std::chrono::steady_clock::now() - since);
}

IngestCounts EngineWrites::counts() const {
  const std::lock_guard lock(counts_mutex_);
  return counts_;
}

void EngineWrites::take(OverrideChange change, OverrideDone done) {
  const auto judged = [this, done](Store::Ticket ticket) {
    commits_.wait(ticket, [this, done, judged_after = publications()](bool on_disk) {
      stored(on_disk ? Taken::stored : Taken::not_stored, judged_after, done);
    });
  };
  if (!engine_.offer(std::move(change), judged)) done(Taken::refused);
}

uint64_t EngineWrites::publications() {
  const std::lock_guard lock(mutex_);
  return publications_;
}

/// The first snapshot after the judgement has the change in it.
void EngineWrites::stored(Taken how, uint64_t judged_after, const OverrideDone& done) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (publications_ > judged_after) return done(how);
  unpublished_.push_back({how, done});
}

void EngineWrites::published() {
  const std::lock_guard lock(mutex_);
  ++publications_;
  for (const Unpublished& one : unpublished_) one.done(one.how);
  unpublished_.clear();
}

void EngineWrites::close() {
  commits_.close();
  const std::lock_guard lock(mutex_);
  closed_ = true;
  unpublished_.clear();
}

}  // namespace signalbox
