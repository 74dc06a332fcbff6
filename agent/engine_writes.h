#pragma once
/// What clients and people write, on its way: held to the reporter's rate, judged by the engine, stored, and only
/// then answered.
///
/// Threads: `take`, `published` and `close` from any thread. No thread waits for a request.
#include <mutex>
#include <vector>

#include "agent/api/writes.h"
#include "agent/commit_watch.h"
#include "agent/engine.h"
#include "agent/ingest_counts.h"
#include "agent/reporter_rates.h"

namespace signalbox {

class EngineWrites final : public Writes {
 public:
  /// Both must live until `close`. `batches_per_s` is of one reporter (`ServerConfig`).
  EngineWrites(Engine& engine, Store& store, int batches_per_s, Millis commit_deadline = kCommitDeadline);

  void turn_away_batch() override;
  void take(ReportBatch batch, BatchDone done) override;
  void take(OverrideChange change, OverrideDone done) override;
  SharedSeries& series() override { return series_; }

  /// The engine has published a snapshot to readers: who changed an override can see it now.
  void published();

  /// Nobody is answered any more once it returns.
  void close();

  IngestCounts counts() const;

 private:
  struct Unpublished {
    Taken how;
    OverrideDone done;
  };

  void count(BatchResult result);
  void count_on_disk(const BatchVerdict& verdict, std::chrono::steady_clock::time_point since);
  uint64_t publications();
  void stored(Taken how, uint64_t judged_after, const OverrideDone& done);

  Engine& engine_;
  ReporterRates rates_;
  SharedSeries series_;
  std::mutex mutex_;  ///< guards what follows, and is held while somebody is told
  uint64_t publications_ = 0;
  std::vector<Unpublished> unpublished_;
  bool closed_ = false;
  mutable std::mutex counts_mutex_;  ///< guards the counts, and is held for no longer than counting takes
  IngestCounts counts_;
  CommitWatch commits_;  // last: its thread uses what stands before it
};

}  // namespace signalbox
