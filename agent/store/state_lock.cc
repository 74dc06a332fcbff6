#include "agent/store/state_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace signalbox {
namespace {

/// The group may read the database (backup, doctor); nobody else needs to.
constexpr mode_t kDirectoryMode = 0750;
constexpr mode_t kFileMode = 0640;

std::string text_of(int system_error) { return std::generic_category().message(system_error); }

OpenFailure failure(const std::string& path, int system_error) {
  return {path, text_of(system_error), is_mistake(system_error)};
}

std::optional<OpenFailure> make_directory(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return std::nullopt;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (!error && mkdir(path.c_str(), kDirectoryMode) != 0) error = {errno, std::generic_category()};
  return error ? std::optional(failure(path, error.value())) : std::nullopt;
}

/// "pid 123", as the holder wrote it into the lock file.
std::string holder(int descriptor) {
  std::array<char, 16> digits{};
  const ssize_t size = pread(descriptor, digits.data(), digits.size() - 1, 0);
  std::string pid;
  for (ssize_t i = 0;
       i < size && digits.at(static_cast<size_t>(i)) >= '0' && digits.at(static_cast<size_t>(i)) <= '9'; ++i) {
    pid += digits.at(static_cast<size_t>(i));
  }
  return pid.empty() ? "pid unknown" : "pid " + pid;
}

}  // namespace

bool is_mistake(int system_error) {
  switch (system_error) {
    case EACCES:
    case EPERM:
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL: return true;
    default: return false;
  }
}

std::optional<OpenFailure> StateLock::acquire(const std::string& state_dir) {
  const std::string path = state_dir + "/signalbox.lock";
  if (holds(path)) return std::nullopt;
  release();
  if (auto problem = make_directory(state_dir)) return problem;
  const int opened = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  if (opened < 0) return failure(path, errno);
  if (flock(opened, LOCK_EX | LOCK_NB) != 0) {
    const int system_error = errno;
    const std::string reason = fmt::format("in use by another signalbox ({})", holder(opened));
    close(opened);
    if (system_error == EWOULDBLOCK) return OpenFailure{path, reason, true};
    return failure(path, system_error);
  }
  // Who holds it is for people: a full disk that cannot take the number does not weaken the lock.
  const std::string pid = fmt::format("{}\n", getpid());
  const bool named = ftruncate(opened, 0) == 0 && pwrite(opened, pid.data(), pid.size(), 0) > 0;
  static_cast<void>(named);
  descriptor_ = opened;
  return std::nullopt;
}

void StateLock::release() {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
}

bool StateLock::holds(const std::string& path) const {
  struct stat held {};
  struct stat named {};
  return descriptor_ >= 0 && fstat(descriptor_, &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace signalbox
