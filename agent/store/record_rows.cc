#include "agent/store/record_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/deflate.h"
#include "lib/json.h"

namespace signalbox {
namespace {

/// Rows a step when deleting: a few milliseconds of the writer's time.
constexpr int64_t kRowsAtOnce = 500;

constexpr const char* kUpsertIncident = R"(
INSERT INTO incidents (provider, source, incident, name, impact, status, started_at, first_seen_at, updated_at,
                       resolved_at, url, scope)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (provider, source, incident) DO UPDATE SET
  name = excluded.name, impact = excluded.impact, status = excluded.status, started_at = excluded.started_at,
  first_seen_at = min(first_seen_at, excluded.first_seen_at), updated_at = excluded.updated_at,
  resolved_at = excluded.resolved_at, url = excluded.url, scope = excluded.scope)";

/// An incident that a page dropped without resolving it ages from the last we heard of it.
constexpr const char* kDeleteOldIncidents = R"(
DELETE FROM incidents WHERE id IN (
  SELECT id FROM incidents
  WHERE max(first_seen_at, ifnull(updated_at, first_seen_at), ifnull(resolved_at, first_seen_at)) < ?1 LIMIT ?2))";

/// What a line of an override's history speaks of may still be in force when the line is old.
constexpr const char* kDeleteOldOverrides = R"(
DELETE FROM overrides WHERE id IN (
  SELECT id FROM overrides WHERE at < ?1 AND expires_at < ?1 ORDER BY at LIMIT ?2))";

constexpr const char* kNewestPayloads = R"(
SELECT provider, source, document, at, raw_bytes, body FROM payloads
WHERE id IN (SELECT max(id) FROM payloads GROUP BY provider, source, document) ORDER BY id)";

constexpr std::array<std::string_view, 3> kOverrideActions = {"set", "cleared", "expired"};

std::string_view to_string(OverrideAction action) { return kOverrideActions.at(static_cast<size_t>(action)); }

OverrideAction action_of(std::string_view word) {
  const auto found = std::ranges::find(kOverrideActions, word);
  return static_cast<OverrideAction>(found - kOverrideActions.begin());
}

/// SQLite's integers are signed; a generation rises by one a change and stays far below 2^63.
int64_t as_integer(uint64_t generation) { return static_cast<int64_t>(generation); }

std::string to_json(const std::vector<std::string>& words) { return dump_json(Json(words)); }

std::vector<std::string> words_of_json(const std::string& text) {
  std::vector<std::string> words;
  const Result<Json> parsed = parse_json(text);
  if (!parsed || !parsed->is_array()) return words;
  for (const Json& word : *parsed) {
    if (word.is_string()) words.push_back(word.get<std::string>());
  }
  return words;
}

}  // namespace

RecordRows::RecordRows(SqliteConnection& connection, const Retention& retention)
    : connection_(connection),
      retention_(retention),
      payloads_(connection, retention),
      batches_(connection, retention),
      notices_(connection),
      transition_(connection,
                  "INSERT INTO transitions (at, provider, model, from_state, to_state, why, evidence, generation) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      advice_(connection, "INSERT INTO advice (at, provider, model, state, primary_weight) VALUES (?, ?, ?, ?, ?)"),
      override_(connection,
                fmt::format("INSERT INTO overrides ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", kOverrideColumns)),
      incident_(connection, kUpsertIncident),
      health_(connection, "INSERT OR REPLACE INTO healths (provider, model, body) VALUES (?, ?, ?)"),
      forget_health_(connection, "DELETE FROM healths WHERE provider = ? AND model = ?"),
      source_(connection,
              "INSERT OR REPLACE INTO sources (provider, source, good_at, changed_at) VALUES (?, ?, ?, ?)"),
      generation_(connection, "UPDATE meta SET value = max(value, ?) WHERE key = 'generation'"),
      instance_(connection, "UPDATE meta SET value = ? WHERE key = 'instance'"),
      old_transitions_(connection,
                       "DELETE FROM transitions WHERE id IN "
                       "(SELECT id FROM transitions WHERE at < ? ORDER BY at LIMIT ?)"),
      old_advice_(connection,
                  "DELETE FROM advice WHERE id IN (SELECT id FROM advice WHERE at < ? ORDER BY at LIMIT ?)"),
      old_overrides_(connection, kDeleteOldOverrides),
      old_incidents_(connection, kDeleteOldIncidents) {}

SqlError RecordRows::write(const RecordGroup& group) {
  for (const Record& row : group.rows) {
    if (SqlError error = std::visit([this](const auto& record) { return write(record); }, row)) return error;
  }
  if (SqlError error = batches_.write_sums()) return error;
  return write(group.checkpoints);
}

SqlError RecordRows::write(const Checkpoints& checkpoints) {
  for (const auto& [target, health] : checkpoints.healths) {
    if (SqlError error = write(health)) return error;
  }
  for (const auto& [key, source] : checkpoints.sources) {
    if (SqlError error = source_.run(source.provider, source.source, source.good_at, source.changed_at))
      return error;
  }
  return checkpoints.generation == 0 ? SqlError{} : generation_.run(as_integer(checkpoints.generation));
}

SqlError RecordRows::write(const HealthRecord& record) {
  if (record.body.empty()) return forget_health_.run(record.target.provider, record.target.model);
  return health_.run(record.target.provider, record.target.model, record.body);
}

SqlError RecordRows::write(const TransitionRecord& record) {
  return transition_.run(record.at, record.target.provider, record.target.model, to_string(record.from),
                         to_string(record.to), record.why, record.evidence, as_integer(record.generation));
}

SqlError RecordRows::write(const AdviceRecord& record) {
  return advice_.run(record.at, record.target.provider, record.target.model, signalbox::to_string(record.state),
                     int64_t{record.primary_weight});
}

SqlError RecordRows::write(const OverrideRecord& record) {
  return override_.run(record.at, record.target.provider, record.target.model, to_string(record.action), record.by,
                       signalbox::to_string(record.state), int64_t{record.primary_weight}, record.reason,
                       record.expires_at);
}

SqlError RecordRows::write(const IncidentRecord& record) {
  return incident_.run(record.provider, record.source, record.id, record.name, record.impact, record.status,
                       record.started_at, record.first_seen_at, record.updated_at, record.resolved_at, record.url,
                       to_json(record.scope));
}

SqlError RecordRows::write_instance(const std::string& instance) { return instance_.run(instance); }

SqlError RecordRows::prune(WallTime now, bool& more) {
  const WallTime oldest = now - retention_.transitions;
  for (Statement* old : {&old_transitions_, &old_advice_, &old_overrides_}) {
    if (SqlError error = old->run(oldest, kRowsAtOnce)) return error;
    more = more || connection_.changes() > 0;
  }
  if (SqlError error = old_incidents_.run(WallTime(now - retention_.incidents), kRowsAtOnce)) return error;
  int64_t deleted = connection_.changes();
  if (SqlError error = payloads_.prune(now, deleted)) return error;
  more = more || deleted > 0;
  if (SqlError error = notices_.prune(now)) return error;
  return batches_.prune(now, more);
}

OverrideRecord read_override(const SqlRow& row, int first) {
  OverrideRecord record;
  record.at = row.time(first);
  record.target = {row.text(first + 1), row.text(first + 2)};
  record.action = action_of(row.text(first + 3));
  record.by = row.text(first + 4);
  record.state = parse_state(row.text(first + 5)).value_or(State::unknown);
  record.primary_weight = static_cast<int>(row.integer(first + 6));
  record.reason = row.text(first + 7);
  record.expires_at = row.time(first + 8);
  return record;
}

IncidentRecord read_incident(const SqlRow& row, int first) {
  IncidentRecord record;
  record.provider = row.text(first);
  record.source = row.text(first + 1);
  record.id = row.text(first + 2);
  record.name = row.text(first + 3);
  record.impact = row.text(first + 4);
  record.status = row.text(first + 5);
  record.started_at = row.time_or_null(first + 6);
  record.first_seen_at = row.time(first + 7);
  record.updated_at = row.time_or_null(first + 8);
  record.resolved_at = row.time_or_null(first + 9);
  record.url = row.text(first + 10);
  record.scope = words_of_json(row.text(first + 11));
  return record;
}

namespace {

SqlError read_rows(SqliteConnection& connection, const std::string& sql,
                   const std::function<void(const SqlRow&)>& on_row) {
  return Statement(connection, sql).rows(on_row);
}

SqlError read_checkpoints(SqliteConnection& connection, Restored& restored) {
  if (SqlError error = read_rows(connection, "SELECT value FROM meta WHERE key = 'instance'",
                                 [&](const SqlRow& row) { restored.instance = row.text(0); })) {
    return error;
  }
  if (SqlError error =
          read_rows(connection, "SELECT value FROM meta WHERE key = 'generation'",
                    [&](const SqlRow& row) { restored.generation = static_cast<uint64_t>(row.integer(0)); })) {
    return error;
  }
  if (SqlError error = read_rows(connection, "SELECT provider, model, body FROM healths", [&](const SqlRow& row) {
        restored.healths.push_back({{row.text(0), row.text(1)}, row.text(2)});
      })) {
    return error;
  }
  return read_rows(connection, "SELECT provider, source, good_at, changed_at FROM sources", [&](const SqlRow& row) {
    restored.sources.push_back({row.text(0), row.text(1), row.time(2), row.time(3)});
  });
}

void read_payload(const SqlRow& row, Restored& restored) {
  const int64_t raw_bytes = row.integer(4);
  if (raw_bytes < 0 || static_cast<size_t>(raw_bytes) > kMaxPayload) return;
  std::optional<std::string> body = inflate_bytes(row.blob(5), static_cast<size_t>(raw_bytes));
  if (!body) return;
  restored.payloads.push_back({row.text(0), row.text(1), row.text(2), row.time(3), std::move(*body)});
}

/// The last line of each target's history tells whether one is in force.
SqlError read_overrides(SqliteConnection& connection, WallTime now, Restored& restored) {
  Statement newest(connection, fmt::format("SELECT {} FROM overrides WHERE id IN "
                                           "(SELECT max(id) FROM overrides GROUP BY provider, model) "
                                           "AND action = 'set' AND expires_at > ? ORDER BY id",
                                           kOverrideColumns));
  return newest.rows([&](const SqlRow& row) { restored.overrides.push_back(read_override(row, 0)); }, now);
}

SqlError read_batches(SqliteConnection& connection, WallTime now, Restored& restored) {
  Statement recent(connection, "SELECT at, key FROM batches WHERE at > ? ORDER BY at");
  return recent.rows(
      [&](const SqlRow& row) {
        restored.batches.push_back({static_cast<uint64_t>(row.integer(1)), row.time(0), {}});
      },
      WallTime(now - kBatchesKept));
}

}  // namespace

SqlError read_stored(SqliteConnection& connection, WallTime now, Restored& restored) {
  if (SqlError error = read_checkpoints(connection, restored)) return error;
  if (SqlError error = read_overrides(connection, now, restored)) return error;
  if (SqlError error = read_batches(connection, now, restored)) return error;
  if (SqlError error = read_notices(connection, restored.notices)) return error;
  if (SqlError error = read_told_states(connection, restored.told_states)) return error;
  return read_rows(connection, kNewestPayloads, [&](const SqlRow& row) { read_payload(row, restored); });
}

}  // namespace signalbox
