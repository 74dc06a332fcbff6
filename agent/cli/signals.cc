#include "agent/cli/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace signalbox {

Signals::Signals(std::initializer_list<int> wanted) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : wanted) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Signals::~Signals() {
  close(fd_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int Signals::take() const {
  signalfd_siginfo info{};
  return read(fd_, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

}  // namespace signalbox
