#include "agent/store/payload_rows.h"

#include <doctest/doctest.h>

#include <random>

#include "agent/store/migrations.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

/// Bytes that no compression makes smaller, other ones for each seed.
std::string incompressible(size_t size, unsigned seed) {
  std::mt19937 engine(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(engine() & 0xff);
  return bytes;
}

struct Table {
  SqliteConnection connection;
  Table() {
    REQUIRE_FALSE(connection.open(":memory:", SqliteMode::create, kDeadline));
    REQUIRE_FALSE(migrate(connection, migrations()));
  }
  int64_t number(const char* sql) {
    int64_t found = -1;
    REQUIRE_FALSE(Statement(connection, sql).rows([&](const SqlRow& row) { found = row.integer(0); }));
    return found;
  }
  int64_t rows() { return number("SELECT count(*) FROM payloads"); }
  int64_t bytes() { return number("SELECT sum(length(body)) FROM payloads"); }
};

}  // namespace

TEST_CASE("the same bytes as the newest of the document are not stored twice") {
  Table table;
  PayloadRows rows(table.connection, {});
  for (const char* body : {"a", "a", "b", "a", "a"}) REQUIRE_FALSE(rows.store(payload(body)));
  CHECK(table.rows() == 3);
  REQUIRE_FALSE(rows.store(payload("a", kMorning, "components")));
  CHECK(table.rows() == 4);
}

TEST_CASE("bodies are stored small") {
  Table table;
  PayloadRows rows(table.connection, {});
  REQUIRE_FALSE(rows.store(payload(std::string(100'000, 'x'))));
  CHECK(table.bytes() < 1000);
}

TEST_CASE("the total stays within its bound by giving up the oldest") {
  Table table;
  Retention retention;
  retention.payload_bytes = 10'500;
  for (unsigned i = 0; i < 30; ++i) {
    // A connection's count is taken up by the next one.
    PayloadRows rows(table.connection, retention);
    REQUIRE_FALSE(rows.store(payload(incompressible(1000, i), kMorning + seconds(i))));
    CHECK(table.bytes() <= retention.payload_bytes);
  }
  CHECK(table.rows() == 10);
  CHECK(table.number("SELECT min(at) FROM payloads") == (kMorning + seconds(20)).time_since_epoch().count());
}

TEST_CASE("the newest of each document stays, however old and however large") {
  Table table;
  Retention retention;
  retention.payload_bytes = 1;
  PayloadRows rows(table.connection, retention);
  REQUIRE_FALSE(rows.store(payload("old", kMorning, "incidents")));
  REQUIRE_FALSE(rows.store(payload("first", kMorning, "summary")));
  REQUIRE_FALSE(rows.store(payload("second", kMorning, "summary")));
  CHECK(table.rows() == 2);
  int64_t deleted = 0;
  REQUIRE_FALSE(rows.prune(kMorning + hours(24 * 1000), deleted));
  CHECK(deleted == 0);
  CHECK(table.rows() == 2);
}

TEST_CASE("what is older than its age goes, in steps") {
  Table table;
  PayloadRows rows(table.connection, {});
  for (unsigned i = 0; i < 50; ++i) REQUIRE_FALSE(rows.store(payload(std::to_string(i), kMorning + seconds(i))));
  const WallTime later = kMorning + Retention{}.payloads + seconds(45);
  std::vector<int64_t> steps;
  for (int64_t deleted = 1; deleted > 0; steps.push_back(deleted)) {
    deleted = 0;
    REQUIRE_FALSE(rows.prune(later, deleted));
  }
  CHECK(steps == std::vector<int64_t>{32, 13, 0});
  CHECK(table.rows() == 5);
}

TEST_CASE("a stored body that is too large or does not inflate is not restored, the others are") {
  ScratchDirectory scratch;
  {
    auto [store, restored] = open_store(scratch.path());
    keep(*store, {payload("good"), payload("broken", kMorning, "components"),
                  payload(std::string(kMaxPayload + 1, 'x'), kMorning, "incidents"),
                  payload(std::string(kMaxPayload, 'x'), kMorning, "largest")});
  }
  {
    SqliteConnection connection;
    REQUIRE_FALSE(connection.open(database_path(scratch.path()), SqliteMode::existing, kDeadline));
    REQUIRE_FALSE(connection.execute("UPDATE payloads SET body = x'0102' WHERE document = 'components'"));
  }
  const auto opened = open_store(scratch.path());
  CHECK(opened.store->status().set_aside.empty());
  CHECK(opened.restored.payloads ==
        std::vector{payload("good"), payload(std::string(kMaxPayload, 'x'), kMorning, "largest")});
}
