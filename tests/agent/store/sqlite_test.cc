#include "agent/store/sqlite.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "agent/store/migrations.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

SqliteConnection in_memory() {
  SqliteConnection connection;
  REQUIRE_FALSE(connection.open(":memory:", SqliteMode::create, kDeadline));
  return connection;
}

int64_t number(SqliteConnection& connection, const std::string& sql) {
  int64_t found = -1;
  const SqlError error = Statement(connection, sql).rows([&](const SqlRow& row) { found = row.integer(0); });
  REQUIRE_MESSAGE(!error, error.message);
  return found;
}

}  // namespace

TEST_CASE("values go in and come out as they were") {
  SqliteConnection connection = in_memory();
  REQUIRE_FALSE(connection.execute("CREATE TABLE t (a ANY, b ANY, c ANY, d ANY, e ANY) STRICT"));
  Statement insert(connection, "INSERT INTO t VALUES (?, ?, ?, ?, ?)");
  const std::string bytes("a\0b\xff", 4);
  REQUIRE_FALSE(insert.run(int64_t{-7}, bytes, std::optional<WallTime>(), kMorning, SqlBlob{bytes}));
  int rows = 0;
  Statement select(connection, "SELECT a, b, c, d, e FROM t");
  REQUIRE_FALSE(select.rows([&](const SqlRow& row) {
    ++rows;
    CHECK(row.integer(0) == -7);
    CHECK(row.text(1) == bytes);
    CHECK(row.time_or_null(2) == std::nullopt);
    CHECK(row.time_or_null(3) == kMorning);
    CHECK(row.blob(4) == bytes);
  }));
  CHECK(rows == 1);
}

TEST_CASE("an empty text is a text, not NULL") {
  SqliteConnection connection = in_memory();
  REQUIRE_FALSE(connection.execute("CREATE TABLE t (a TEXT NOT NULL, b BLOB NOT NULL) STRICT"));
  CHECK_FALSE(Statement(connection, "INSERT INTO t VALUES (?, ?)").run(std::string_view(), SqlBlob{{}}));
}

TEST_CASE("a transaction that was not committed is rolled back") {
  SqliteConnection connection = in_memory();
  REQUIRE_FALSE(connection.execute("CREATE TABLE t (a)"));
  {
    Transaction dropped(connection);
    REQUIRE_FALSE(dropped.begin());
    REQUIRE_FALSE(connection.execute("INSERT INTO t VALUES (1)"));
  }
  CHECK(number(connection, "SELECT count(*) FROM t") == 0);
  {
    Transaction kept(connection);
    REQUIRE_FALSE(kept.begin());
    REQUIRE_FALSE(connection.execute("INSERT INTO t VALUES (1)"));
    REQUIRE_FALSE(kept.commit());
  }
  CHECK(number(connection, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("errors say in plain words what is wrong") {
  ScratchDirectory scratch;
  SqliteConnection connection;
  CHECK(connection.open(scratch.file("none.db"), SqliteMode::existing, kDeadline).message ==
        "cannot be opened: No such file or directory");
  CHECK_FALSE(connection.is_open());
  REQUIRE_FALSE(connection.open(scratch.file("a.db"), SqliteMode::create, Millis(0)));
  REQUIRE_FALSE(connection.execute("BEGIN EXCLUSIVE"));
  SqliteConnection other;
  REQUIRE_FALSE(other.open(scratch.file("a.db"), SqliteMode::create, Millis(0)));
  CHECK(other.execute("BEGIN IMMEDIATE").message == "locked by another process");
  CHECK(connection.error(SQLITE_FULL).message == "disk full");
  CHECK(connection.error(SQLITE_NOTADB).message == "not a database");
  CHECK(connection.error(SQLITE_CORRUPT_INDEX).message == "the database is corrupt");
  CHECK(connection.error(SQLITE_CORRUPT_INDEX).is_corruption());
  CHECK(connection.error(SQLITE_READONLY_DBMOVED).message == "the file was moved or removed");
}

TEST_CASE("the schema's migrations make a database of the newest version that says whose it is") {
  SqliteConnection connection = in_memory();
  REQUIRE_FALSE(migrate(connection, migrations()));
  CHECK(number(connection, "PRAGMA user_version") == migrations().back().number);
  CHECK(number(connection, "PRAGMA application_id") == kApplicationId);
  CHECK_FALSE(migrate(connection, migrations()));
}

TEST_CASE("only the migrations that are missing are applied") {
  SqliteConnection connection = in_memory();
  const Migration steps[] = {{1, "CREATE TABLE a (x)"}, {2, "CREATE TABLE b (x); INSERT INTO b VALUES (5)"}};
  REQUIRE_FALSE(migrate(connection, std::span(steps, 1)));
  REQUIRE_FALSE(migrate(connection, steps));
  CHECK(number(connection, "SELECT x FROM b") == 5);
  CHECK(number(connection, "PRAGMA user_version") == 2);
}

TEST_CASE("a migration that fails leaves the version before, whole") {
  SqliteConnection connection = in_memory();
  const Migration steps[] = {
      {1, "CREATE TABLE a (x)"}, {2, "CREATE TABLE b (x)"}, {3, "CREATE TABLE c (x); CREATE TABLE a (x)"}};
  REQUIRE_FALSE(migrate(connection, std::span(steps, 1)));
  CHECK(migrate(connection, steps));
  CHECK(number(connection, "PRAGMA user_version") == 1);
  CHECK(number(connection, "SELECT count(*) FROM sqlite_schema WHERE name IN ('b', 'c')") == 0);
}

TEST_CASE("a new database of which a migration fails is still new") {
  SqliteConnection connection = in_memory();
  const Migration steps[] = {{1, "CREATE TABLE a (x)"}, {2, "CREATE TABLE a (x)"}};
  CHECK(migrate(connection, steps));
  CHECK(number(connection, "PRAGMA application_id") == 0);
  CHECK(number(connection, "SELECT count(*) FROM sqlite_schema") == 0);
}
