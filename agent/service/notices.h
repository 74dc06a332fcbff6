#pragma once
/// What the service manager is told of this process (sd_notify(3)). Nothing happens when none asked to hear it.
///
/// Threads: any.
#include <functional>
#include <string>

#include "lib/time.h"

namespace signalbox {

/// It answers, or has taken over a reload; `status` is what `systemctl status` shows.
void tell_ready(const std::string& status);
void tell_reloading();
void tell_stopping();
void tell_status(const std::string& status);

/// The manager's watchdog (WatchdogSec=), fed by whoever beats: when that thread stalls, the process is ended and
/// started anew, however well its other threads are.
class Watchdog {
 public:
  /// `feed` is called at most once in `every`, at the first beat already; 0: never.
  Watchdog(Millis every, std::function<void()> feed) : every_(every), feed_(std::move(feed)) {}
  /// The service manager's; without one beats do nothing.
  static Watchdog of_service();

  void beat(MonoTime now);

 private:
  Millis every_;
  std::function<void()> feed_;
  MonoTime fed_ = MonoTime::min();
};

}  // namespace signalbox
