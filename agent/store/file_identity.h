#pragma once
/// Which file a path names at the moment.
#include <cstdint>
#include <string>

namespace signalbox {

struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
  explicit operator bool() const { return inode != 0; }
};

/// False where there is none, or none that can be asked.
FileIdentity identity_of(const std::string& path);

}  // namespace signalbox
