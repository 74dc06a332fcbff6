#include "agent/store/store_queue.h"

#include <algorithm>
#include <iterator>

namespace signalbox {
namespace {

/// A row's cost beside its text: the variant, the allocations' headers.
constexpr size_t kRowOverhead = 512;

size_t text_bytes(const TransitionRecord& record) { return record.why.size() + record.evidence.size(); }
size_t text_bytes(const PayloadRecord& record) { return record.body.size(); }
size_t text_bytes(const IncidentRecord& record) {
  size_t bytes = record.name.size() + record.url.size();
  for (const std::string& model : record.scope) bytes += model.size();
  return bytes;
}
size_t text_bytes(const BatchRecord& record) {
  size_t bytes = record.rows.size() * sizeof(CountRow);
  for (const CountRow& row : record.rows) bytes += row.target.model.size();
  return bytes;
}
size_t text_bytes(const OverrideRecord& record) { return record.by.size() + record.reason.size(); }
size_t text_bytes(const NoticeRecord& record) { return record.body.size(); }
template <class Checkpoint>
size_t text_bytes(const Checkpoint&) {
  return 0;
}

size_t cost(const Record& row) {
  return kRowOverhead + std::visit([](const auto& record) { return text_bytes(record); }, row);
}

bool is_payload(const Record& row) { return std::holds_alternative<PayloadRecord>(row); }

/// Whether it was a checkpoint, and is now in `checkpoints`.
bool keep_checkpoint(Record& record, Checkpoints& checkpoints) {
  if (auto* health = std::get_if<HealthRecord>(&record)) {
    checkpoints.healths[health->target] = std::move(*health);
  } else if (auto* source = std::get_if<SourceRecord>(&record)) {
    checkpoints.sources[{source->provider, source->source}] = std::move(*source);
  } else if (const auto* generation = std::get_if<GenerationRecord>(&record)) {
    checkpoints.generation = std::max(checkpoints.generation, generation->generation);
  } else {
    return false;
  }
  return true;
}

}  // namespace

void Checkpoints::take(const Checkpoints& newer) {
  for (const auto& [target, health] : newer.healths) {
    if (health.body.empty()) {
      healths.erase(target);
    } else {
      healths[target] = health;
    }
  }
  for (const auto& [key, source] : newer.sources) sources[key] = source;
  generation = std::max(generation, newer.generation);
}

bool StoreQueue::push(std::vector<Record> records, Store::Ticket ticket) {
  bool refused = false;
  for (Record& record : records) {
    if (!keep_checkpoint(record, waiting_.checkpoints)) push_row(std::move(record), refused);
  }
  waiting_.last = ticket;
  return !refused;
}

bool StoreQueue::fits_half(const std::vector<Record>& records) const {
  size_t bytes = size_.bytes + taken_.bytes;
  for (const Record& record : records) bytes += cost(record);
  return size_.rows + taken_.rows + records.size() <= limits_.rows / 2 && bytes <= limits_.bytes / 2;
}

void StoreQueue::push_row(Record row, bool& refused) {
  const size_t bytes = cost(row);
  const bool payload = is_payload(row);
  if (!fits(bytes)) drop_payloads(bytes);
  if (!fits(bytes)) {
    ++dropped_;
    refused = refused || !payload;
    return;
  }
  size_.rows += 1;
  size_.bytes += bytes;
  payloads_ += payload ? 1 : 0;
  waiting_.rows.push_back(std::move(row));
}

bool StoreQueue::fits(size_t bytes) const {
  return size_.rows + taken_.rows + 1 <= limits_.rows && size_.bytes + taken_.bytes + bytes <= limits_.bytes;
}

void StoreQueue::drop_payloads(size_t bytes_needed) {
  if (payloads_ == 0) return;
  std::erase_if(waiting_.rows, [&](const Record& row) {
    if (fits(bytes_needed) || !is_payload(row)) return false;
    size_.rows -= 1;
    size_.bytes -= cost(row);
    --payloads_;
    ++dropped_;
    return true;
  });
}

RecordGroup StoreQueue::take() {
  taken_ = std::exchange(size_, Size{});
  payloads_ = 0;
  return std::exchange(waiting_, RecordGroup{});
}

void StoreQueue::put_back(RecordGroup group) {
  payloads_ += static_cast<size_t>(std::ranges::count_if(group.rows, is_payload));
  std::ranges::move(waiting_.rows, std::back_inserter(group.rows));
  waiting_.rows = std::move(group.rows);
  // merge() keeps what is there already: the newer.
  waiting_.checkpoints.healths.merge(group.checkpoints.healths);
  waiting_.checkpoints.sources.merge(group.checkpoints.sources);
  waiting_.checkpoints.generation = std::max(waiting_.checkpoints.generation, group.checkpoints.generation);
  waiting_.last = std::max(waiting_.last, group.last);
  size_ = {size_.rows + taken_.rows, size_.bytes + taken_.bytes};
  taken_ = {};
}

}  // namespace signalbox
