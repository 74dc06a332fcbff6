#pragma once
/// The state directory, made when missing, and the lock that keeps a second agent out of it.
///
/// Invariant: while held, no other process holds it; the kernel lets go when this process ends, however it ends.
#include <optional>
#include <string>

namespace signalbox {

/// Why there is no database.
struct OpenFailure {
  std::string path;
  std::string reason;
  bool fatal = false;  ///< waiting does not help: a person must change something
};

/// Whether `system_error` (errno) is a mistake of permissions or configuration, which no waiting cures, and not
/// a state of the disk (full, read-only, broken).
bool is_mistake(int system_error);

class StateLock {
 public:
  StateLock() = default;
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;
  ~StateLock() { release(); }

  /// Nothing to do when it is held already. A directory that was removed meanwhile is made again.
  std::optional<OpenFailure> acquire(const std::string& state_dir);
  void release();

 private:
  bool holds(const std::string& path) const;

  int descriptor_ = -1;
};

}  // namespace signalbox
