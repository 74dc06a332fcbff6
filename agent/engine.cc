#include "agent/engine.h"

#include <spdlog/spdlog.h>

#include "lib/text.h"

namespace signalbox {
namespace {

constexpr size_t kMailboxCapacity = 1024;
/// Store before publish, but not for ever: a disk that hangs must not hide an outage from the routers.
constexpr Millis kCommitPatience{250};
constexpr Millis kRenderInterval{1000};

}  // namespace

Engine::Engine(Core core, Store& store, std::string instance, Clock clock)
    : store_(store), clock_(std::move(clock)), instance_(std::move(instance)), core_(std::move(core)) {
  handle({});
  refresh(clock_());
}

bool Engine::post(Event event) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || mailbox_.size() < kMailboxCapacity; });
  if (ended_) return false;
  mailbox_.push_back(std::move(event));
  changed_.notify_all();
  return true;
}

SnapshotPtr Engine::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

void Engine::set_config_error(std::string error) {
  const std::lock_guard lock(mutex_);
  config_error_ = std::move(error);
}

void Engine::run(const std::stop_token& stop, const Publish& publish) {
  while (!stop.stop_requested()) {
    const uint64_t told = core_.generation;
    handle(take(stop));
    const Instant now = clock_();
    if (core_.generation == told && now.mono < render_at_) continue;
    refresh(now);
    publish(latest());
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

/// Everything that has arrived; empty when a timer is due.
std::vector<Event> Engine::take(const std::stop_token& stop) {
  const MonoTime due = std::min(render_at_, wake_at_.value_or(render_at_));
  const Millis left = std::max(Millis(0), due - clock_().mono);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, left, [&] { return !mailbox_.empty(); });
  std::vector<Event> events;
  events.swap(mailbox_);
  changed_.notify_all();
  return events;
}

void Engine::handle(const std::vector<Event>& events) {
  const uint64_t told = core_.generation;
  Update result = update(std::move(core_), events, clock_());
  core_ = std::move(result.core);
  wake_at_ = result.wake_at;
  if (!result.effects.empty()) {
    log_effects(result.effects);
    last_ticket_ = store_.submit(std::move(result.effects));
  }
  const bool patient = store_.status().ok && !commit_late_;
  if (core_.generation != told && patient) store_.wait(last_ticket_, kCommitPatience);
  commit_late_ = !store_.wait(last_ticket_, Millis(0));
}

void Engine::log_effects(const std::vector<Record>& effects) const {
  for (const Record& record : effects) {
    if (const auto* change = std::get_if<TransitionRecord>(&record)) {
      spdlog::info("{}: {} -> {}: {}", to_string(change->target), to_string(change->from), to_string(change->to),
                   change->why);
    }
  }
}

AgentStatus Engine::status() const {
  const StoreStatus store = store_.status();
  const std::lock_guard lock(mutex_);
  return {.instance = instance_,
          .persistence_ok = store.ok && !commit_late_,
          .persistence_detail = store.ok && commit_late_ ? "the disk has not answered yet" : store.detail,
          .set_aside = store.set_aside,
          .config_error = config_error_};
}

void Engine::refresh(Instant now) {
  render_at_ = now.mono + kRenderInterval;
  SnapshotPtr snapshot = render(core_, status(), now);
  const std::lock_guard lock(mutex_);
  latest_ = std::move(snapshot);
}

}  // namespace signalbox
