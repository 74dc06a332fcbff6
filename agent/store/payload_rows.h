#pragma once
/// The documents as they came, compressed, within an age and a total size.
///
/// Invariant: the newest of each document stays whatever its age and size: a restart reads the page from it.
#include <optional>

#include "agent/store/sqlite.h"
#include "lib/config/config.h"
#include "lib/records.h"

namespace signalbox {

/// Larger ones are no status pages: the fetcher takes no more either.
inline constexpr size_t kMaxPayload = size_t{4} * 1024 * 1024;

class PayloadRows {
 public:
  PayloadRows(SqliteConnection& connection, const Retention& retention);

  /// Nothing where the newest of the same document has the same bytes. Makes room.
  SqlError store(const PayloadRecord& record);
  /// One bounded step of deleting what is too old or over the size; adds to `deleted`.
  SqlError prune(WallTime now, int64_t& deleted);
  /// A transaction was rolled back: what was counted is not there.
  void rolled_back() { total_bytes_.reset(); }

 private:
  SqlError is_newest(const PayloadRecord& record, const std::string& packed, bool& same);
  SqlError count();
  SqlError make_room(int64_t& deleted);

  const Retention retention_;
  std::optional<int64_t> total_bytes_;  ///< as stored; counted when first needed
  Statement newest_;
  Statement insert_;
  Statement sum_;
  Statement delete_old_;
  Statement delete_oldest_;
};

}  // namespace signalbox
