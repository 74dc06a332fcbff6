#include "agent/notify/receiver.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "agent/clock.h"

namespace signalbox {

Receiver::Receiver(Outbox outbox, std::string public_url, std::string instance, const Ports& ports, uint64_t seed)
    : instance_(std::move(instance)),
      ports_(ports),
      random_(seed),
      outbox_(std::move(outbox)),
      public_url_(std::move(public_url)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Receiver::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Receiver::give_up() {
  const std::lock_guard lock(mutex_);
  std::vector<Record> records;
  outbox_.give_up(records);
  keep(std::move(records));
}

void Receiver::take(Notice notice, Store::Ticket stored_with) {
  const std::lock_guard lock(mutex_);
  std::vector<Record> records;
  outbox_.add(std::move(notice), records);
  if (stored_with != Store::kRefused) stored_with_ = std::max(stored_with_, stored_with);
  keep(std::move(records));
  news_ = true;
  changed_.notify_all();
}

void Receiver::reconfigure(const NotifyConfig& terms, const std::string& public_url) {
  const std::lock_guard lock(mutex_);
  outbox_.reconfigure(terms);
  public_url_ = public_url;
  news_ = true;
  changed_.notify_all();
}

ReceiverStatus Receiver::status() const {
  const std::lock_guard lock(mutex_);
  return {outbox_.terms().name, outbox_.waiting(), outbox_.counts(), trouble_};
}

/// Under the lock, so that the store gets the records in their order.
void Receiver::keep(std::vector<Record> records) {
  if (records.empty()) return;
  const Store::Ticket ticket = ports_.store.submit(std::move(records));
  if (ticket != Store::kRefused) stored_with_ = std::max(stored_with_, ticket);
}

void Receiver::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    news_ = false;
    std::vector<Record> records;
    const uint64_t given_up = outbox_.counts().given_up;
    const Message* next = outbox_.next(now(), records);
    keep(std::move(records));
    if (outbox_.counts().given_up != given_up)
      spdlog::error("notify {}: a message was given up after 24 h", outbox_.terms().name);
    if (next != nullptr) {
      send(lock, *next, stop);
    } else if (const auto at = outbox_.wake_at()) {
      changed_.wait_for(lock, stop, std::max(Millis(0), *at - now().mono), [&] { return news_; });
    } else {
      changed_.wait(lock, stop, [&] { return news_; });
    }
  }
}

void Receiver::send(std::unique_lock<std::mutex>& lock, const Message& message, const std::stop_token& stop) {
  const Delivering what{outbox_.terms(), message, instance_, public_url_};
  const Store::Ticket stored_with = stored_with_;
  lock.unlock();
  ports_.store.wait(stored_with, kNotifyPatience);
  const Delivered delivered = ports_.deliver(what, stop);
  lock.lock();
  if (stop.stop_requested() && delivered.delivery != Delivery::done) return;  // the next start tries again
  std::vector<Record> records;
  outbox_.settle(delivered.delivery, delivered.retry_after, now(),
                 std::uniform_real_distribution<>(0.0, 1.0)(random_), records);
  keep(std::move(records));
  const std::string answer = delivered.said + (delivered.body.empty() ? "" : " (" + delivered.body + ")");
  if (delivered.delivery == Delivery::refused)
    spdlog::error("notify {}: refused and not sent again: {}", what.receiver.name, answer);
  if (!note_trouble(delivered.delivery == Delivery::done ? "" : answer)) return;
  lock.unlock();
  ports_.trouble_changed();
  lock.lock();
}

/// Whether it is another than before. Logged when it starts and when it ends, as that of a source.
bool Receiver::note_trouble(const std::string& trouble) {
  if (trouble == trouble_) return false;
  if (trouble.empty()) {
    spdlog::info("notify {}: can be told again", outbox_.terms().name);
  } else {
    spdlog::warn("notify {}: cannot be told: {}", outbox_.terms().name, trouble);
  }
  trouble_ = trouble;
  return true;
}

}  // namespace signalbox
