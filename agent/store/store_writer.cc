#include "agent/store/store_writer.h"

#include <sys/random.h>

#include <array>

#include <fmt/format.h>

namespace signalbox {
namespace {

/// As a new database draws it, for the time until there is one.
std::string draw_instance() {
  std::array<unsigned char, 8> bytes{};
  // Fewer than 256 bytes are always given whole.
  if (getentropy(bytes.data(), bytes.size()) != 0) return "0000000000000000";
  std::string hex;
  for (const unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace

StoreWriter::StoreWriter(const std::string& state_dir, const Retention& retention)
    : retention_(retention), database_(state_dir) {}

std::optional<OpenFailure> StoreWriter::open(WallTime now, Restored& restored) {
  std::optional<OpenFailure> failure = database_.open(now, &restored);
  if (failure && failure->fatal) return failure;
  if (failure) database_.read_in_place(now, restored);
  instance_ = restored.instance;
  for (const HealthRecord& health : restored.healths) held_.healths[health.target] = health;
  for (const SourceRecord& source : restored.sources) held_.sources[{source.provider, source.source}] = source;
  held_.generation = restored.generation;
  for (const OverrideRecord& line : restored.overrides) held_overrides_[line.target] = line;
  if (instance_.empty()) {
    // Drawn here rather than read from the new database, whose first commit may fail.
    instance_ = restored.instance = draw_instance();
  }
  if (failure) return failure;
  if (std::string reason = attach(); !reason.empty()) return OpenFailure{"", reason, false};
  // Of a corrupt one not all may have been read.
  if (set_aside_path().empty()) rows_->remember(restored.batches);
  return std::nullopt;
}

/// The connection is open: binds the statements, and fills a file that is new with what is held.
std::string StoreWriter::attach() {
  rows_ = std::make_unique<RecordRows>(database_.connection(), retention_);
  must_fill_ = must_fill_ || database_.is_new();
  if (!must_fill_) return {};
  SqlError error = fill();
  if (error) {
    detach();
    return error.message;
  }
  must_fill_ = false;
  return {};
}

SqlError StoreWriter::fill() {
  RecordGroup group{{}, held_, 0};
  if (!database_.carried("overrides")) {
    for (const auto& [target, line] : held_overrides_) group.rows.emplace_back(line);
  }
  Transaction transaction(database_.connection());
  SqlError error = transaction.begin();
  if (!error) error = rows_->write_instance(instance_);
  if (!error) error = rows_->write(group);
  if (!error) error = transaction.commit();
  return error;
}

/// What is on disk now is what a new database would have to hold.
void StoreWriter::hold(const RecordGroup& group) {
  held_.take(group.checkpoints);
  for (const Record& row : group.rows) {
    const auto* line = std::get_if<OverrideRecord>(&row);
    if (line == nullptr) continue;
    if (line->action == OverrideAction::set) {
      held_overrides_[line->target] = *line;
    } else {
      held_overrides_.erase(line->target);
    }
  }
}

void StoreWriter::detach() {
  rows_.reset();
  database_.close();
}

std::string StoreWriter::ensure_open(WallTime now) {
  if (rows_ && database_.is_displaced()) return put_back(now);
  if (rows_) return {};
  if (const auto failure = database_.open(now, nullptr)) return failure->reason;
  return attach();
}

/// Until it succeeds the old connection, which sees everything, stays.
std::string StoreWriter::put_back(WallTime now) {
  rows_.reset();
  const auto failure = database_.put_back(now);
  if (!failure) return attach();
  if (database_.is_open()) rows_ = std::make_unique<RecordRows>(database_.connection(), retention_);
  return failure->reason;
}

std::string StoreWriter::replace(WallTime now) {
  rows_.reset();
  if (const auto failure = database_.set_aside(now)) return failure->reason;
  return ensure_open(now);
}

std::string StoreWriter::check(WallTime now) {
  if (!rows_) return {};
  bool sound = true;
  const SqlError error = database_.check_files(sound);
  if (error) return error.message;
  return sound ? "" : replace(now);
}

std::string StoreWriter::commit(const RecordGroup& group, WallTime now) {
  if (std::string reason = ensure_open(now); !reason.empty()) return reason;
  SqlError error = write(group);
  if (error.is_corruption()) {
    if (std::string reason = replace(now); !reason.empty()) return reason;
    error = write(group);
  }
  if (error) return error.message;
  hold(group);
  return {};
}

SqlError StoreWriter::write(const RecordGroup& group) {
  Transaction transaction(database_.connection());
  SqlError error = transaction.begin();
  if (!error) error = rows_->write(group);
  if (!error) error = transaction.commit();
  if (error) rows_->rolled_back();
  return error;
}

bool StoreWriter::prune(WallTime now, bool& damage) {
  if (!rows_) return false;
  bool more = false;
  Transaction transaction(database_.connection());
  SqlError error = transaction.begin();
  if (!error) error = rows_->prune(now, more);
  if (!error) error = transaction.commit();
  // A failure shows in the next commit, which says so; the next hour deletes.
  if (error) rows_->rolled_back();
  damage = damage || error.is_corruption();
  return !error && more;
}

void StoreWriter::close(WallTime now, bool is_slow) {
  if (rows_) static_cast<void>(ensure_open(now));
  if (!rows_) return;
  rows_.reset();
  database_.connection().keep_log_on_close(is_slow);
  if (!is_slow) static_cast<void>(database_.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  database_.close();
}

}  // namespace signalbox
