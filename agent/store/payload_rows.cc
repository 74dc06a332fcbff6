#include "agent/store/payload_rows.h"

#include "agent/deflate.h"

namespace signalbox {
namespace {

/// Rows a step: at 100 kB each a few milliseconds.
constexpr int64_t kRowsAtOnce = 32;

constexpr const char* kDeleteOld = R"(
DELETE FROM payloads WHERE id IN (
  SELECT id FROM payloads AS old WHERE at < ?1 AND EXISTS (
    SELECT 1 FROM payloads AS newer WHERE newer.provider = old.provider AND newer.source = old.source
      AND newer.document = old.document AND newer.id > old.id)
  ORDER BY at LIMIT ?2) RETURNING stored_bytes)";

constexpr const char* kDeleteOldest = R"(
DELETE FROM payloads WHERE id = (
  SELECT id FROM payloads AS old WHERE EXISTS (
    SELECT 1 FROM payloads AS newer WHERE newer.provider = old.provider AND newer.source = old.source
      AND newer.document = old.document AND newer.id > old.id)
  ORDER BY at, id LIMIT 1) RETURNING stored_bytes)";

}  // namespace

PayloadRows::PayloadRows(SqliteConnection& connection, const Retention& retention)
    : retention_(retention),
      newest_(
          connection,
          "SELECT body FROM payloads WHERE provider = ? AND source = ? AND document = ? ORDER BY id DESC LIMIT 1"),
      insert_(connection,
              "INSERT INTO payloads (provider, source, document, at, raw_bytes, stored_bytes, body) "
              "VALUES (?, ?, ?, ?, ?, ?, ?)"),
      sum_(connection, "SELECT ifnull(sum(stored_bytes), 0) FROM payloads"),
      delete_old_(connection, kDeleteOld),
      delete_oldest_(connection, kDeleteOldest) {}

SqlError PayloadRows::store(const PayloadRecord& record) {
  const std::string packed = deflate_bytes(record.body);
  bool same = false;
  if (SqlError error = is_newest(record, packed, same)) return error;
  if (same) return {};
  if (SqlError error = count()) return error;
  const auto bytes = static_cast<int64_t>(packed.size());
  const auto raw_bytes = static_cast<int64_t>(record.body.size());
  if (SqlError error = insert_.run(record.provider, record.source, record.document, record.at, raw_bytes, bytes,
                                   SqlBlob{packed})) {
    return error;
  }
  *total_bytes_ += bytes;
  int64_t deleted = 0;
  return make_room(deleted);
}

SqlError PayloadRows::is_newest(const PayloadRecord& record, const std::string& packed, bool& same) {
  return newest_.rows([&](const SqlRow& row) { same = row.blob(0) == packed; }, record.provider, record.source,
                      record.document);
}

SqlError PayloadRows::count() {
  if (total_bytes_) return {};
  return sum_.rows([&](const SqlRow& row) { total_bytes_ = row.integer(0); });
}

SqlError PayloadRows::make_room(int64_t& deleted) {
  for (int64_t rows = 0; rows<kRowsAtOnce&& * total_bytes_> retention_.payload_bytes; ++rows) {
    int64_t freed = 0;
    if (SqlError error = delete_oldest_.rows([&](const SqlRow& row) { freed = row.integer(0); })) return error;
    if (freed == 0) return {};  // only the newest of each are left
    *total_bytes_ -= freed;
    ++deleted;
  }
  return {};
}

SqlError PayloadRows::prune(WallTime now, int64_t& deleted) {
  if (SqlError error = count()) return error;
  const auto on_row = [&](const SqlRow& row) {
    *total_bytes_ -= row.integer(0);
    ++deleted;
  };
  if (SqlError error = delete_old_.rows(on_row, WallTime(now - retention_.payloads), kRowsAtOnce)) return error;
  return make_room(deleted);
}

}  // namespace signalbox
