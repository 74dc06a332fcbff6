#pragma once
/// What the store's thread does with the disk: commits groups, deletes what is over its age, opens and replaces the
/// database when it must.
///
/// Threads: one at a time: the opener's until the store's thread starts, then that one's.
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/store/database.h"
#include "agent/store/record_rows.h"

namespace signalbox {

class StoreWriter {
 public:
  StoreWriter(const std::string& state_dir, const Retention& retention);

  /// The first opening. A failure that is not fatal still restores what can be read; `commit` tries again.
  std::optional<OpenFailure> open(WallTime now, Restored& restored);
  /// Why the group is not on disk; empty: it is.
  std::string commit(const RecordGroup& group, WallTime now);
  /// One bounded step of deleting; true while there is more to delete. `damage` becomes true where it met some.
  bool prune(WallTime now, bool& damage);
  /// Somebody took the database away under us; `commit` brings it back. Asks the file system.
  bool is_displaced() const { return database_.is_displaced(); }
  /// A reader met damage: reads everything, and replaces what is corrupt. Why it could not; empty: it is sound now.
  std::string check(WallTime now);
  /// Empties the log into the main file; a slow disk is spared that, and the next start reads the log.
  void close(WallTime now, bool is_slow);
  const std::string& set_aside_path() const { return database_.set_aside_path(); }

 private:
  SqlError write(const RecordGroup& group);
  std::string ensure_open(WallTime now);
  std::string put_back(WallTime now);
  std::string replace(WallTime now);
  std::string attach();
  SqlError fill();
  void hold(const RecordGroup& group);
  void detach();

  const Retention retention_;
  Database database_;
  std::unique_ptr<RecordRows> rows_;  ///< null while there is no connection
  /// What a database that is made anew gets: an agent whose disk went bad in mid-outage remembers the outage.
  std::string instance_;
  Checkpoints held_;
  std::map<Target, OverrideRecord> held_overrides_;  ///< set, and not ended
  bool must_fill_ = false;                           ///< a new database that has not got them yet
};

}  // namespace signalbox
