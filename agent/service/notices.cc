#include "agent/service/notices.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace signalbox {
namespace {

/// Fields are lines: a status is one line.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

/// The environment is left as it is: whoever has no manager has no socket in it, and a message goes nowhere.
void notify(const std::string& fields) { sd_notify(0, fields.c_str()); }

}  // namespace

void tell_ready(const std::string& status) { notify("READY=1\nSTATUS=" + one_line(status)); }

/// With the time at which it began, as Type=notify-reload wants it, by which the manager tells this reload's READY
/// from an earlier one's.
void tell_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  constexpr int64_t kMicros = 1'000'000;
  notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading the configuration",
                     now.tv_sec * kMicros + now.tv_nsec / 1000));
}

void tell_stopping() { notify("STOPPING=1\nSTATUS=stopping: answering what is in flight"); }

void tell_status(const std::string& status) { notify("STATUS=" + one_line(status)); }

Watchdog Watchdog::of_service() {
  // Of the manager's patience, so that one beat may come late; more than one a second would be waste.
  constexpr uint64_t kShare = 3;
  uint64_t patience_us = 0;
  if (sd_watchdog_enabled(0, &patience_us) <= 0) return {Millis(0), {}};
  const auto every = std::chrono::duration_cast<Millis>(std::chrono::microseconds(patience_us / kShare));
  return {std::clamp(every, Millis(1), Millis(seconds(1))), [] { notify("WATCHDOG=1"); }};
}

void Watchdog::beat(MonoTime now) {
  if (every_ == Millis(0) || (fed_ != MonoTime::min() && now - fed_ < every_)) return;
  fed_ = now;
  feed_();
}

}  // namespace signalbox
