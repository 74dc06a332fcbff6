#include "agent/cli/lookout.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/ask/requests.h"
#include "agent/clock.h"

namespace signalbox {
namespace {

using Clock = std::chrono::steady_clock;

/// Counts and ages change without a change of the generation.
constexpr seconds kRefresh(1);
/// An agent whose generation changes with every answer is asked no more often.
constexpr Millis kShortestRound = Millis(100);

}  // namespace

Lookout::Lookout(const AgentClient& client, std::string target)
    : client_(client),
      target_(std::move(target)),
      ready_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Lookout::~Lookout() {
  thread_.request_stop();
  thread_.join();
  close(ready_fd_);
}

Sight Lookout::latest() {
  eventfd_t count = 0;
  eventfd_read(ready_fd_, &count);
  const std::lock_guard lock(mutex_);
  return sight_;
}

void Lookout::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto start = Clock::now();
    auto seen = look(stop);
    const bool news = seen && seen->generation != generation_;
    if (seen) generation_ = seen->generation;
    std::vector<CheckView> checks;
    if (seen) checks = failing_checks(client_, stop);
    if (stop.stop_requested()) return;
    keep(std::move(seen), std::move(checks));
    pause(start + (news ? kShortestRound : Millis(kRefresh)), stop);
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

void Lookout::keep(Result<HealthView> seen, std::vector<CheckView> checks) {
  {
    const std::lock_guard lock(mutex_);
    if (seen) {
      sight_ = {std::move(*seen), std::move(checks), now().wall, {}};
    } else {
      sight_.trouble = seen.error().message;
    }
  }
  eventfd_write(ready_fd_, 1);
}

void Lookout::pause(Clock::time_point until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  stopped_.wait_until(lock, stop, until, [] { return false; });
}

}  // namespace signalbox
