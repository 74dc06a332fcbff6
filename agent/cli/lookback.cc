#include "agent/cli/lookback.h"

#include <algorithm>

#include "agent/ask/requests.h"
#include "agent/render/watch_table.h"

namespace signalbox {
namespace {

constexpr Millis kPace = Millis(200);
constexpr seconds kTimelineEvery(2);
/// Without a change of the generation.
constexpr seconds kTransitionsEvery(30);
constexpr int kMostTransitions = 200;

}  // namespace

Lookback::Lookback(const AgentClient& client, std::string target, const Bell& bell)
    : client_(client),
      target_(std::move(target)),
      bell_(bell),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Lookback::~Lookback() {
  thread_.request_stop();
  thread_.join();
}

void Lookback::want(Wanted wanted) {
  const std::lock_guard lock(mutex_);
  wanted_ = std::move(wanted);
  changed_.notify_all();
}

Past Lookback::latest() const {
  const std::lock_guard lock(mutex_);
  return past_;
}

void Lookback::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [this] { return !wanted_.targets.empty(); });
    const Wanted wanted = wanted_;
    lock.unlock();
    const bool is_news = !stop.stop_requested() && ask_what_is_due(wanted, stop);
    if (is_news) bell_.ring();
    lock.lock();
    changed_.wait_for(lock, stop, kPace, [] { return false; });
  }
}

/// One question, the most overdue.
bool Lookback::ask_what_is_due(const Wanted& wanted, const std::stop_token& stop) {
  const auto now = Clock::now();
  forget_unwanted(wanted);
  if (wanted.generation != generation_ || now - transitions_at_ >= kTransitionsEvery) {
    ask_transitions(wanted, stop);
    return true;
  }
  const auto oldest = std::ranges::min_element(wanted.targets, {},
                                               [this](const std::string& target) { return timelines_at_[target]; });
  if (oldest == wanted.targets.end() || now - timelines_at_[*oldest] < kTimelineEvery) return false;
  timelines_at_[*oldest] = now;
  ask_timeline(*oldest, wanted.at, stop);
  return true;
}

void Lookback::ask_transitions(const Wanted& wanted, const std::stop_token& stop) {
  generation_ = wanted.generation;
  transitions_at_ = Clock::now();
  const WallTime since = wanted.at - kBandSpan;
  const Answer answer = ask(client_, transitions_path(target_, since, kMostTransitions), kClientDeadline, stop);
  if (answer.refusal) return;
  auto transitions = read_transitions(answer.body);
  if (!transitions) return;
  const bool is_whole = transitions->next_cursor.empty() || transitions->rows.empty();
  const std::lock_guard lock(mutex_);
  past_.known_from = is_whole ? since : transitions->rows.back().at;
  past_.transitions = std::move(*transitions);
}

void Lookback::ask_timeline(const std::string& target, WallTime at, const std::stop_token& stop) {
  const WallTime since = at - kTrendStep * static_cast<int>(kMostTrendColumns);
  const Answer answer = ask(client_, timeline_path(target, since, kTrendStep), kClientDeadline, stop);
  if (answer.refusal) return;
  auto timeline = read_timeline(answer.body);
  if (!timeline) return;
  const std::lock_guard lock(mutex_);
  past_.timelines[target] = std::move(*timeline);
}

void Lookback::forget_unwanted(const Wanted& wanted) {
  const auto is_unwanted = [&](const auto& entry) { return std::ranges::count(wanted.targets, entry.first) == 0; };
  std::erase_if(timelines_at_, is_unwanted);
  const std::lock_guard lock(mutex_);
  std::erase_if(past_.timelines, is_unwanted);
}

}  // namespace signalbox
