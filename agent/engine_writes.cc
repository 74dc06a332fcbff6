#include "agent/engine_writes.h"

#include <utility>

namespace signalbox {

EngineWrites::EngineWrites(Engine& engine, Store& store, int batches_per_s, Millis commit_deadline)
    : engine_(engine), rates_(batches_per_s), commits_(store, commit_deadline) {}

void EngineWrites::take(ReportBatch batch, BatchDone done) {
  if (const auto wait = rates_.refuse(batch.reporter, batch.at.mono)) {
    return done({.how = Taken::too_fast, .retry_after = *wait});
  }
  const auto judged = [this, done](const BatchVerdict& verdict, Store::Ticket ticket) {
    if (verdict.refused) return done({.how = Taken::refused});
    // A batch that was known already may still be on its way to the disk: its ticket covers all before it.
    commits_.wait(ticket, [done, verdict](bool on_disk) {
      done({.how = on_disk ? Taken::stored : Taken::not_stored, .verdict = verdict});
    });
  };
  if (!engine_.offer(std::move(batch), judged)) done({.how = Taken::refused});
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
