#include "agent/store/file_identity.h"

#include <sys/stat.h>

namespace signalbox {

FileIdentity identity_of(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return {};
  return {file.st_dev, file.st_ino};
}

}  // namespace signalbox
