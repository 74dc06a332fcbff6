#include "agent/store/partial_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace signalbox {

PartialFile::~PartialFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

int PartialFile::create(const std::string& target) {
  std::string name = target + ".partial-XXXXXX";
  const int descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return errno;
  ::close(descriptor);
  path_ = name;
  return 0;
}

/// SQLite has synced at its last commit; this holds whatever the file's journal mode did.
int PartialFile::sync() const {
  const int descriptor = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int code = fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return code;
}

int PartialFile::become(const std::string& target) {
  int code = renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
  // Some file systems do not know the flag.
  if (code != 0 && errno == EINVAL && !std::filesystem::exists(target))
    code = std::rename(path_.c_str(), target.c_str());
  if (code != 0) return errno;
  path_.clear();
  return 0;
}

int PartialFile::replace(const std::string& target) {
  if (std::rename(path_.c_str(), target.c_str()) != 0) return errno;
  path_.clear();
  return 0;
}

}  // namespace signalbox
