#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "agent/store/backup.h"
#include "agent/store/sqlite.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

namespace fs = std::filesystem;

bool comes_true(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

void remove_files(const std::string& directory, const std::vector<std::string>& names) {
  for (const std::string& name : names) fs::remove(fs::path(directory) / name);
}

std::vector<std::string> names_with(const std::string& directory, const std::string& part) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.find(part) != std::string::npos) names.push_back(name);
  }
  return names;
}

/// What a crash at this moment would leave: the files as they are, read by another store.
void expect_stored(const std::string& directory, const std::vector<TransitionRecord>& transitions) {
  ScratchDirectory elsewhere;
  const std::string copy = elsewhere.file("state");
  fs::create_directory(copy);
  for (const char* name : {"signalbox.db", "signalbox.db-wal"}) {
    if (fs::exists(fs::path(directory) / name)) fs::copy(fs::path(directory) / name, fs::path(copy) / name);
  }
  auto [store, restored] = open_store(copy);
  CHECK(all_transitions(*store) == transitions);
  CHECK(restored.healths == std::vector{health("{}")});
  CHECK(store->status().set_aside.empty());
}

const std::vector<TransitionRecord> kThree = {transition(3), transition(2), transition(1)};

}  // namespace

TEST_CASE("files that were taken away under the store are written anew, with everything") {
  ScratchDirectory scratch;
  const std::string state = scratch.file("state");
  auto [store, restored] = open_store(state);
  keep(*store, {transition(1), health("{}"), override_line(OverrideAction::set)});
  keep(*store, {transition(2)});
  auto history = store->open_history();
  REQUIRE((*history)->transitions({})->rows.size() == 2);

  SUBCASE("the database") { remove_files(state, {"signalbox.db"}); }
  SUBCASE("its log") { remove_files(state, {"signalbox.db-wal"}); }
  SUBCASE("the log's index") { remove_files(state, {"signalbox.db-shm"}); }
  SUBCASE("the log and its index") { remove_files(state, {"signalbox.db-wal", "signalbox.db-shm"}); }
  SUBCASE("all of them") {
    remove_files(state, {"signalbox.db", "signalbox.db-wal", "signalbox.db-shm", "signalbox.lock"});
  }
  SUBCASE("the database, moved") { fs::rename(database_path(state), scratch.file("elsewhere.db")); }
  SUBCASE("the directory") { fs::remove_all(state); }
  SUBCASE("the directory, for another") {
    fs::rename(state, scratch.file("before"));
    fs::create_directory(state);
  }
  keep(*store, {transition(3)});
  CHECK(store->status().ok);
  expect_stored(state, kThree);
  CHECK((*history)->transitions({})->rows == kThree);
  CHECK((*history)->overrides({})->size() == 1);
  CHECK(names_with(state, ".partial-").empty());

  store.reset();
  auto [again, restored_again] = open_store(state);
  CHECK(restored_again.instance == restored.instance);
  CHECK(restored_again.overrides == std::vector{override_line(OverrideAction::set)});
  CHECK(all_transitions(*again) == kThree);
  CHECK(check_database(database_path(state))->empty());
}

TEST_CASE("a database that was removed comes back although nothing is written") {
  ScratchDirectory scratch;
  auto [store, restored] = open_store(scratch.path());
  keep(*store, {transition(3), transition(2), transition(1), health("{}")});
  fs::remove(database_path(scratch.path()));
  CHECK(comes_true([&] { return fs::exists(database_path(scratch.path())); }));
  store.reset();
  expect_stored(scratch.path(), kThree);
}

TEST_CASE("another database that was put in the place of ours is kept aside") {
  ScratchDirectory scratch;
  const std::string path = database_path(scratch.path());
  ScratchDirectory other;
  {
    auto [store, restored] = open_store(other.path());
    keep(*store, {transition(9)});
  }
  auto [store, restored] = open_store(scratch.path());
  keep(*store, {transition(3), transition(2), health("{}")});
  fs::rename(database_path(other.path()), path);
  keep(*store, {transition(1)});
  expect_stored(scratch.path(), kThree);
  const auto aside = names_with(scratch.path(), ".replaced-");
  REQUIRE(aside.size() >= 1);
  CHECK(store->status().set_aside.empty());
}

TEST_CASE("what could not be written while there was no directory is written when there is one again") {
  ScratchDirectory scratch;
  const std::string state = scratch.file("state");
  auto [store, restored] = open_store(state);
  keep(*store, {transition(1), transition(2), health("{}")});
  fs::rename(state, scratch.file("before"));
  std::ofstream(state) << "in the way";
  const auto ticket = store->submit({transition(3)});
  CHECK(comes_true([&] { return !store->status().ok; }));
  CHECK_FALSE(store->wait(ticket, Millis(0)));
  fs::remove(state);
  CHECK(store->wait(ticket, kDeadline));
  expect_stored(state, kThree);
}

TEST_CASE("damage that only a reader meets is cured: what can be read is kept, what is lost is named") {
  ScratchDirectory scratch;
  const std::string path = database_path(scratch.path());
  auto [store, restored] = open_store(scratch.path());
  keep(*store, {transition(3), transition(2), transition(1), incident("a"), health("{}")});
  int64_t page = 0;
  {
    SqliteConnection connection;
    REQUIRE_FALSE(connection.open(path, SqliteMode::existing, kDeadline));
    REQUIRE_FALSE(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    Statement root(connection, "SELECT rootpage FROM sqlite_schema WHERE name = 'incidents'");
    REQUIRE_FALSE(root.rows([&](const SqlRow& row) { page = row.integer(0); }));
  }
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp((page - 1) * 4096);
    file << std::string(4096, '\x5a');
  }
  auto history = store->open_history();
  CHECK_FALSE((*history)->incidents({}));
  CHECK(comes_true([&] { return !store->status().set_aside.empty(); }));
  CHECK((*history)->transitions({})->rows == kThree);
  CHECK((*history)->incidents({})->rows.empty());
  keep(*store, {incident("b")});
  CHECK((*history)->incidents({})->rows == std::vector{incident("b")});
  expect_stored(scratch.path(), kThree);
}
