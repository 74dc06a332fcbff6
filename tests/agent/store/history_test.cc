#include "agent/store/history.h"

#include <doctest/doctest.h>

#include <thread>

#include "agent/store/sqlite_history.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

const Target kClaude{"claude", ""};
const Target kOpus{"claude", "claude-opus-4-6"};
const Target kOpenai{"openai", ""};

std::vector<uint64_t> generations(const Result<HistoryPage<TransitionRecord>>& page) {
  REQUIRE_MESSAGE(page, page.error().message);
  std::vector<uint64_t> numbers;
  for (const TransitionRecord& row : page->rows) numbers.push_back(row.generation);
  return numbers;
}

std::vector<std::string> ids(const Result<HistoryPage<IncidentRecord>>& page) {
  REQUIRE_MESSAGE(page, page.error().message);
  std::vector<std::string> names;
  for (const IncidentRecord& row : page->rows) names.push_back(row.id);
  return names;
}

using Numbers = std::vector<uint64_t>;
using Names = std::vector<std::string>;

/// A store with a history beside it.
struct Past {
  ScratchDirectory scratch;
  std::unique_ptr<Store> store = open_store(scratch.path()).store;
  std::unique_ptr<History> history = std::move(*store->open_history());
};

}  // namespace

TEST_CASE("transitions come newest first, by target and by time") {
  Past past;
  keep(*past.store, {transition(1, kClaude), transition(2, kOpus), transition(3, kOpenai), transition(4, kClaude)});
  History& history = *past.history;
  CHECK(generations(history.transitions({})) == Numbers{4, 3, 2, 1});
  CHECK(generations(history.transitions({.target = kClaude})) == Numbers{4, 2, 1});
  CHECK(generations(history.transitions({.target = kOpus})) == Numbers{2});
  CHECK(generations(history.transitions({.target = Target{"gemini", ""}})).empty());
  CHECK(generations(history.transitions({.since = kMorning + seconds(3)})) == Numbers{4, 3});
  CHECK(generations(history.transitions({.until = kMorning + seconds(3)})) == Numbers{2, 1});
  CHECK(generations(history.transitions(
            {.target = kClaude, .since = kMorning + seconds(2), .until = kMorning + seconds(4)})) == Numbers{2});
  CHECK(history.transitions({.target = kOpus})->rows == std::vector{transition(2, kOpus)});
}

TEST_CASE("pages follow each other without gap or repetition while rows come and go") {
  Past past;
  std::vector<Record> records;
  for (uint64_t i = 1; i <= 10; ++i) {
    TransitionRecord record = transition(i);
    record.at = kMorning + seconds(i / 4);  // several at the same time
    records.push_back(record);
  }
  keep(*past.store, std::move(records));
  TransitionQuery query{.target = kClaude, .limit = 4};
  auto page = past.history->transitions(query);
  CHECK(generations(page) == Numbers{10, 9, 8, 7});
  keep(*past.store, {transition(99)});
  query.cursor = page->next_cursor;
  page = past.history->transitions(query);
  CHECK(generations(page) == Numbers{6, 5, 4, 3});
  query.cursor = page->next_cursor;
  page = past.history->transitions(query);
  CHECK(generations(page) == Numbers{2, 1});
  CHECK(page->next_cursor.empty());
}

TEST_CASE("a page that ends with the last row has no next one") {
  Past past;
  keep(*past.store, {transition(1), transition(2), transition(3)});
  CHECK(past.history->transitions({.limit = 3})->next_cursor.empty());
  CHECK_FALSE(past.history->transitions({.limit = 2})->next_cursor.empty());
  CHECK(past.history->transitions({.limit = 2, .cursor = past.history->transitions({.limit = 1})->next_cursor})
            ->next_cursor.empty());
}

TEST_CASE("a limit is at least one row and at most a thousand") {
  Past past;
  std::vector<Record> records;
  for (uint64_t i = 0; i < 1100; ++i) records.push_back(transition(i));
  keep(*past.store, std::move(records));
  struct Case {
    int limit;
    size_t rows;
  };
  for (const Case& each : {Case{-5, 1}, {0, 1}, {1, 1}, {1000, 1000}, {1001, 1000}, {2'000'000'000, 1000}}) {
    CAPTURE(each.limit);
    CHECK(past.history->transitions({.limit = each.limit})->rows.size() == each.rows);
  }
}

TEST_CASE("a cursor that is not ours is an error") {
  Past past;
  keep(*past.store, {transition(1), transition(2), incident("a"), incident("b")});
  const std::string transitions = past.history->transitions({.limit = 1})->next_cursor;
  const std::string incidents = past.history->incidents({.limit = 1})->next_cursor;
  for (const std::string& bad :
       {std::string("x"), std::string("1"), std::string("' OR 1=1"), incidents, transitions.substr(1),
        transitions + "0", "t" + std::string(32, 'g'), "t-" + std::string(31, '0')}) {
    CAPTURE(bad);
    const auto page = past.history->transitions({.cursor = bad});
    REQUIRE(!page);
    CHECK(page.error() == Error{kBadCursor});
  }
  CHECK(past.history->incidents({.cursor = transitions}).error() == Error{kBadCursor});
}

TEST_CASE("incidents come newest first as we saw them, those that were over before are left out") {
  Past past;
  IncidentRecord over = incident("over", kMorning + hours(1));
  over.resolved_at = kMorning + hours(2);
  IncidentRecord theirs = incident("theirs", kMorning + hours(2));
  theirs.provider = "openai";
  keep(*past.store, {incident("old"), over, theirs});
  History& history = *past.history;
  CHECK(ids(history.incidents({})) == Names{"theirs", "over", "old"});
  CHECK(ids(history.incidents({.provider = "claude"})) == Names{"over", "old"});
  CHECK(ids(history.incidents({.provider = "", .since = kMorning + hours(2)})) == Names{"theirs", "over", "old"});
  CHECK(ids(history.incidents({.provider = "", .since = kMorning + hours(3)})) == Names{"theirs", "old"});
  CHECK(ids(history.incidents({.provider = "claude", .since = kMorning + hours(3)})) == Names{"old"});
  CHECK(history.incidents({.provider = "openai"})->rows == std::vector{theirs});

  const auto first = history.incidents({.limit = 2});
  CHECK(ids(first) == Names{"theirs", "over"});
  CHECK(ids(history.incidents({.limit = 2, .cursor = first->next_cursor})) == Names{"old"});
}

TEST_CASE("a reader sees whole groups only while the writer writes") {
  Past past;
  std::atomic<bool> writing = true;
  std::thread writer([&] {
    for (uint64_t i = 0; i < 100; ++i) {
      past.store->wait(past.store->submit({transition(2 * i), transition(2 * i + 1)}), kDeadline);
    }
    writing = false;
  });
  int broken = 0;
  while (writing) {
    const auto page = past.history->transitions({.limit = 1000});
    if (!page || page->rows.size() % 2 != 0) ++broken;
  }
  writer.join();
  CHECK(broken == 0);
  CHECK(past.history->transitions({.limit = 1000})->rows.size() == 200);
}

TEST_CASE("without a database the answer is an error, until there is one") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  auto history = std::move(*store->open_history());
  std::filesystem::rename(database_path(scratch.path()), scratch.file("elsewhere"));
  CHECK(history->transitions({}).error() == Error{"history: there is no database"});
  keep(*store, {transition(1)});
  CHECK(generations(history->transitions({})) == Numbers{1});
}

TEST_CASE("no history query sorts, or reads a whole table to find a page") {
  Past past;
  SqliteConnection connection;
  REQUIRE_FALSE(connection.open(database_path(past.scratch.path()), SqliteMode::read_only, kDeadline));
  for (const std::string& sql : SqliteHistory::queries()) {
    CAPTURE(sql);
    std::string plan;
    Statement explain(connection, "EXPLAIN QUERY PLAN " + sql);
    REQUIRE_FALSE(explain.rows([&](const SqlRow& row) { plan += row.text(3) + "; "; }));
    CAPTURE(plan);
    CHECK(plan.find("SEARCH") == 0);
    CHECK(plan.find("TEMP B-TREE") == std::string::npos);
  }
}
