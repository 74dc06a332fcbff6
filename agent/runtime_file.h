#pragma once
/// `health.json`: the body of `/v1/health` for readers that want no HTTP, written by atomic rename on each change
/// and at least every 5 s.
///
/// Threads: `publish` from one thread, never blocks; a thread of its own writes, so that a stuck file system
/// delays nobody.
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "lib/snapshot.h"

namespace signalbox {

class RuntimeFile {
 public:
  explicit RuntimeFile(std::string path);
  ~RuntimeFile();  ///< the file stays: readers go by its `expires_at`, also over a restart
  RuntimeFile(const RuntimeFile&) = delete;
  RuntimeFile& operator=(const RuntimeFile&) = delete;

  void publish(const SnapshotPtr& snapshot);

 private:
  void run(const std::stop_token& stop);
  void write(const Snapshot& snapshot);

  std::string path_;
  bool failed_ = false;  // the writing thread's own: a failure is logged once

  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  SnapshotPtr next_;
  SnapshotPtr written_;
  std::jthread writer_;
};

}  // namespace signalbox
