#include "agent/store/backup.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/store/sqlite.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename().string());
  return names;
}

std::vector<std::string> findings(const std::string& db) {
  const auto found = check_database(db);
  REQUIRE_MESSAGE(found, found.error().message);
  return *found;
}

}  // namespace

TEST_CASE("a backup of a running store is a whole database in one file") {
  ScratchDirectory scratch;
  ScratchDirectory target;
  const std::string copy = target.file("signalbox.db");
  auto [store, restored] = open_store(scratch.path());
  keep(*store, {health("{}"), GenerationRecord{3}, transition(1), payload("body")});
  const auto report = backup_database(database_path(scratch.path()), copy);
  REQUIRE_MESSAGE(report, report.error().message);
  CHECK(report->bytes == fs::file_size(copy));
  CHECK(names_in(target.path()) == std::vector<std::string>{"signalbox.db"});
  CHECK(findings(copy).empty());

  auto [second, again] = open_store(target.path());
  CHECK(again.instance == restored.instance);
  CHECK(again.generation == 3);
  CHECK(again.healths == std::vector{health("{}")});
  CHECK(again.payloads == std::vector{payload("body")});
  CHECK(all_transitions(*second) == std::vector{transition(1)});
}

TEST_CASE("a backup is of one moment, and the writer goes on while it is made") {
  ScratchDirectory scratch;
  auto [store, restored] = open_store(scratch.path());
  std::vector<Record> bulk;
  for (uint64_t i = 0; i < 5000; ++i) bulk.push_back(transition(i));
  keep(*store, std::move(bulk));
  std::atomic<bool> copying = true;
  uint64_t written = 0;
  std::thread writer([&, &target = *store] {
    while (copying || written == 0) {
      target.wait(target.submit({transition(2 * written), transition(2 * written + 1)}), kDeadline);
      ++written;
    }
  });
  const std::string copy = scratch.file("copy.db");
  const auto report = backup_database(database_path(scratch.path()), copy);
  copying = false;
  writer.join();
  REQUIRE_MESSAGE(report, report.error().message);
  CHECK(store->status().ok);
  SqliteConnection connection;
  REQUIRE_FALSE(connection.open(copy, SqliteMode::read_only, kDeadline));
  int64_t rows = 0;
  REQUIRE_FALSE(Statement(connection, "SELECT count(*) FROM transitions").rows([&](const SqlRow& row) {
    rows = row.integer(0);
  }));
  CHECK(rows >= 5000);
  CHECK(rows % 2 == 0);
}

TEST_CASE("a backup never overwrites, and leaves nothing behind when it fails") {
  ScratchDirectory scratch;
  ScratchDirectory target;
  { keep(*open_store(scratch.path()).store, {transition(1)}); }
  const std::string db = database_path(scratch.path());
  const std::string there = target.file("there");
  std::ofstream(there) << "mine";
  CHECK(backup_database(db, there).error().message == there + ": exists already and is not overwritten");
  CHECK(fs::file_size(there) == 4);
  CHECK(backup_database(scratch.file("none"), target.file("x")).error().message ==
        scratch.file("none") + ": there is no database");
  CHECK(backup_database(db, target.file("no/such")).error().message ==
        target.file("no/such") + ": No such file or directory");
  const std::string text = scratch.file("text");
  std::ofstream(text) << std::string(5000, 'x');
  CHECK(backup_database(text, target.file("x")).error().message == text + ": not a database");
  CHECK(names_in(target.path()) == std::vector<std::string>{"there"});
}

TEST_CASE("a check finds nothing in a sound database, also while it is written") {
  ScratchDirectory scratch;
  auto [store, restored] = open_store(scratch.path());
  keep(*store, {transition(1)});
  CHECK(findings(database_path(scratch.path())).empty());
  store.reset();
  CHECK(findings(database_path(scratch.path())).empty());
}

TEST_CASE("a check names what is wrong") {
  ScratchDirectory scratch;
  const std::string db = database_path(scratch.path());
  {
    auto [store, restored] = open_store(scratch.path());
    std::vector<Record> records;
    for (uint64_t i = 0; i < 1000; ++i) records.push_back(transition(i));
    keep(*store, std::move(records));
  }
  SUBCASE("not a database") {
    std::ofstream(db, std::ios::trunc) << std::string(5000, 'x');
    CHECK(findings(db) == std::vector<std::string>{"not a database"});
  }
  SUBCASE("a damaged page") {
    std::fstream file(db, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(db) / 2 / 4096 * 4096));
    file << std::string(4096, '\x5a');
    file.close();
    CHECK_FALSE(findings(db).empty());
  }
  SUBCASE("another program's") {
    SqliteConnection connection;
    REQUIRE_FALSE(connection.open(db, SqliteMode::existing, kDeadline));
    REQUIRE_FALSE(connection.execute("PRAGMA application_id = 1"));
    connection.close();
    CHECK(findings(db) == std::vector<std::string>{"a database of another program"});
  }
  SUBCASE("a newer one") {
    SqliteConnection connection;
    REQUIRE_FALSE(connection.open(db, SqliteMode::existing, kDeadline));
    REQUIRE_FALSE(connection.execute("PRAGMA user_version = 99"));
    connection.close();
    REQUIRE(findings(db).size() == 1);
    CHECK(findings(db).front().find("the database is of version 99") == 0);
  }
  SUBCASE("none") {
    fs::remove(db);
    CHECK(check_database(db).error().message == db + ": there is no database");
  }
}
