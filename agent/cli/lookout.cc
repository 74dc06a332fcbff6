#include "agent/cli/lookout.h"

#include <fmt/format.h>

#include <algorithm>

#include "agent/ask/requests.h"
#include "agent/clock.h"

namespace signalbox {
namespace {

using Clock = std::chrono::steady_clock;

/// Counts and ages change without a change of the generation.
constexpr seconds kRefresh(1);
/// An agent whose generation changes with every answer is asked no more often.
constexpr Millis kShortestRound = Millis(100);
/// Whoever looks at the screen wants to see it come back.
constexpr seconds kLongestPause(8);

Millis pause_after(int failures) {
  Millis pause = kRefresh;
  for (int i = 1; i < failures && pause < kLongestPause; ++i) pause *= 2;
  return std::min<Millis>(pause, kLongestPause);
}

}  // namespace

Lookout::Lookout(const AgentClient& client, std::string target, const Bell& bell)
    : client_(client),
      target_(std::move(target)),
      bell_(bell),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Lookout::~Lookout() {
  thread_.request_stop();
  thread_.join();
}

Sight Lookout::latest() const {
  const std::lock_guard lock(mutex_);
  return sight_;
}

void Lookout::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto start = Clock::now();
    auto seen = look(stop);
    const bool news = seen && seen->generation != generation_;
    if (seen) generation_ = seen->generation;
    failures_ = seen ? 0 : failures_ + 1;
    std::vector<CheckView> checks;
    if (seen) checks = failing_checks(client_, stop);
    if (stop.stop_requested()) return;
    const Millis wait = failures_ > 0 ? pause_after(failures_) : news ? kShortestRound : Millis(kRefresh);
    if (failures_ > 0) start = Clock::now();  // a look may have taken long to fail
    keep(std::move(seen), std::move(checks), wait);
    pause(start + wait, stop);
  }
}

Result<HealthView> Lookout::look(const std::stop_token& stop) const {
  const std::string path =
      fmt::format("{}?wait_s={}&generation={}", health_path(target_), kRefresh.count(), generation_);
  const Answer answer = ask(client_, path, kClientDeadline + kRefresh, stop);
  if (answer.refusal) return Error{answer.refusal->message};
  if (target_.empty()) return read_health(answer.body);
  auto target = read_target(answer.body);
  if (!target) return target.error();
  HealthView health{.as_of = target->as_of,
                    .expires_at = target->expires_at,
                    .generation = target->generation,
                    .persistence = "ok"};
  health.targets.push_back(std::move(*target));
  return health;
}

void Lookout::keep(Result<HealthView> seen, std::vector<CheckView> checks, Millis pause) {
  {
    const std::lock_guard lock(mutex_);
    if (seen) {
      sight_ = {std::move(*seen), std::move(checks), now().wall, {}, {}};
    } else {
      sight_.trouble = seen.error().message;
      sight_.next_try_at = now().wall + pause;
    }
  }
  bell_.ring();
}

void Lookout::pause(Clock::time_point until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  stopped_.wait_until(lock, stop, until, [] { return false; });
}

}  // namespace signalbox
