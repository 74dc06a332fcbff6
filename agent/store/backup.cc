#include "agent/store/backup.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "agent/store/copy_database.h"
#include "agent/store/database.h"
#include "agent/store/migrations.h"
#include "agent/store/partial_file.h"
#include "agent/store/sqlite.h"

namespace signalbox {
namespace {

namespace fs = std::filesystem;

constexpr Millis kBusyTimeout = seconds(5);
/// More findings say nothing new.
constexpr int kMaxFindings = 20;

Error failed(const std::string& path, const std::string& reason) { return Error{path + ": " + reason}; }
Error failed(const std::string& path, int system_error) {
  return failed(path, std::generic_category().message(system_error));
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
  if (SqlError error = copy_database(source, copy)) {
    const bool by_source = error.is_corruption();
    return failed(by_source ? db : to, error.message);
  }
  std::vector<std::string> findings;
  if (SqlError error = findings_of(copy, "quick_check", findings)) return failed(db, error.message);
  if (!findings.empty()) return failed(db, "the copy is not sound: " + findings.front());
  return std::nullopt;
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
  if (const int code = partial.sync()) return failed(to, code);
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
