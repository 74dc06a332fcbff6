#pragma once
/// The database file and the connection that writes it: opening, migrating, setting aside what is corrupt.
///
/// Threads: one at a time.
#include <optional>
#include <string>

#include "agent/store/sqlite.h"
#include "agent/store/state_lock.h"
#include "agent/store/store.h"

namespace signalbox {

class Database {
 public:
  explicit Database(std::string state_dir);

  /// Locks the directory, opens the file or makes it, migrates it. What is no database of ours or corrupt is set
  /// aside and replaced. With `restored`: reads what was stored, also from what is set aside, as far as it can be
  /// read.
  std::optional<OpenFailure> open(WallTime now, Restored* restored);
  bool is_open() const { return connection_.is_open(); }
  void close() { connection_.close(); }
  SqliteConnection& connection() { return connection_; }
  /// The last `open` made the file: it holds nothing yet but a new instance.
  bool is_new() const { return is_new_; }

  /// Moves the file away under a dated name; closes. Once an hour at most: a disk that corrupts whatever it is
  /// given must not fill up with what was set aside.
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
  Obstacle obstacle(const SqlError& error) const;
  Obstacle newer(int64_t version) const;

  const std::string state_dir_;
  const std::string path_;
  StateLock lock_;
  SqliteConnection connection_;
  bool is_new_ = false;
  std::string set_aside_path_;
  std::optional<WallTime> set_aside_at_;
};

/// Makes a rename in `directory`, or a new file, survive a power cut.
void sync_directory(const std::string& directory);

}  // namespace signalbox
