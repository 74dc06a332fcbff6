#include "agent/engine.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>

namespace signalbox {
namespace {

constexpr size_t kMailboxCapacity = 1024;
/// Store before publish, but not for ever: a disk that hangs must not hide an outage from the routers.
constexpr Millis kCommitPatience{250};
constexpr Millis kRenderInterval{1000};

void log_transitions(const std::vector<Record>& effects) {
  for (const Record& record : effects) {
    if (const auto* change = std::get_if<TransitionRecord>(&record)) {
      spdlog::info("{}: {} -> {}: {}", to_string(change->target), to_string(change->from), to_string(change->to),
                   change->why);
    }
  }
}

}  // namespace

Engine::Engine(Core core, Store& store, std::string instance, Clock clock)
    : store_(store), clock_(std::move(clock)), instance_(std::move(instance)), core_(std::move(core)) {
  handle(Mail{});
  refresh(clock_());
}

bool Engine::post(Event event) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ || mailbox_.events.size() < kMailboxCapacity; });
  if (ended_) return false;
  mailbox_.events.push_back(std::move(event));
  changed_.notify_all();
  return true;
}

bool Engine::offer(ReportBatch batch, BatchDone done) {
  const std::lock_guard lock(mutex_);
  if (ended_ || mailbox_.events.size() >= kMailboxCapacity) return false;
  mailbox_.events.emplace_back(std::move(batch));
  mailbox_.batches.push_back(std::move(done));
  changed_.notify_all();
  return true;
}

bool Engine::offer(OverrideChange change, OverrideDone done) {
  const std::lock_guard lock(mutex_);
  if (ended_ || mailbox_.events.size() >= kMailboxCapacity) return false;
  mailbox_.events.emplace_back(std::move(change));
  mailbox_.overrides.push_back(std::move(done));
  changed_.notify_all();
  return true;
}

SnapshotPtr Engine::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

EngineCounts Engine::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

template <class Count>
void Engine::count(Count more) {
  const std::lock_guard lock(mutex_);
  more(counts_);
}

void Engine::set_config_error(std::string error) {
  const std::lock_guard lock(mutex_);
  config_error_ = std::move(error);
}

void Engine::on_notices(Notify notify) {
  notify_ = std::move(notify);
  hand_over_notices(last_ticket_);
}

void Engine::set_notify_trouble(std::string trouble) {
  const std::lock_guard lock(mutex_);
  notify_trouble_ = std::move(trouble);
}

void Engine::run(const std::stop_token& stop, const Publish& publish) {
  while (!stop.stop_requested()) {
    const Mail mail = take(stop);
    const auto began = std::chrono::steady_clock::now();
    turn(mail, publish);
    if (beat_) beat_(clock_().mono);
    count([&](EngineCounts& counts) { counts.turns.add(std::chrono::steady_clock::now() - began); });
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void Engine::turn(const Mail& mail, const Publish& publish) {
  const uint64_t told = core_.generation;
  handle(mail);
  const Instant now = clock_();
  if (core_.generation == told && now.mono < render_at_) return;
  refresh(now);
  publish(latest());
}

/// Everything that has arrived; empty when a timer is due.
Engine::Mail Engine::take(const std::stop_token& stop) {
  const MonoTime due = std::min(render_at_, wake_at_.value_or(render_at_));
  const Millis left = std::max(Millis(0), due - clock_().mono);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, left, [&] { return !mailbox_.events.empty(); });
  Mail mail;
  std::swap(mail, mailbox_);
  changed_.notify_all();
  return mail;
}

void Engine::handle(const Mail& mail) {
  const uint64_t told = core_.generation;
  for (const Event& event : mail.events) {
    if (const auto* observation = std::get_if<Observation>(&event)) note(*observation);
  }
  Update result = update(std::move(core_), mail.events, clock_());
  core_ = std::move(result.core);
  wake_at_ = result.wake_at;
  if (result.poll_now && poll_now_) poll_now_();
  log_transitions(result.effects);
  count([&](EngineCounts& counts) { count_transitions(counts, core_, result.effects); });
  const Store::Ticket batches = submit_batches(result.effects);
  for (const Record& record : result.effects) {
    if (const auto* notice = std::get_if<NoticeRecord>(&record)) notices_.push_back(*notice);
  }
  const Store::Ticket rest = submit(std::move(result.effects));
  hand_over_notices(rest);
  for (size_t i = 0; i < mail.batches.size(); ++i) mail.batches.at(i)(result.verdicts.at(i), batches);
  for (const OverrideDone& done : mail.overrides) done(rest);
  look_at_disk();
  const bool patient = store_.status().ok && unconfirmed_ && !unconfirmed_->late;
  if (core_.generation == told || !patient) return;
  if (!store_.wait(last_ticket_, kCommitPatience)) unconfirmed_->late = true;
}

/// Apart from the rest: a queue that is too full for counts still has room for transitions. Without a batch the
/// ticket of all that was submitted so far: one that was known already may still be on its way to the disk.
Store::Ticket Engine::submit_batches(std::vector<Record>& effects) {
  const auto is_batch = [](const Record& record) { return std::holds_alternative<BatchRecord>(record); };
  const auto first = std::stable_partition(effects.begin(), effects.end(), std::not_fn(is_batch));
  std::vector<Record> batches(std::make_move_iterator(first), std::make_move_iterator(effects.end()));
  effects.erase(first, effects.end());
  std::vector<uint64_t> keys;
  for (const Record& record : batches) keys.push_back(std::get<BatchRecord>(record).key);
  const std::map<Target, OutcomeCounts> reported = outcomes_of(batches);
  const Store::Ticket ticket = store_.submit(std::move(batches));
  if (ticket == Store::kRefused) {
    core_ = update(std::move(core_), {BatchesRefused{std::move(keys)}}, clock_()).core;
  } else {
    count([&](EngineCounts& counts) { count_outcomes(counts, reported); });
  }
  return ticket;
}

Store::Ticket Engine::submit(std::vector<Record> effects) {
  if (effects.empty()) return last_ticket_;
  const Store::Ticket ticket = store_.submit(std::move(effects));
  if (ticket == Store::kRefused) return ticket;  // given up for good, and counted there: nothing to wait for
  last_ticket_ = ticket;
  if (!unconfirmed_) unconfirmed_ = Unconfirmed{last_ticket_, clock_().mono};
  return ticket;
}

void Engine::hand_over_notices(Store::Ticket stored_with) {
  if (notices_.empty() || !notify_) return;
  notify_(std::exchange(notices_, {}), stored_with);
}

void Engine::look_at_disk() {
  if (!unconfirmed_) return;
  const MonoTime now = clock_().mono;
  if (!store_.wait(unconfirmed_->ticket, Millis(0))) {
    unconfirmed_->late |= now - unconfirmed_->since > kCommitPatience;
  } else if (store_.wait(last_ticket_, Millis(0))) {
    unconfirmed_.reset();
  } else {
    unconfirmed_ = Unconfirmed{last_ticket_, now};
  }
}

/// Logs a source's first failure, another failure, and its return; not every poll.
void Engine::note(const Observation& observation) {
  count([&](EngineCounts& counts) { count_fetch(counts, observation); });
  const std::string name = observation.provider + "/" + observation.source;
  const std::string error = observation.reading ? "" : observation.reading.error().message;
  std::string& logged = source_errors_[name];
  if (error == logged) return;
  if (error.empty()) {
    spdlog::info("{}: can be read again", name);
  } else {
    spdlog::warn("{}: cannot be read: {}", name, error);
  }
  logged = error;
}

AgentStatus Engine::status() const {
  const StoreStatus store = store_.status();
  const std::lock_guard lock(mutex_);
  return {.version = SIGNALBOX_VERSION,
          .instance = instance_,
          .persistence_ok = store.ok && !commit_is_late(),
          .persistence_detail = store.ok && commit_is_late() ? "the disk has not answered yet" : store.detail,
          .set_aside = std::filesystem::path(store.set_aside).filename(),
          .config_error = config_error_,
          .notify_trouble = notify_trouble_};
}

void Engine::refresh(Instant now) {
  render_at_ = now.mono + kRenderInterval;
  std::set<std::string> doubted = doubted_providers(core_);
  if (doubted != doubted_ && doubt_) doubt_(doubted);
  doubted_ = std::move(doubted);
  SnapshotPtr snapshot = render(core_, status(), now);
  const std::lock_guard lock(mutex_);
  keep_known(counts_, core_);
  latest_ = std::move(snapshot);
}

}  // namespace signalbox
