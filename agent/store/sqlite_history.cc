#include "agent/store/sqlite_history.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "agent/store/record_rows.h"

namespace signalbox {
namespace {

/// Readers never wait for the writer in WAL mode, only for a recovery after a crash.
constexpr Millis kBusyTimeout = seconds(1);
constexpr int kMaxLimit = 1000;

/// The row after which a page starts: rows are ordered by (at, id), newest first.
struct Position {
  int64_t at = std::numeric_limits<int64_t>::max();
  int64_t id = std::numeric_limits<int64_t>::max();
};

/// Elsewhere a file may change while it is read without locks.
bool is_on_read_only_disk(const std::string& path) {
  struct statvfs disk {};
  return statvfs(path.c_str(), &disk) == 0 && (disk.f_flag & ST_RDONLY) != 0;
}

// A cursor is a letter for what it pages and the position as two fixed numbers in hex.
constexpr char kTransitionCursor = 't';
constexpr char kIncidentCursor = 'i';
constexpr size_t kHexDigits = 16;

std::string to_cursor(char kind, Position position) {
  return fmt::format("{}{:016x}{:016x}", kind, static_cast<uint64_t>(position.at),
                     static_cast<uint64_t>(position.id));
}

std::optional<int64_t> parse_hex(std::string_view digits) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return static_cast<int64_t>(number);
}

/// The first page's position for an empty cursor; nothing for one that we did not give.
std::optional<Position> parse_cursor(char kind, std::string_view cursor) {
  if (cursor.empty()) return Position{};
  if (cursor.size() != 1 + 2 * kHexDigits || cursor.front() != kind) return std::nullopt;
  const auto at = parse_hex(cursor.substr(1, kHexDigits));
  const auto id = parse_hex(cursor.substr(1 + kHexDigits));
  if (!at || !id) return std::nullopt;
  return Position{*at, *id};
}

/// Collects one row more than a page holds: the one that says that there is a next page.
template <class Row>
struct PageBuilder {
  char kind;
  size_t limit;
  HistoryPage<Row> page{};
  Position last{};

  PageBuilder(char cursor_kind, int wanted)
      : kind(cursor_kind), limit(static_cast<size_t>(std::clamp(wanted, 1, kMaxLimit))) {}
  int64_t rows_to_read() const { return static_cast<int64_t>(limit) + 1; }
  void add(Row row, Position position) {
    if (page.rows.size() == limit) {
      page.next_cursor = to_cursor(kind, last);
      return;
    }
    page.rows.push_back(std::move(row));
    last = position;
  }
};

TransitionRecord read_transition(const SqlRow& row) {
  return {row.time(1),
          {row.text(2), row.text(3)},
          parse_state(row.text(4)).value_or(State::unknown),
          parse_state(row.text(5)).value_or(State::unknown),
          row.text(6),
          row.text(7),
          static_cast<uint64_t>(row.integer(8))};
}

constexpr const char* kOfAll = "";
constexpr const char* kTransitionsOfProvider = "AND provider = ?6";
constexpr const char* kTransitionsOfTarget = "AND provider = ?6 AND model = ?7";
constexpr const char* kIncidentsOfProvider = "AND provider = ?5";

std::string transitions_where(const char* whose) {
  return fmt::format(
      "SELECT id, at, provider, model, from_state, to_state, why, evidence, generation FROM transitions "
      "WHERE at >= ?1 AND at < ?2 AND (at, id) < (?3, ?4) {} ORDER BY at DESC, id DESC LIMIT ?5",
      whose);
}

std::string incidents_where(const char* whose) {
  return fmt::format(
      "SELECT id, {} FROM incidents WHERE (first_seen_at, id) < (?1, ?2) "
      "AND (resolved_at IS NULL OR resolved_at >= ?3) {} ORDER BY first_seen_at DESC, id DESC LIMIT ?4",
      kIncidentColumns, whose);
}

std::string counts_from(const char* tier) {
  return fmt::format(
      "SELECT step, ok, overloaded, server_error, timeout, connect_error, throttled, client_error, cancelled "
      "FROM {} WHERE target = (SELECT id FROM count_targets WHERE provider = ?1 AND model = ?2) "
      "AND step >= ?3 AND step < ?4 ORDER BY step",
      tier);
}

constexpr const char* kAdviceBefore =
    "SELECT at, state, primary_weight FROM advice WHERE provider = ?1 AND model = ?2 AND at < ?3 "
    "ORDER BY at DESC, id DESC LIMIT 1";
constexpr const char* kAdvice =
    "SELECT at, state, primary_weight FROM advice WHERE provider = ?1 AND model = ?2 AND at >= ?3 AND at < ?4 "
    "ORDER BY at DESC, id DESC LIMIT ?5";

constexpr const char* kOverridesOfProvider = "AND provider = ?3";
constexpr const char* kOverridesOfTarget = "AND provider = ?3 AND model = ?4";

std::string overrides_where(const char* whose) {
  return fmt::format("SELECT {} FROM overrides WHERE at >= ?1 {} ORDER BY at DESC, id DESC LIMIT ?2",
                     kOverrideColumns, whose);
}

StateChange read_advice(const SqlRow& row) {
  StateChange change{row.time(0), parse_state(row.text(1)).value_or(State::unknown), std::nullopt};
  if (!row.is_null(2)) change.primary_weight = static_cast<int>(row.integer(2));
  return change;
}

}  // namespace

SqliteHistory::Statements::Statements(SqliteConnection& connection)
    : transitions_of_all(connection, transitions_where(kOfAll)),
      transitions_of_provider(connection, transitions_where(kTransitionsOfProvider)),
      transitions_of_target(connection, transitions_where(kTransitionsOfTarget)),
      incidents_of_all(connection, incidents_where(kOfAll)),
      incidents_of_provider(connection, incidents_where(kIncidentsOfProvider)),
      fine_counts(connection, counts_from("fine_counts")),
      coarse_counts(connection, counts_from("coarse_counts")),
      advice_before(connection, kAdviceBefore),
      advice(connection, kAdvice),
      overrides_of_all(connection, overrides_where(kOfAll)),
      overrides_of_provider(connection, overrides_where(kOverridesOfProvider)),
      overrides_of_target(connection, overrides_where(kOverridesOfTarget)) {}

std::vector<std::string> SqliteHistory::queries() {
  return {transitions_where(kOfAll),
          transitions_where(kTransitionsOfProvider),
          transitions_where(kTransitionsOfTarget),
          incidents_where(kOfAll),
          incidents_where(kIncidentsOfProvider),
          counts_from("fine_counts"),
          counts_from("coarse_counts"),
          kAdviceBefore,
          kAdvice,
          overrides_where(kOfAll),
          overrides_where(kOverridesOfProvider),
          overrides_where(kOverridesOfTarget)};
}

SqliteHistory::SqliteHistory(std::string path, std::function<void()> on_damage)
    : path_(std::move(path)), on_damage_(std::move(on_damage)) {}

Result<HistoryPage<TransitionRecord>> SqliteHistory::transitions(const TransitionQuery& query) {
  const auto start = parse_cursor(kTransitionCursor, query.cursor);
  if (!start) return Error{kBadCursor};
  if (auto error = ensure_open()) return *error;
  PageBuilder<TransitionRecord> builder(kTransitionCursor, query.limit);
  const auto read = [&](Statement& statement, const auto&... whose) {
    return statement.rows(
        [&](const SqlRow& row) {
          builder.add(read_transition(row), {row.integer(1), row.integer(0)});
        },
        query.since.value_or(WallTime::min()), query.until.value_or(WallTime::max()), start->at, start->id,
        builder.rows_to_read(), whose...);
  };
  SqlError error;
  if (!query.target) {
    error = read(statements_->transitions_of_all);
  } else if (query.target->is_provider()) {
    error = read(statements_->transitions_of_provider, query.target->provider);
  } else {
    error = read(statements_->transitions_of_target, query.target->provider, query.target->model);
  }
  if (error) return failed(error);
  return std::move(builder.page);
}

Result<HistoryPage<IncidentRecord>> SqliteHistory::incidents(const IncidentQuery& query) {
  const auto start = parse_cursor(kIncidentCursor, query.cursor);
  if (!start) return Error{kBadCursor};
  if (auto error = ensure_open()) return *error;
  PageBuilder<IncidentRecord> builder(kIncidentCursor, query.limit);
  const auto read = [&](Statement& statement, const auto&... whose) {
    return statement.rows(
        [&](const SqlRow& row) {
          IncidentRecord incident = read_incident(row, 1);
          const Position at{incident.first_seen_at.time_since_epoch().count(), row.integer(0)};
          builder.add(std::move(incident), at);
        },
        start->at, start->id, query.since.value_or(WallTime::min()), builder.rows_to_read(), whose...);
  };
  const SqlError error = query.provider.empty() ? read(statements_->incidents_of_all)
                                                : read(statements_->incidents_of_provider, query.provider);
  if (error) return failed(error);
  return std::move(builder.page);
}

Result<std::vector<CountStep>> SqliteHistory::counts(const CountQuery& query) {
  if (query.step < kFineStep || query.step % kFineStep != Millis(0)) {
    return Error{"step: not a multiple of 10 s"};
  }
  if (auto error = ensure_open()) return *error;
  const bool coarse = query.step % kCoarseStep == Millis(0);
  const Millis kept_step = coarse ? kCoarseStep : kFineStep;
  const int64_t kept_in_one = query.step / kept_step;
  const int64_t first = step_of(query.since, query.step) * kept_in_one;
  // The last step is answered whole.
  const int64_t end = (step_of(query.until - Millis(1), query.step) + 1) * kept_in_one;
  std::vector<CountStep> steps;
  const auto add = [&](const SqlRow& row) {
    const WallTime at(query.step * (row.integer(0) / kept_in_one));
    if (steps.empty() || steps.back().at != at) steps.push_back({at, {}});
    OutcomeCounts counts{};
    for (size_t i = 0; i < counts.size(); ++i) counts.at(i) = row.integer(static_cast<int>(i) + 1);
    add_counts(steps.back().counts, counts);
  };
  Statement& statement = coarse ? statements_->coarse_counts : statements_->fine_counts;
  if (SqlError error = statement.rows(add, query.target.provider, query.target.model, first, end))
    return failed(error);
  return steps;
}

Result<StateSeries> SqliteHistory::states(const StateQuery& query) {
  if (auto error = ensure_open()) return *error;
  StateSeries series;
  const std::string& provider = query.target.provider;
  const std::string& model = query.target.model;
  if (SqlError error = statements_->advice_before.rows([&](const SqlRow& row) { series.before = read_advice(row); },
                                                       provider, model, query.since)) {
    return failed(error);
  }
  if (SqlError error =
          statements_->advice.rows([&](const SqlRow& row) { series.changes.push_back(read_advice(row)); }, provider,
                                   model, query.since, query.until, int64_t{kMostStateChanges})) {
    return failed(error);
  }
  std::ranges::reverse(series.changes);
  return series;
}

Result<std::vector<OverrideRecord>> SqliteHistory::overrides(const OverrideQuery& query) {
  if (auto error = ensure_open()) return *error;
  std::vector<OverrideRecord> found;
  const int64_t limit = std::clamp(query.limit, 1, kMaxLimit);
  const auto read = [&](Statement& statement, const auto&... whose) {
    return statement.rows([&](const SqlRow& row) { found.push_back(read_override(row, 0)); },
                          query.since.value_or(WallTime::min()), limit, whose...);
  };
  SqlError error;
  if (!query.target) {
    error = read(statements_->overrides_of_all);
  } else if (query.target->is_provider()) {
    error = read(statements_->overrides_of_provider, query.target->provider);
  } else {
    error = read(statements_->overrides_of_target, query.target->provider, query.target->model);
  }
  if (error) return failed(error);
  return found;
}

std::optional<Error> SqliteHistory::ensure_open() {
  const FileIdentity identity = identity_of(path_);
  if (!identity) return Error{"history: there is no database"};
  if (connection_.is_open() && identity == opened_) return std::nullopt;
  close();
  SqlError error = open(SqliteMode::read_only);
  opened_ = error ? FileIdentity{} : identity;
  // On a read-only disk there can be no index of the log: what is not in it is read, and asked anew each time.
  if (error && is_on_read_only_disk(path_)) error = open(SqliteMode::immutable);
  if (error) return failed(error);
  statements_.emplace(connection_);
  return std::nullopt;
}

/// SQLite opens the files at the first look.
SqlError SqliteHistory::open(SqliteMode mode) {
  connection_.close();
  SqlError error = connection_.open(path_, mode, kBusyTimeout);
  if (!error) error = connection_.execute("SELECT count(*) FROM sqlite_schema");
  return error;
}

void SqliteHistory::close() {
  statements_.reset();
  connection_.close();
}

/// The next query starts afresh.
Error SqliteHistory::failed(const SqlError& error) {
  close();
  if (error.is_corruption()) on_damage_();
  return Error{"history: " + error.message};
}

}  // namespace signalbox
