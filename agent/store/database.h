#pragma once
/// The database file and the connection that writes it: opening, migrating, setting aside what is corrupt, putting
/// back what somebody removed.
///
/// What it replaces is said in the log, since nobody else hears of it.
/// Threads: one at a time.
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "agent/store/copy_database.h"
#include "agent/store/file_identity.h"
#include "agent/store/sqlite.h"
#include "agent/store/state_lock.h"
#include "agent/store/store.h"

namespace signalbox {

class Database {
 public:
  explicit Database(std::string state_dir);

  /// Locks the directory, opens the file or makes it, migrates it. What is no database of ours or corrupt is set
  /// aside and replaced. With `restored`, the first time: reads what was stored, also from what is set aside, as
  /// far as it can be read.
  std::optional<OpenFailure> open(WallTime now, Restored* restored);
  bool is_open() const { return connection_.is_open(); }
  void close() { connection_.close(); }
  SqliteConnection& connection() { return connection_; }
  /// The last `open` made the file: it lacks the writer's state.
  bool is_new() const { return is_new_; }
  /// The file is new, and has all rows of this table of the one before.
  bool carried(const std::string& table) const;

  /// Reads the files as another process would, without what the connection remembers of them. An error means that
  /// they could not be looked at.
  SqlError check_files(bool& sound) const;
  /// Somebody removed or replaced one of the files under the open connection: what is written now nobody finds.
  bool is_displaced() const;
  /// Writes all that the connection sees into a new file in its place, and opens that. Another file that stands
  /// there is moved aside, not overwritten. After a failure the old connection is open as before, for the next try.
  std::optional<OpenFailure> put_back(WallTime now);

  /// Moves the file away under a dated name, with a new one in its place that has what could be read of it; closes.
  /// Once an hour at most: a disk that corrupts whatever it is given must not fill up with what was set aside.
  std::optional<OpenFailure> set_aside(WallTime now);
  /// Where the last one was moved; empty: none was.
  const std::string& set_aside_path() const { return set_aside_path_; }

  /// When `open` failed: what can be read without writing a byte.
  void read_in_place(WallTime now, Restored& restored) const;

 private:
  /// What stands in the way: `corrupt` is cured by setting the file aside.
  struct Obstacle {
    OpenFailure failure;
    bool corrupt = false;
  };
  std::optional<Obstacle> connect(WallTime now, Restored* restored);
  std::optional<Obstacle> check_identity();
  std::optional<Obstacle> prepare(bool was_clean);
  std::optional<OpenFailure> move_away(const std::string& name, bool ours_as_well);
  std::optional<OpenFailure> reopen(WallTime now);
  void remove_partial_files() const;
  using Identities = std::array<FileIdentity, 3>;
  Identities identities() const;
  Obstacle obstacle(const SqlError& error) const;
  Obstacle newer(int64_t version) const;

  const std::string state_dir_;
  const std::string path_;
  StateLock lock_;
  SqliteConnection connection_;
  Identities files_{};  ///< of the open connection: the database, its log, the log's index
  bool is_new_ = false;
  Salvaged salvaged_;         ///< by the last `set_aside`
  bool is_salvaged_ = false;  ///< the file at the path has it, and was not opened yet
  std::string set_aside_path_;
  std::optional<WallTime> set_aside_at_;
};

/// Makes a rename in `directory`, or a new file, survive a power cut.
void sync_directory(const std::string& directory);

}  // namespace signalbox
