#pragma once
/// Records to rows, and back at start. No transactions here: the caller draws their bounds.
#include "agent/store/batch_rows.h"
#include "agent/store/notice_rows.h"
#include "agent/store/payload_rows.h"
#include "agent/store/sqlite.h"
#include "agent/store/store_queue.h"

namespace signalbox {

/// The statements that write, bound to one connection.
class RecordRows {
 public:
  RecordRows(SqliteConnection& connection, const Retention& retention);

  /// What `read_stored` has just read of the batches.
  void remember(const std::vector<BatchRecord>& stored) { batches_.remember(stored); }
  SqlError write(const RecordGroup& group);
  /// A database that was made anew in mid-run goes on under the old name.
  SqlError write_instance(const std::string& instance);
  /// One bounded step of deleting what is over its age; sets `more` when there may be more of it.
  SqlError prune(WallTime now, bool& more);
  /// To be called when the transaction around the calls above was not committed.
  void rolled_back() {
    payloads_.rolled_back();
    batches_.rolled_back();
  }

 private:
  SqlError write(const Checkpoints& checkpoints);
  SqlError write(const HealthRecord& record);
  SqlError write(const TransitionRecord& record);
  SqlError write(const IncidentRecord& record);
  SqlError write(const AdviceRecord& record);
  SqlError write(const OverrideRecord& record);
  SqlError write(const PayloadRecord& record) { return payloads_.store(record); }
  SqlError write(const BatchRecord& record) { return batches_.store(record); }
  SqlError write(const NoticeRecord& record) { return notices_.store(record); }
  SqlError write(const NoticeTryRecord& record) { return notices_.store(record); }
  SqlError write(const NoticeEndRecord& record) { return notices_.store(record); }
  /// Checkpoints travel in RecordGroup::checkpoints, never as rows.
  template <class Checkpoint>
  SqlError write(const Checkpoint&) {
    return {};
  }

  SqliteConnection& connection_;
  const Retention retention_;
  PayloadRows payloads_;
  BatchRows batches_;
  NoticeRows notices_;
  Statement transition_;
  Statement advice_;
  Statement override_;
  Statement incident_;
  Statement health_;
  Statement forget_health_;
  Statement source_;
  Statement generation_;
  Statement instance_;
  Statement old_transitions_;
  Statement old_advice_;
  Statement old_overrides_;
  Statement old_incidents_;
};

/// Fills `restored` with what matters at `now`, as far as it gets.
SqlError read_stored(SqliteConnection& connection, WallTime now, Restored& restored);

/// An IncidentRecord from the columns provider, source, incident, name, impact, status, started_at, first_seen_at,
/// updated_at, resolved_at, url, scope, in this order from `first`.
inline constexpr const char* kIncidentColumns =
    "provider, source, incident, name, impact, status, started_at, first_seen_at, updated_at, resolved_at, url, "
    "scope";
IncidentRecord read_incident(const SqlRow& row, int first);

/// The same for an OverrideRecord.
inline constexpr const char* kOverrideColumns =
    "at, provider, model, action, by, state, primary_weight, reason, expires_at";
OverrideRecord read_override(const SqlRow& row, int first);

}  // namespace signalbox
