#include "agent/store/sqlite.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace signalbox {
namespace {

/// Result codes keep their kind in the low byte, details above it.
int kind_of(int code) { return code & 0xff; }

std::string system_text(int system_error) { return std::generic_category().message(system_error); }

const char* failed_operation(int code) {
  switch (code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ: return " while reading";
    case SQLITE_IOERR_WRITE: return " while writing";
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_DIR_FSYNC: return " while syncing";
    case SQLITE_IOERR_TRUNCATE: return " while truncating";
    case SQLITE_IOERR_SHMOPEN:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMMAP: return " in the -shm file";
    default: return "";
  }
}

std::string words(int code, int system_error, const char* library_text) {
  // SQLite reports a full disk as FULL only where it writes pages; elsewhere errno tells it.
  if (system_error == ENOSPC || system_error == EDQUOT) return "disk full";
  switch (kind_of(code)) {
    case SQLITE_FULL: return "disk full";
    case SQLITE_READONLY:
      return code == SQLITE_READONLY_DBMOVED ? "the file was moved or removed" : "read-only file";
    case SQLITE_NOTADB: return "not a database";
    case SQLITE_CORRUPT: return "the database is corrupt";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "locked by another process";
    case SQLITE_NOMEM: return "out of memory";
    case SQLITE_CANTOPEN:
      return system_error == 0 ? "cannot be opened" : "cannot be opened: " + system_text(system_error);
    case SQLITE_IOERR:
      return fmt::format("input/output error{}{}", failed_operation(code),
                         system_error == 0 ? "" : ": " + system_text(system_error));
    default: return fmt::format("database error {}: {}", code, library_text);
  }
}

/// A file name as SQLite's URI form takes it.
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool reserved = c == '%' || c == '?' || c == '#';
    uri += reserved ? fmt::format("%{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return uri + "?immutable=1";
}

int open_flags(SqliteMode mode) {
  switch (mode) {
    case SqliteMode::create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case SqliteMode::existing: return SQLITE_OPEN_READWRITE;
    case SqliteMode::read_only: return SQLITE_OPEN_READONLY;
    case SqliteMode::immutable: return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  return 0;
}

}  // namespace

bool SqlError::is_corruption() const { return kind_of(code) == SQLITE_CORRUPT || kind_of(code) == SQLITE_NOTADB; }

SqlError SqliteConnection::open(const std::string& path, SqliteMode mode, Millis busy_timeout) {
  sqlite3* opened = nullptr;
  const std::string name = mode == SqliteMode::immutable ? immutable_uri(path) : path;
  const int code = sqlite3_open_v2(name.c_str(), &opened, open_flags(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) {
    SqlError failure = error(code);
    handle_.reset();
    return failure;
  }
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, static_cast<int>(busy_timeout.count()));
  return {};
}

void SqliteConnection::close() { handle_.reset(); }

SqlError SqliteConnection::error(int code) const {
  if (code == SQLITE_OK) return {};
  const bool by_system = kind_of(code) == SQLITE_IOERR || kind_of(code) == SQLITE_CANTOPEN;
  const int system_error = by_system && handle_ ? sqlite3_system_errno(handle()) : 0;
  return {code, words(code, system_error, handle_ ? sqlite3_errmsg(handle()) : ""), system_error};
}

SqlError SqliteConnection::execute(const std::string& sql) {
  return error(sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr));
}

SqlError SqliteConnection::pragma(const char* name, int64_t& value) {
  value = 0;
  return Statement(*this, fmt::format("PRAGMA {}", name)).rows([&](const SqlRow& row) { value = row.integer(0); });
}

void SqliteConnection::keep_log_on_close(bool keep) {
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

std::string SqlRow::text(int column) const { return std::string(blob(column)); }

std::string_view SqlRow::blob(int column) const {
  // For text this gives its UTF-8 bytes; an empty value has no address.
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(bytes), static_cast<size_t>(size));
}

std::optional<WallTime> SqlRow::time_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

SqlError Statement::prepare() {
  if (statement_) return {};
  sqlite3_stmt* prepared = nullptr;
  const int code =
      sqlite3_prepare_v3(connection_.handle(), sql_.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  statement_.reset(prepared);
  return connection_.error(code);
}

SqlError Statement::step_through(const std::function<void(const SqlRow&)>& on_row) {
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement_.get())) == SQLITE_ROW) on_row(SqlRow(statement_.get()));
  SqlError failure = code == SQLITE_DONE ? SqlError{} : connection_.error(code);
  sqlite3_reset(statement_.get());
  // The bound values are the caller's and end with the call.
  sqlite3_clear_bindings(statement_.get());
  return failure;
}

void Statement::bind(int index, const std::optional<WallTime>& value) {
  if (value) return bind(index, *value);
  sqlite3_bind_null(statement_.get(), index);
}

// SQLite takes a null address for NULL, and an empty view may have one.
void Statement::bind(int index, std::string_view value) {
  const char* text = value.empty() ? "" : value.data();
  sqlite3_bind_text64(statement_.get(), index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind(int index, SqlBlob value) {
  const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
  sqlite3_bind_blob64(statement_.get(), index, bytes, value.bytes.size(), SQLITE_STATIC);
}

Transaction::~Transaction() {
  // After some failures SQLite has rolled back already.
  const bool open = connection_.is_open() && sqlite3_get_autocommit(connection_.handle()) == 0;
  if (open) static_cast<void>(connection_.execute("ROLLBACK"));
}

}  // namespace signalbox
