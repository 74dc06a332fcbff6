#pragma once
/// Records to rows, and back at start. No transactions here: the caller draws their bounds.
#include "agent/store/payload_rows.h"
#include "agent/store/sqlite.h"
#include "agent/store/store_queue.h"

namespace signalbox {

/// The statements that write, bound to one connection.
class RecordRows {
 public:
  RecordRows(SqliteConnection& connection, const Retention& retention);

  SqlError write(const RecordGroup& group);
  /// A database that was made anew in mid-run goes on under the old name.
  SqlError write_instance(const std::string& instance);
  /// One bounded step of deleting what is over its age; adds to `deleted`.
  SqlError prune(WallTime now, int64_t& deleted);
  /// To be called when the transaction around the calls above was not committed.
  void rolled_back() { payloads_.rolled_back(); }

 private:
  SqlError write(const Checkpoints& checkpoints);
  SqlError write(const HealthRecord& record);
  SqlError write(const TransitionRecord& record);
  SqlError write(const IncidentRecord& record);
  SqlError write(const PayloadRecord& record) { return payloads_.store(record); }
  /// Checkpoints travel in RecordGroup::checkpoints, never as rows.
  template <class Checkpoint>
  SqlError write(const Checkpoint&) {
    return {};
  }

  SqliteConnection& connection_;
  const Retention retention_;
  PayloadRows payloads_;
  Statement transition_;
  Statement incident_;
  Statement health_;
  Statement forget_health_;
  Statement source_;
  Statement generation_;
  Statement instance_;
  Statement old_transitions_;
  Statement old_incidents_;
};

/// Fills `restored` as far as it gets.
SqlError read_stored(SqliteConnection& connection, Restored& restored);

/// An IncidentRecord from the columns provider, source, incident, name, impact, status, started_at, first_seen_at,
/// updated_at, resolved_at, url, scope, in this order from `first`.
inline constexpr const char* kIncidentColumns =
    "provider, source, incident, name, impact, status, started_at, first_seen_at, updated_at, resolved_at, url, "
    "scope";
IncidentRecord read_incident(const SqlRow& row, int first);

}  // namespace signalbox
