#pragma once
/// A database written anew from a connection that still sees it: beside its place first, checked and synced, so
/// that who calls only has to rename it.
///
/// Threads: one at a time. Errors: of the new file, unless `is_corruption` says that what is read is to blame.
#include <string>
#include <vector>

#include "agent/store/partial_file.h"
#include "agent/store/sqlite.h"

namespace signalbox {

/// Page by page: the copy is the database of one moment, in a single file without a log. Whoever commits to it in
/// between does not start it over. Precondition: `from` is in no transaction, `to` is empty.
SqlError copy_database(SqliteConnection& from, SqliteConnection& to);

/// The same into a new file beside `path`.
SqlError copy_beside(SqliteConnection& from, const std::string& path, PartialFile& fresh);

/// Names of tables.
struct Salvaged {
  std::vector<std::string> carried;
  std::vector<std::string> lost;
};

/// Row by row into a new database beside `path`: what can be read of one that is corrupt. A table is taken whole or
/// not at all, since nobody knows what stood in a damaged page. Without a file where not even the header tells that
/// it is ours.
SqlError salvage_beside(SqliteConnection& from, const std::string& path, PartialFile& fresh, Salvaged& salvaged);

/// Whether every page is as it should be. `error` says why it could not be looked at, corruption as well.
bool is_sound(SqliteConnection& connection, SqlError& error);

}  // namespace signalbox
