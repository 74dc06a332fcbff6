#pragma once
/// The schema's versions: schema/0001_*.sql and on, embedded at build time.
///
/// Invariant: a database's `user_version` is the number of the last migration that was applied, whole; its
/// `application_id` says that it is ours.
#include <cstdint>
#include <span>
#include <string_view>

#include "agent/store/sqlite.h"

namespace signalbox {

/// "SgBx", in the file's header (and so in `file` and in `PRAGMA application_id`).
inline constexpr int64_t kApplicationId = 0x53674278;

struct Migration {
  int number;
  std::string_view sql;
};

/// 1, 2, ... without gaps.
std::span<const Migration> migrations();

/// Applies those that `connection` lacks, all or none: a database is new until it is whole.
SqlError migrate(SqliteConnection& connection, std::span<const Migration> steps);

}  // namespace signalbox
