#pragma once
/// A consistent copy of the database while the daemon runs, and its inspection; from another process.
///
/// Errors: sentences with the path and the reason.
#include <cstdint>
#include <string>
#include <vector>

#include "lib/result.h"

namespace signalbox {

struct BackupReport {
  uintmax_t bytes = 0;
};

/// Copies `db` to `to`, which must not exist: written beside it, checked, synced, renamed. The copy is the state at
/// one moment. The writer goes on meanwhile; only its log grows.
Result<BackupReport> backup_database(const std::string& db, const std::string& to);

/// What is wrong with the database, a sentence each; empty: nothing. Reads every page. An error means that it
/// could not be looked at.
Result<std::vector<std::string>> check_database(const std::string& db);

}  // namespace signalbox
