#pragma once
/// Signals as values that a loop polls for.
///
/// Threads: made before any other thread, so that all of them have the signals blocked.
#include <csignal>
#include <initializer_list>

namespace signalbox {

/// What a process that a signal ended exits with, less the signal's number.
inline constexpr int kSignalExit = 128;

/// Takes the given signals while it lives; then they do again what they did before.
class Signals {
 public:
  explicit Signals(std::initializer_list<int> wanted);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int fd() const { return fd_; }
  /// 0: none.
  int take() const;

 private:
  sigset_t before_{};
  int fd_ = -1;
};

}  // namespace signalbox
