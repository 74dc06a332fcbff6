#pragma once
/// What waits to be written: rows in their order, checkpoints one a key.
///
/// Invariant: bounded. Over the bound payloads go first, the oldest before the newer; then rows that do not fit
/// are refused. Checkpoints always fit: their number is that of targets and sources. Batches get half of the bound,
/// so that a flood of them leaves room for what the agent itself has to say.
/// Threads: none of its own; its owner locks.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/store/store.h"
#include "lib/records.h"

namespace signalbox {

/// The newest health, source and generation: each replaces the one before.
struct Checkpoints {
  std::map<Target, HealthRecord> healths;
  std::map<std::pair<std::string, std::string>, SourceRecord> sources;
  uint64_t generation = 0;  ///< the highest; 0: none

  bool empty() const { return healths.empty() && sources.empty() && generation == 0; }
  void take(const Checkpoints& newer);
};

/// What is committed at once.
struct RecordGroup {
  std::vector<Record> rows;  ///< all that are no checkpoints
  Checkpoints checkpoints;
  Store::Ticket last = 0;  ///< the highest ticket in it

  bool empty() const { return rows.empty() && checkpoints.empty(); }
};

class StoreQueue {
 public:
  struct Limits {
    size_t rows = 100'000;                    ///< a day of disk trouble in a storm of transitions
    size_t bytes = size_t{64} * 1024 * 1024;  ///< what an agent may grow by when the disk is gone
  };

  explicit StoreQueue(Limits limits) : limits_(limits) {}

  /// False when a row was refused. Payloads that were given up do not count as refusal of the others.
  bool push(std::vector<Record> records, Store::Ticket ticket);
  /// Whether it would be at most half full with `records`: what batches may use.
  bool fits_half(const std::vector<Record>& records) const;
  bool empty() const { return waiting_.empty(); }
  /// Everything that waits. It counts towards the bound until `written` or `put_back`.
  RecordGroup take();
  void written() { taken_ = {}; }
  /// It could not be written: back to the front.
  void put_back(RecordGroup group);
  uint64_t dropped() const { return dropped_; }
  /// Without checkpoints.
  size_t records() const { return size_.rows + taken_.rows; }
  size_t bytes() const { return size_.bytes + taken_.bytes; }

 private:
  struct Size {
    size_t rows = 0;
    size_t bytes = 0;
  };
  void push_row(Record row, bool& refused);
  bool fits(size_t bytes) const;
  void drop_payloads(size_t bytes_needed);

  const Limits limits_;
  RecordGroup waiting_;
  Size size_;   ///< of the rows of waiting_
  Size taken_;  ///< of the rows that are being written
  size_t payloads_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace signalbox
