#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "agent/store/migrations.h"
#include "agent/store/sqlite.h"
#include "tests/support/faulty_disk.h"
#include "tests/support/process.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

namespace fs = std::filesystem;

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string garbage(size_t size) {
  std::mt19937 engine(20261123);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(engine() & 0xff);
  return bytes;
}

/// A database with a bit of everything, closed.
void fill(const std::string& directory) {
  std::vector<Record> records = {health("{}"), source(), GenerationRecord{9}, incident("a")};
  for (uint64_t i = 0; i < 200; ++i) records.push_back(transition(i));
  for (int i = 0; i < 20; ++i) records.push_back(payload(garbage(3000) + std::to_string(i)));
  keep(*open_store(directory).store, std::move(records));
  // On a slow disk the store leaves that to the next start.
  SqliteConnection connection;
  REQUIRE_FALSE(connection.open(database_path(directory), SqliteMode::existing, kDeadline));
  REQUIRE_FALSE(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

/// Stored and then as after a power cut: the log was not copied into the main file.
void crash_after(const std::string& directory, const std::vector<Record>& records) {
  ChildProcess child([&] {
    auto opened = Store::open(directory, {}, kMorning);
    if (opened) opened->store->wait(opened->store->submit(records), kDeadline);
    _exit(0);
  });
  child.wait();
  REQUIRE(fs::file_size(database_path(directory) + "-wal") > 0);
}

/// Works as an ordinary user while it lives; root may do everything.
class Unprivileged {
 public:
  Unprivileged() { REQUIRE((geteuid() != 0 || seteuid(65534) == 0)); }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() {
    if (getuid() == 0) CHECK(seteuid(0) == 0);
  }
};

}  // namespace

TEST_CASE("a disk that fails and comes back loses nothing") {
  struct Case {
    int code;
    const char* detail;
  };
  const Case cases[] = {{SQLITE_FULL, "disk full"},
                        {SQLITE_IOERR_WRITE, "input/output error while writing"},
                        {SQLITE_IOERR_FSYNC, "input/output error while syncing"},
                        {SQLITE_READONLY, "read-only file"}};
  for (const Case& each : cases) {
    CAPTURE(each.detail);
    ScratchDirectory scratch;
    FaultyDisk disk;
    auto [store, restored] = open_store(scratch.path());
    disk.fail_with(each.code);
    const auto ticket = store->submit({transition(1), health("{1}"), GenerationRecord{1}});
    disk.wait_for_failures(1);
    CHECK_FALSE(store->wait(ticket, Millis(0)));
    const auto second = store->submit({transition(2), health("{2}")});
    disk.wait_for_failures(1);
    const StoreStatus failing = store->status();
    CHECK_FALSE(failing.ok);
    CHECK(failing.detail.substr(0, std::string(each.detail).size()) == each.detail);
    CHECK(store->counts().queue_records == 2);
    CHECK(store->counts().failures >= 1);
    disk.heal();
    CHECK(store->wait(second, kDeadline));
    CHECK(store->status().ok);
    CHECK(store->counts().queue_records == 0);
    CHECK(store->counts().database_bytes > 0);
    CHECK(store->status().detail.empty());
    CHECK(store->status().dropped == 0);
    CHECK(all_transitions(*store) == std::vector{transition(2), transition(1)});
  }
}

TEST_CASE("whichever of the first writes fails, nothing is lost") {
  bool reached = true;
  for (int good = 0; reached; good += 3) {
    CAPTURE(good);
    ScratchDirectory scratch;
    std::string instance;
    {
      FaultyDisk disk;
      disk.fail_once_after(good, SQLITE_FULL);
      auto [store, restored] = open_store(scratch.path());
      instance = restored.instance;
      keep(*store, {transition(1), health("{}"), GenerationRecord{3}});
      CHECK(store->status().ok);
      reached = disk.failures() > 0;
    }
    auto [store, restored] = open_store(scratch.path());
    CHECK(restored.instance == instance);
    CHECK(restored.generation == 3);
    CHECK(restored.healths == std::vector{health("{}")});
    CHECK(all_transitions(*store) == std::vector{transition(1)});
  }
}

TEST_CASE("closing while the disk fails does not wait out the pause between two tries") {
  ScratchDirectory scratch;
  FaultyDisk disk;
  auto [store, restored] = open_store(scratch.path());
  disk.fail_with(SQLITE_FULL);
  store->submit({transition(1)});
  disk.wait_for_failures(4);  // the next pause is 2 s or more
  const auto started = std::chrono::steady_clock::now();
  store.reset();
  CHECK(std::chrono::steady_clock::now() - started < seconds(2));
}

TEST_CASE("closing makes a last attempt") {
  ScratchDirectory scratch;
  FaultyDisk disk;
  {
    auto [store, restored] = open_store(scratch.path());
    disk.fail_with(SQLITE_FULL);
    store->submit({transition(1)});
    disk.wait_for_failures(3);
    disk.heal();
  }
  auto [store, restored] = open_store(scratch.path());
  CHECK(all_transitions(*store) == std::vector{transition(1)});
}

TEST_CASE("on a full disk a store opens with what was stored, and works when there is room") {
  ScratchDirectory scratch;
  SUBCASE("after a clean end") { fill(scratch.path()); }
  SUBCASE("after a crash, with the newest still in the log") {
    fill(scratch.path());
    crash_after(scratch.path(), {GenerationRecord{9}, transition(300)});
  }
  FaultyDisk disk;
  disk.fail_with(SQLITE_FULL);
  auto [store, restored] = open_store(scratch.path());
  CHECK(restored.generation == 9);
  CHECK(restored.healths == std::vector{health("{}")});
  CHECK(restored.payloads.size() == 1);
  const auto ticket = store->submit({transition(400)});
  disk.wait_for_failures(1);
  CHECK_FALSE(store->status().ok);
  disk.heal();
  CHECK(store->wait(ticket, kDeadline));
  CHECK(store->status().ok);
  CHECK(all_transitions(*store).front() == transition(400));
  CHECK(all_incidents(*store) == std::vector{incident("a")});
}

TEST_CASE("on a full disk without a database a store opens, and makes one when there is room") {
  ScratchDirectory scratch;
  std::string instance;
  {
    FaultyDisk disk;
    disk.fail_with(SQLITE_FULL);
    auto [store, restored] = open_store(scratch.path());
    instance = restored.instance;
    CHECK(instance.size() == 16);
    CHECK(store->status().detail == "disk full");
    disk.heal();
    keep(*store, {transition(1)});
    CHECK(store->status().ok);
  }
  CHECK(open_store(scratch.path()).restored.instance == instance);
}

TEST_CASE("the database of a newer version is an error and stays as it is") {
  ScratchDirectory scratch;
  fill(scratch.path());
  const std::string path = database_path(scratch.path());
  const auto known = static_cast<int>(migrations().size());
  SqliteConnection connection;
  REQUIRE_FALSE(connection.open(path, SqliteMode::existing, kDeadline));
  REQUIRE_FALSE(connection.execute(fmt::format("PRAGMA user_version = {}", known + 6)));
  connection.close();
  const std::string before = bytes_of(path);
  CHECK(
      open_error(scratch.path()) ==
      fmt::format("{}: the database is of version {}, this signalbox knows up to {}: upgrade signalbox or move the "
                  "file away",
                  path, known + 6, known));
  CHECK(bytes_of(path) == before);
  CHECK_FALSE(fs::exists(path + "-wal"));
}

TEST_CASE("what is no sound database of ours is set aside, and the agent starts") {
  ScratchDirectory scratch;
  const std::string path = database_path(scratch.path());
  fill(scratch.path());
  const std::string sound = bytes_of(path);
  std::string damaged;
  SUBCASE("random bytes") { damaged = garbage(50'000); }
  SUBCASE("text") { damaged = "not a database\n"; }
  SUBCASE("cut off in the middle") { damaged = sound.substr(0, sound.size() / 2); }
  SUBCASE("only a header") { damaged = sound.substr(0, 100); }
  SUBCASE("garbage behind the first page") { damaged = sound.substr(0, 4096) + garbage(sound.size() - 4096); }
  SUBCASE("a schema of zeros") { damaged = sound.substr(0, 100) + std::string(sound.size() - 100, '\0'); }
  write_bytes(path, damaged);

  std::string instance;
  {
    auto [store, restored] = open_store(scratch.path());
    instance = restored.instance;
    const StoreStatus status = store->status();
    CHECK(status.ok);
    CHECK(status.set_aside == path + ".corrupt-2026-11-23T100000Z");
    keep(*store, {transition(1)});
    CHECK(all_transitions(*store) == std::vector{transition(1)});
  }
  CHECK(bytes_of(path + ".corrupt-2026-11-23T100000Z") == damaged);
  auto [store, restored] = open_store(scratch.path());
  CHECK(restored.instance == instance);
  CHECK(store->status().set_aside.empty());
}

TEST_CASE("a second corrupt file of the same second gets a name of its own") {
  ScratchDirectory scratch;
  const std::string path = database_path(scratch.path());
  for (const char* name : {".corrupt-2026-11-23T100000Z", ".corrupt-2026-11-23T100000Z-2"}) {
    write_bytes(path, "not a database\n");
    CHECK(open_store(scratch.path()).store->status().set_aside == path + name);
  }
}

TEST_CASE("a database of another program is set aside") {
  ScratchDirectory scratch;
  const std::string path = database_path(scratch.path());
  {
    SqliteConnection other;
    REQUIRE_FALSE(other.open(path, SqliteMode::create, kDeadline));
    REQUIRE_FALSE(other.execute("CREATE TABLE transitions (theirs); PRAGMA user_version = 1"));
  }
  auto [store, restored] = open_store(scratch.path());
  CHECK(store->status().set_aside == path + ".corrupt-2026-11-23T100000Z");
  keep(*store, {transition(1)});
}

TEST_CASE("an empty file is a new database") {
  ScratchDirectory scratch;
  write_bytes(database_path(scratch.path()), "");
  auto [store, restored] = open_store(scratch.path());
  CHECK(store->status().set_aside.empty());
  keep(*store, {transition(1)});
}

TEST_CASE("checkpoints that can still be read move to the new database") {
  ScratchDirectory scratch;
  const std::string path = database_path(scratch.path());
  fill(scratch.path());
  int64_t page = 0;
  {
    SqliteConnection connection;
    REQUIRE_FALSE(connection.open(path, SqliteMode::existing, kDeadline));
    Statement root(connection, "SELECT rootpage FROM sqlite_schema WHERE name = 'payloads'");
    REQUIRE_FALSE(root.rows([&](const SqlRow& row) { page = row.integer(0); }));
  }
  std::string bytes = bytes_of(path);
  bytes.replace(static_cast<size_t>(page - 1) * 4096, 4096, garbage(4096));
  write_bytes(path, bytes);

  std::string instance;
  for (int start = 0; start < 2; ++start) {
    auto [store, restored] = open_store(scratch.path());
    CHECK(store->status().set_aside.empty() == (start == 1));
    CHECK(restored.generation == 9);
    CHECK(restored.healths == std::vector{health("{}")});
    CHECK(restored.sources == std::vector{source()});
    if (start == 0) instance = restored.instance;
    CHECK(restored.instance == instance);
  }
}

TEST_CASE("a database that turns out corrupt in mid-run is replaced; what can be read of it lives on") {
  ScratchDirectory scratch;
  const std::string path = database_path(scratch.path());
  std::string instance;
  {
    FaultyDisk disk;
    auto [store, restored] = open_store(scratch.path());
    instance = restored.instance;
    auto history = store->open_history();
    keep(*store, {health("{}"), GenerationRecord{5}, transition(1), override_line(OverrideAction::set),
                  override_line(OverrideAction::set, kMorning, {"openai", ""}),
                  override_line(OverrideAction::cleared, kMorning, {"openai", ""})});
    CHECK((*history)->transitions({})->rows == std::vector{transition(1)});
    disk.fail_with(SQLITE_CORRUPT, 1);
    keep(*store, {transition(2)});
    const StoreStatus status = store->status();
    CHECK(status.ok);
    CHECK(status.set_aside.substr(0, path.size() + 9) == path + ".corrupt-");
    CHECK(fs::exists(status.set_aside));
    // A reader that was there before follows to the new file.
    CHECK((*history)->transitions({})->rows == std::vector{transition(2), transition(1)});
  }
  auto [store, restored] = open_store(scratch.path());
  CHECK(restored.instance == instance);
  CHECK(restored.generation == 5);
  CHECK(restored.healths == std::vector{health("{}")});
  CHECK(restored.overrides == std::vector{override_line(OverrideAction::set)});
}

TEST_CASE("a disk that corrupts everything does not fill up with what is set aside") {
  ScratchDirectory scratch;
  FaultyDisk disk;
  auto [store, restored] = open_store(scratch.path());
  disk.fail_with(SQLITE_CORRUPT);
  store->submit({transition(1)});
  disk.wait_for_failures(4);
  store.reset();
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    const std::string name = entry.path().filename().string();
    files +=
        name.find(".corrupt-") != std::string::npos && !name.ends_with("-wal") && !name.ends_with("-shm") ? 1 : 0;
  }
  CHECK(files == 1);
}

TEST_CASE("two agents never share a state directory") {
  ScratchDirectory scratch;
  {
    const auto first = open_store(scratch.path());
    CHECK(open_error(scratch.path()) ==
          fmt::format("{}/signalbox.lock: in use by another signalbox (pid {})", scratch.path(), getpid()));
  }
  CHECK(open_store(scratch.path()).store->status().ok);
}

TEST_CASE("mistakes in permissions and configuration are errors with path and reason") {
  ScratchDirectory scratch;
  SUBCASE("a directory that cannot be written") {
    fs::permissions(scratch.path(), fs::perms(0555));
    const Unprivileged user;
    CHECK(open_error(scratch.file("state")) == scratch.file("state") + ": Permission denied");
    CHECK(open_error(scratch.path()) == scratch.file("signalbox.lock") + ": Permission denied");
  }
  SUBCASE("a database that cannot be written") {
    fill(scratch.path());
    fs::permissions(scratch.path(), fs::perms(0777));
    fs::permissions(scratch.file("signalbox.lock"), fs::perms(0666));
    fs::permissions(database_path(scratch.path()), fs::perms(0444));
    const Unprivileged user;
    CHECK(open_error(scratch.path()) == database_path(scratch.path()) + ": Permission denied");
  }
  SUBCASE("a file where the directory should be") {
    write_bytes(scratch.file("state"), "");
    CHECK(open_error(scratch.file("state")) == scratch.file("state") + ": File exists");
    CHECK(open_error(scratch.file("state/deeper")) == scratch.file("state/deeper") + ": Not a directory");
  }
  SUBCASE("a directory where the database should be") {
    fs::create_directory(database_path(scratch.path()));
    CHECK(open_error(scratch.path()) == database_path(scratch.path()) + ": cannot be opened: Is a directory");
  }
}
