#include "agent/runtime_file.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace signalbox {
namespace {

constexpr Millis kMaxAge{5000};
constexpr mode_t kReadableByAll = 0644;

/// 0, or the errno. A rename without fsync: the file is for readers of this boot, a crash of the host may lose it.
int replace_file(const std::string& path, std::string_view body) {
  const std::string temporary = path + ".new";
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kReadableByAll);
  if (file < 0) return errno;
  int error = fchmod(file, kReadableByAll) == 0 ? 0 : errno;  // whatever the umask says
  while (error == 0 && !body.empty()) {
    const ssize_t count = write(file, body.data(), body.size());
    if (count < 0 && errno != EINTR) error = errno;
    if (count > 0) body.remove_prefix(static_cast<size_t>(count));
  }
  if (close(file) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) unlink(temporary.c_str());
  return error;
}

}  // namespace

RuntimeFile::RuntimeFile(std::string path)
    : path_(std::move(path)), writer_([this](const std::stop_token& stop) { run(stop); }) {}

RuntimeFile::~RuntimeFile() {
  writer_.request_stop();
  writer_.join();
}

void RuntimeFile::publish(const SnapshotPtr& snapshot) {
  const std::lock_guard lock(mutex_);
  const bool due = !written_ || written_->generation != snapshot->generation ||
                   written_->persistence != snapshot->persistence ||
                   snapshot->as_of.mono - written_->as_of.mono >= kMaxAge;
  if (!due) return;
  next_ = snapshot;
  changed_.notify_one();
}

void RuntimeFile::run(const std::stop_token& stop) {
  while (true) {
    SnapshotPtr snapshot;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [&] { return next_ != nullptr; })) return;
      written_ = snapshot = std::move(next_);
      next_ = nullptr;
    }
    write(*snapshot);
  }
}

void RuntimeFile::write(const Snapshot& snapshot) {
  const int error = replace_file(path_, snapshot.health);
  if (error != 0 && !failed_) {
    spdlog::error("cannot write {}: {}", path_, std::generic_category().message(error));
  }
  if (error == 0 && failed_) spdlog::info("{} is written again", path_);
  failed_ = error != 0;
}

}  // namespace signalbox
