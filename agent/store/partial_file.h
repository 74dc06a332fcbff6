#pragma once
/// A database that is being made beside its place: complete, checked and synced before anybody finds it there.
///
/// Errors: an errno, 0 for none. Threads: one at a time.
#include <string>

namespace signalbox {

class PartialFile {
 public:
  PartialFile() = default;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  /// Removes it, unless it was renamed.
  ~PartialFile();

  /// Makes an empty file beside `target`, for its owner alone.
  int create(const std::string& target);
  const std::string& path() const { return path_; }
  /// Precondition: no connection of this process is open to it (closing a file drops the process's locks on it).
  int sync() const;
  /// Never over a file that is there.
  int become(const std::string& target);
  /// In the place of whatever stands there.
  int replace(const std::string& target);

 private:
  std::string path_;
};

}  // namespace signalbox
