#pragma once
/// Wakes who polls a descriptor. Threads: any.
#include <sys/eventfd.h>
#include <unistd.h>

namespace signalbox {

class Bell {
 public:
  Bell() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Bell() { close(fd_); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  /// Readable since it was rung, until it is silenced.
  int fd() const { return fd_; }
  void ring() const { eventfd_write(fd_, 1); }
  void silence() const {
    eventfd_t count = 0;
    eventfd_read(fd_, &count);
  }

 private:
  int fd_;
};

}  // namespace signalbox
