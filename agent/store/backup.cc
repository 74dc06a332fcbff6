#include "agent/store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

#include "agent/store/database.h"
#include "agent/store/migrations.h"
#include "agent/store/sqlite.h"

namespace signalbox {
namespace {

namespace fs = std::filesystem;

/// 4 MB at a time.
constexpr int kPagesAtOnce = 1000;
constexpr Millis kBusyTimeout = seconds(5);
/// More findings say nothing new.
constexpr int kMaxFindings = 20;

Error failed(const std::string& path, const std::string& reason) { return Error{path + ": " + reason}; }
Error failed(const std::string& path, int system_error) {
  return failed(path, std::generic_category().message(system_error));
}

/// A file beside the target that is removed unless it was renamed to it.
class PartialFile {
 public:
  /// Its errno, or 0.
  int create(const std::string& target) {
    std::string name = target + ".partial-XXXXXX";
    const int descriptor = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor < 0) return errno;
    ::close(descriptor);
    path_ = name;
    return 0;
  }
  PartialFile() = default;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }

  const std::string& path() const { return path_; }

  /// Its errno, or 0. Never over a file that is there.
  int become(const std::string& target) {
    int code = renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
    // Some file systems do not know the flag.
    if (code != 0 && errno == EINVAL && !fs::exists(target)) code = std::rename(path_.c_str(), target.c_str());
    if (code != 0) return errno;
    path_.clear();
    return 0;
  }

 private:
  std::string path_;
};

SqlError copy_pages(SqliteConnection& from, SqliteConnection& to) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return to.error(sqlite3_extended_errcode(to.handle()));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(backup, kPagesAtOnce);
  const int finished = sqlite3_backup_finish(backup);
  return code == SQLITE_DONE ? SqlError{} : to.error(finished == SQLITE_OK ? code : finished);
}

/// One read transaction around all steps: the copy is of one moment, and commits between steps do not start it
/// over.
SqlError copy_snapshot(SqliteConnection& from, SqliteConnection& to) {
  if (SqlError error = from.execute("BEGIN; SELECT count(*) FROM sqlite_schema")) return error;
  if (SqlError error = copy_pages(from, to)) return error;
  // A single file, without a log beside it.
  return to.execute("PRAGMA journal_mode = DELETE");
}

SqlError findings_of(SqliteConnection& connection, const std::string& check, std::vector<std::string>& findings) {
  return Statement(connection, fmt::format("PRAGMA {}({})", check, kMaxFindings)).rows([&](const SqlRow& row) {
    if (row.text(0) != "ok") findings.push_back(row.text(0));
  });
}

std::optional<Error> write_copy(const std::string& db, const std::string& to) {
  SqliteConnection source;
  SqliteConnection copy;
  if (SqlError error = source.open(db, SqliteMode::read_only, kBusyTimeout)) return failed(db, error.message);
  if (SqlError error = copy.open(to, SqliteMode::existing, kBusyTimeout)) return failed(to, error.message);
  if (SqlError error = copy_snapshot(source, copy)) {
    const bool by_source = error.is_corruption();
    return failed(by_source ? db : to, error.message);
  }
  std::vector<std::string> findings;
  if (SqlError error = findings_of(copy, "quick_check", findings)) return failed(db, error.message);
  if (!findings.empty()) return failed(db, "the copy is not sound: " + findings.front());
  return std::nullopt;
}

/// SQLite has synced at its last commit; this holds whatever the file's journal mode did.
int sync_file(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int code = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  return code;
}

std::string directory_of(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

Result<BackupReport> backup_database(const std::string& db, const std::string& to) {
  std::error_code ignored;
  if (!fs::exists(db, ignored)) return failed(db, "there is no database");
  if (fs::exists(fs::symlink_status(to, ignored))) return failed(to, "exists already and is not overwritten");
  PartialFile partial;
  if (const int code = partial.create(to)) return failed(to, code);
  if (auto error = write_copy(db, partial.path())) return *error;
  if (const int code = sync_file(partial.path())) return failed(to, code);
  const uintmax_t bytes = fs::file_size(partial.path(), ignored);
  if (const int code = partial.become(to)) return failed(to, code);
  sync_directory(directory_of(to));
  return BackupReport{bytes};
}

Result<std::vector<std::string>> check_database(const std::string& db) {
  std::error_code ignored;
  if (!fs::exists(db, ignored)) return failed(db, "there is no database");
  SqliteConnection connection;
  std::vector<std::string> findings;
  if (SqlError error = connection.open(db, SqliteMode::read_only, kBusyTimeout)) return failed(db, error.message);
  int64_t application = 0;
  int64_t version = 0;
  SqlError error = connection.pragma("application_id", application);
  if (!error) error = connection.pragma("user_version", version);
  if (!error) error = findings_of(connection, "integrity_check", findings);
  if (error.is_corruption()) findings.push_back(error.message);
  if (error && !error.is_corruption()) return failed(db, error.message);
  if (!error && application != kApplicationId) findings.push_back("a database of another program");
  const int64_t known = migrations().back().number;
  if (application == kApplicationId && version != known) {
    findings.push_back(fmt::format("the database is of version {}, this signalbox knows {}", version, known));
  }
  return findings;
}

}  // namespace signalbox
