#include "agent/store/copy_database.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "agent/store/migrations.h"

namespace signalbox {
namespace {

/// Nobody else knows the file.
constexpr Millis kNoWait{0};
/// As the lock file: the group may read (backup, doctor); nobody else needs to.
constexpr mode_t kFileMode = 0640;

/// 4 MB at a time.
constexpr int kPagesAtOnce = 1000;

SqlError copy_pages(SqliteConnection& from, SqliteConnection& to) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) return to.error(sqlite3_extended_errcode(to.handle()));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(backup, kPagesAtOnce);
  const int finished = sqlite3_backup_finish(backup);
  return code == SQLITE_DONE ? SqlError{} : to.error(finished == SQLITE_OK ? code : finished);
}

SqlError tables_of(SqliteConnection& connection, std::vector<std::string>& tables) {
  return Statement(connection,
                   "SELECT name FROM fresh.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .rows([&](const SqlRow& row) { tables.push_back(row.text(0)); });
}

/// As SQLite would say it.
SqlError failure_of(int system_error) {
  const bool full = system_error == ENOSPC || system_error == EDQUOT;
  return {SQLITE_IOERR, full ? "disk full" : std::generic_category().message(system_error), system_error};
}

SqlError carry_tables(SqliteConnection& from, const std::string& to, Salvaged& salvaged) {
  if (SqlError error = Statement(from, "ATTACH ? AS fresh").run(std::string_view(to))) return error;
  std::vector<std::string> tables;
  SqlError error = tables_of(from, tables);
  for (const std::string& table : tables) {
    if (error) break;
    error = from.execute(fmt::format("INSERT OR REPLACE INTO fresh.{0} SELECT * FROM main.{0}", table));
    // Beside damage: a database of an older version lacks a table or a column.
    const bool unreadable = error.is_corruption() || error.code == SQLITE_ERROR;
    (error ? salvaged.lost : salvaged.carried).push_back(table);
    if (unreadable) error = {};
  }
  static_cast<void>(from.execute("DETACH fresh"));
  return error;
}

/// Reads what was written; a damaged page may have looked like a sound one.
SqlError finish(const PartialFile& fresh) {
  SqliteConnection written;
  SqlError error = written.open(fresh.path(), SqliteMode::existing, kNoWait);
  if (!error && !is_sound(written, error) && !error) error = {SQLITE_CORRUPT, "the database is corrupt"};
  written.close();
  if (error) return error;
  if (chmod(fresh.path().c_str(), kFileMode) != 0) return failure_of(errno);
  if (const int code = fresh.sync()) return failure_of(code);
  return {};
}

}  // namespace

SqlError copy_database(SqliteConnection& from, SqliteConnection& to) {
  if (SqlError error = from.execute("BEGIN; SELECT count(*) FROM sqlite_schema")) return error;
  SqlError error = copy_pages(from, to);
  static_cast<void>(from.execute("ROLLBACK"));  // it has only read
  return error ? error : to.execute("PRAGMA journal_mode = DELETE");
}

SqlError copy_beside(SqliteConnection& from, const std::string& path, PartialFile& fresh) {
  if (const int code = fresh.create(path)) return failure_of(code);
  SqliteConnection copy;
  if (SqlError error = copy.open(fresh.path(), SqliteMode::existing, kNoWait)) return error;
  if (SqlError error = copy_database(from, copy)) return error;
  copy.close();
  return finish(fresh);
}

SqlError salvage_beside(SqliteConnection& from, const std::string& path, PartialFile& fresh, Salvaged& salvaged) {
  int64_t application = 0;
  if (from.pragma("application_id", application) || application != kApplicationId) return {};
  if (const int code = fresh.create(path)) return failure_of(code);
  SqliteConnection target;
  if (SqlError error = target.open(fresh.path(), SqliteMode::existing, kNoWait)) return error;
  if (SqlError error = migrate(target, migrations())) return error;
  target.close();
  if (SqlError error = carry_tables(from, fresh.path(), salvaged)) return error;
  return finish(fresh);
}

bool is_sound(SqliteConnection& connection, SqlError& error) {
  bool sound = true;
  Statement check(connection, "PRAGMA quick_check(1)");
  error = check.rows([&](const SqlRow& row) { sound = row.text(0) == "ok"; });
  return sound && !error;
}

}  // namespace signalbox
