#pragma once
/// SQLite as values: a connection, statements, a transaction that rolls back unless it was committed.
///
/// Errors: nothing throws; whatever may fail returns an SqlError, true when it failed, which says in plain words
/// what is wrong ("disk full") and not where: callers know the path.
/// Threads: a connection and its statements belong to one thread at a time.
#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/time.h"

namespace signalbox {

struct SqlError {
  int code = SQLITE_OK;  ///< SQLite's extended result code
  std::string message;   ///< plain words
  int system_error = 0;  ///< errno, where the system was the reason

  explicit operator bool() const { return code != SQLITE_OK; }
  /// The file's content is to blame, not the disk or the moment.
  bool is_corruption() const;
};

enum class SqliteMode {
  create,     ///< read and write, made when missing
  existing,   ///< read and write
  read_only,  ///< sees what a writer in this or another process commits
  immutable,  ///< reads the main file alone, without locks or a log: for a disk that takes no byte
};

class SqliteConnection {
 public:
  /// Precondition: not open. Waits at most `busy_timeout` for another connection's lock, then and later.
  SqlError open(const std::string& path, SqliteMode mode, Millis busy_timeout);
  void close();
  bool is_open() const { return handle_ != nullptr; }
  sqlite3* handle() const { return handle_.get(); }

  /// One or more statements without parameters; rows are ignored.
  SqlError execute(const std::string& sql);
  /// The first column of the first row of `PRAGMA name`; 0 when there is none.
  SqlError pragma(const char* name, int64_t& value);
  int64_t changes() const { return sqlite3_changes64(handle()); }
  /// Opened for writing, but the file only allows to read.
  bool is_read_only() const { return sqlite3_db_readonly(handle(), "main") == 1; }
  /// Closing leaves the files as they are, without copying the log into the main file.
  void keep_log_on_close(bool keep);
  /// What `code`, given by the last call on `handle`, means.
  SqlError error(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// The columns of one result row.
class SqlRow {
 public:
  explicit SqlRow(sqlite3_stmt* statement) : statement_(statement) {}
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::string text(int column) const;
  /// Valid until the row is left.
  std::string_view blob(int column) const;
  WallTime time(int column) const { return WallTime(Millis(integer(column))); }
  std::optional<WallTime> time_or_null(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// A parameter that is bytes, not text.
struct SqlBlob {
  std::string_view bytes;
};

/// Prepared at its first use and kept. Ends before its connection is closed.
class Statement {
 public:
  Statement(SqliteConnection& connection, std::string sql) : connection_(connection), sql_(std::move(sql)) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <class... Values>
  SqlError run(const Values&... values) {
    return rows([](const SqlRow&) {}, values...);
  }

  /// Calls `on_row` for each row.
  template <class... Values>
  SqlError rows(const std::function<void(const SqlRow&)>& on_row, const Values&... values) {
    if (SqlError error = prepare()) return error;
    int index = 0;
    (bind(++index, values), ...);
    return step_through(on_row);
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  SqlError prepare();
  SqlError step_through(const std::function<void(const SqlRow&)>& on_row);
  // A value that cannot be bound (out of memory) leaves NULL, which NOT NULL columns refuse.
  void bind(int index, int64_t value) { sqlite3_bind_int64(statement_.get(), index, value); }
  void bind(int index, WallTime value) { bind(index, int64_t{value.time_since_epoch().count()}); }
  void bind(int index, const std::optional<WallTime>& value);
  void bind(int index, std::string_view value);
  void bind(int index, SqlBlob value);

  SqliteConnection& connection_;
  const std::string sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Rolls back unless `commit` succeeded.
class Transaction {
 public:
  explicit Transaction(SqliteConnection& connection) : connection_(connection) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// Takes the write lock at once, so that no later statement finds it taken.
  SqlError begin() { return connection_.execute("BEGIN IMMEDIATE"); }
  SqlError commit() { return connection_.execute("COMMIT"); }

 private:
  SqliteConnection& connection_;
};

}  // namespace signalbox
