#pragma once
/// Another process for a test: a fork that never returns into it.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace signalbox {

/// Precondition: no thread of the test runs.
class ChildProcess {
 public:
  /// The child ends as by a crash, without destructors, when `body` returns.
  explicit ChildProcess(const std::function<void()>& body) : id_(fork()) {
    if (id_ != 0) return;
    body();
    _exit(0);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess() { wait(); }

  pid_t id() const { return id_; }
  void kill() { ::kill(id_, SIGKILL); }
  void wait() {
    if (id_ > 0) waitpid(id_, nullptr, 0);
    id_ = -1;
  }

 private:
  pid_t id_;
};

}  // namespace signalbox
