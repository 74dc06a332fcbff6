#include "agent/store/notice_rows.h"

#include <doctest/doctest.h>

#include "agent/store/migrations.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

const Target kClaude{"claude", ""};

struct Rows {
  SqliteConnection connection;
  explicit Rows(std::span<const Migration> steps = migrations()) {
    REQUIRE_FALSE(connection.open(":memory:", SqliteMode::create, kDeadline));
    REQUIRE_FALSE(migrate(connection, steps));
  }
  std::map<std::string, ToldStates> told() {
    std::map<std::string, ToldStates> told;
    REQUIRE_FALSE(read_told_states(connection, told));
    return told;
  }
};

NoticeEndRecord heard(const Heard& told) { return {"ops", {}, {{kClaude, told}}}; }

}  // namespace

TEST_CASE("what a receiver heard comes back as it was, and the beginning is not kept") {
  Rows rows;
  NoticeRows notices(rows.connection);
  const Heard told{State::recovering, State::unhealthy, kMorning};
  REQUIRE_FALSE(notices.store(heard(told)));
  CHECK(rows.told() == std::map<std::string, ToldStates>{{"ops", {{kClaude, told}}}});
  REQUIRE_FALSE(notices.store(heard({})));
  CHECK(rows.told().empty());
}

TEST_CASE("what an older version told counts as said, and nobody knows since when") {
  Rows rows(migrations().first(3));
  REQUIRE_FALSE(rows.connection.execute("INSERT INTO told_states VALUES ('ops', 'claude', '', 'unhealthy')"));
  REQUIRE_FALSE(migrate(rows.connection, migrations()));
  const Heard told{State::unhealthy, State::unhealthy, std::nullopt};
  CHECK(rows.told() == std::map<std::string, ToldStates>{{"ops", {{kClaude, told}}}});
}

TEST_CASE("what was said of who is well is forgotten after a month, and an outage that lasts is not") {
  Rows rows;
  NoticeRows notices(rows.connection);
  const WallTime later = kMorning + kLastToldKept + Millis(1);
  const Heard outage{State::unhealthy, State::unhealthy, kMorning};
  REQUIRE_FALSE(notices.store(heard(outage)));
  REQUIRE_FALSE(notices.prune(later));
  CHECK(rows.told().at("ops").at(kClaude) == outage);
  REQUIRE_FALSE(notices.store(heard({State::healthy, State::unhealthy, kMorning})));
  REQUIRE_FALSE(notices.prune(later - Millis(1)));
  CHECK(rows.told().size() == 1);
  REQUIRE_FALSE(notices.prune(later));
  CHECK(rows.told().empty());
}
