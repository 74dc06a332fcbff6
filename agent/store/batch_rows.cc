#include "agent/store/batch_rows.h"

#include <fmt/format.h>

#include <vector>

namespace signalbox {
namespace {

/// Keys and counts lie side by side: this many are a few milliseconds of the writer's time.
constexpr int64_t kRowsAtOnce = 5000;
constexpr int64_t kTargetsAtOnce = 64;

constexpr const char* kDeleteOldKeys =
    "DELETE FROM batches WHERE at < ?1 AND at <= "
    "(SELECT max(at) FROM (SELECT at FROM batches ORDER BY at LIMIT ?2))";

/// `ok = min(ok + excluded.ok, ...), ...`
std::string summed_columns() {
  std::string columns;
  for (const std::string_view name : kOutcomeNames) {
    columns +=
        fmt::format("{0}{1} = min({1} + excluded.{1}, {2})", columns.empty() ? "" : ", ", name, kMostCounted);
  }
  return columns;
}

/// As SQLite keeps 64 bits.
int64_t as_integer(uint64_t key) { return static_cast<int64_t>(key); }

/// The keys' ages are told by the wall clock: over a restart no other is left.
MonoTime as_mono(WallTime at) { return MonoTime(at.time_since_epoch()); }

}  // namespace

BatchRows::Tier::Tier(SqliteConnection& connection, const std::string& table)
    : add(connection,
          fmt::format(
              "INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (target, step) DO UPDATE SET {}",
              table, summed_columns())),
      delete_old(
          connection,
          fmt::format("DELETE FROM {0} WHERE target = ?1 AND step < ?2 AND step <= "
                      "(SELECT max(step) FROM (SELECT step FROM {0} WHERE target = ?1 ORDER BY step LIMIT ?3))",
                      table)),
      any(connection, fmt::format("SELECT 1 FROM {} WHERE target = ? LIMIT 1", table)) {}

BatchRows::BatchRows(SqliteConnection& connection, const Retention& retention)
    : connection_(connection),
      retention_(retention),
      insert_(connection, "INSERT INTO batches (at, key) VALUES (?, ?) ON CONFLICT DO NOTHING"),
      keys_(connection, "SELECT at, key FROM batches ORDER BY at"),
      delete_old_(connection, kDeleteOldKeys),
      fine_(connection, "fine_counts"),
      coarse_(connection, "coarse_counts"),
      find_target_(connection, "SELECT id FROM count_targets WHERE provider = ? AND model = ?"),
      insert_target_(connection, "INSERT INTO count_targets (provider, model) VALUES (?, ?) RETURNING id"),
      next_targets_(connection, "SELECT id FROM count_targets WHERE id > ? ORDER BY id LIMIT ?"),
      delete_target_(connection, "DELETE FROM count_targets WHERE id = ?") {}

SqlError BatchRows::store(const BatchRecord& batch) {
  if (SqlError error = load_known()) return error;
  if (known_->contains(batch.key)) return {};
  if (SqlError error = insert_.run(batch.at, as_integer(batch.key))) return error;
  if (connection_.changes() == 0) return {};
  known_->insert(batch.key, as_mono(batch.at));
  for (const CountRow& row : batch.rows) sums_.add(row);
  return {};
}

SqlError BatchRows::load_known() {
  if (known_) return {};
  BatchIds stored;
  if (SqlError error = keys_.rows(
          [&](const SqlRow& row) { stored.insert(static_cast<uint64_t>(row.integer(1)), as_mono(row.time(0))); })) {
    return error;
  }
  known_ = std::move(stored);
  return {};
}

SqlError BatchRows::write_sums() {
  if (sums_.empty()) return {};
  const auto fine = sums_.fine();
  sums_.clear();
  if (SqlError error = write(fine_, fine)) return error;
  return write(coarse_, CountSums::coarse(fine));
}

SqlError BatchRows::write(Tier& tier, const std::map<Target, CountSums::Steps>& sums) {
  for (const auto& [target, steps] : sums) {
    int64_t id = 0;
    if (SqlError error = id_of(target, id)) return error;
    for (const auto& [step, n] : steps) {
      if (SqlError error = tier.add.run(id, step, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7])) return error;
    }
  }
  return {};
}

SqlError BatchRows::id_of(const Target& target, int64_t& id) {
  const auto remember = [&](const SqlRow& row) { targets_[target] = row.integer(0); };
  if (!targets_.contains(target)) {
    if (SqlError error = find_target_.rows(remember, target.provider, target.model)) return error;
  }
  if (!targets_.contains(target)) {
    if (SqlError error = insert_target_.rows(remember, target.provider, target.model)) return error;
  }
  id = targets_[target];
  return {};
}

SqlError BatchRows::prune(WallTime now, bool& more) {
  if (known_) known_->forget_old(as_mono(now));
  if (SqlError error = delete_old_.run(WallTime(now - kBatchesKept), kRowsAtOnce)) return error;
  more = more || connection_.changes() > 0;
  std::vector<int64_t> ids;
  if (SqlError error = next_targets_.rows([&](const SqlRow& row) { ids.push_back(row.integer(0)); }, pruned_target_,
                                          kTargetsAtOnce)) {
    return error;
  }
  bool again = false;
  for (const int64_t id : ids) {
    if (SqlError error = prune_target(id, now, again)) return error;
  }
  if (!again) pruned_target_ = ids.empty() ? 0 : ids.back();
  more = more || !ids.empty();
  return {};
}

SqlError BatchRows::prune_target(int64_t id, WallTime now, bool& more) {
  const int64_t first_fine = step_of(now - retention_.fine_counts, kFineStep);
  const int64_t first_coarse = step_of(now - retention_.coarse_counts, kCoarseStep);
  if (SqlError error = delete_old(fine_, id, first_fine, more)) return error;
  if (SqlError error = delete_old(coarse_, id, first_coarse, more)) return error;
  bool has_rows = false;
  const auto found = [&](const SqlRow&) { has_rows = true; };
  if (SqlError error = fine_.any.rows(found, id)) return error;
  if (SqlError error = coarse_.any.rows(found, id)) return error;
  if (has_rows) return {};
  std::erase_if(targets_, [&](const auto& known) { return known.second == id; });
  return delete_target_.run(id);
}

SqlError BatchRows::delete_old(Tier& tier, int64_t id, int64_t first_kept, bool& more) {
  if (SqlError error = tier.delete_old.run(id, first_kept, kRowsAtOnce)) return error;
  more = more || connection_.changes() == kRowsAtOnce;
  return {};
}

void BatchRows::rolled_back() {
  known_.reset();
  targets_.clear();
  sums_.clear();
}

}  // namespace signalbox
