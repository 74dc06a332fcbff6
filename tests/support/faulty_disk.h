#pragma once
/// A disk that fails on demand, under SQLite: a VFS around the system's, the default while this object lives.
///
/// Precondition: made before and destroyed after every connection that shall use it; one at a time.
/// Threads: all calls from any thread.
#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace signalbox {

class FaultyDisk {
 public:
  FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  /// From now on writes, growth and syncs fail with this result code: the next `times`, or all until `heal`.
  void fail_with(int code, int times = kAlways);
  /// One write, growth or sync fails: the one after `good` that succeed.
  void fail_once_after(int good, int code);
  void heal() { fail_with(SQLITE_OK, 0); }
  /// Syncs wait until `release_syncs`.
  void hold_syncs();
  void release_syncs();
  /// Returns when a sync waits.
  void wait_for_held_sync();
  int failures();
  /// Returns when `count` more writes or syncs have failed.
  void wait_for_failures(int count);

  int syncs() const { return syncs_; }

  // Called by the VFS.
  int on_write();
  int on_sync();

 private:
  static constexpr int kAlways = -1;

  sqlite3_vfs vfs_;
  std::atomic<int> syncs_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  int failure_ = SQLITE_OK;
  int failing_ = 0;  ///< times left
  int good_ = 0;     ///< before them
  bool held_ = false;
  bool waiting_ = false;
  int failures_ = 0;
};

}  // namespace signalbox
