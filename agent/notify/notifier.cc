#include "agent/notify/notifier.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/clock.h"

namespace signalbox {
namespace {

/// Whoever is told of nothing any more is forgotten, so that it starts anew when it comes back.
void forget(Store& store, const std::map<std::string, NoticeEndRecord>& gone) {
  std::vector<Record> records;
  for (const auto& [name, end] : gone) {
    if (!end.ids.empty())
      spdlog::warn("notify {}: no receiver any more: {} notices given up", name, end.ids.size());
    records.emplace_back(end);
  }
  store.submit(std::move(records));
}

std::map<std::string, NoticeEndRecord> gone_since(const Config& config, const Restored& restored) {
  std::map<std::string, NoticeEndRecord> gone;
  const auto is_there = [&](const std::string& name) {
    return std::ranges::count(config.notify, name, &NotifyConfig::name) > 0;
  };
  for (const StoredNotice& one : restored.notices) {
    if (!is_there(one.receiver)) gone[one.receiver].ids.push_back(one.notice.id);
  }
  for (const auto& [name, told] : restored.told_states) {
    if (is_there(name)) continue;
    for (const auto& [target, heard] : told) gone[name].told.push_back({target, Heard{}});
  }
  for (auto& [name, end] : gone) end.receiver = name;
  return gone;
}

}  // namespace

Notifier::Notifier(NotifierPorts ports, Store& store, const Config& config, const Restored& restored, uint64_t seed)
    : ports_(std::move(ports)),
      store_(store),
      instance_(restored.instance),
      seed_(seed),
      receiver_ports_{store, ports_.deliver, [this] { ports_.trouble(trouble()); }},
      public_url_(config.server.public_url) {
  forget(store_, gone_since(config, restored));
  const std::lock_guard lock(mutex_);
  for (const NotifyConfig& terms : config.notify) {
    std::vector<StoredNotice> waiting;
    std::ranges::copy_if(restored.notices, std::back_inserter(waiting),
                         [&](const StoredNotice& one) { return one.receiver == terms.name; });
    const auto told = restored.told_states.find(terms.name);
    Outbox outbox(terms);
    outbox.restore(waiting, told == restored.told_states.end() ? ToldStates{} : told->second, now());
    add(terms, std::move(outbox));
  }
}

Notifier::~Notifier() { end(take_all()); }

void Notifier::add(const NotifyConfig& terms, Outbox outbox) {
  receivers_[terms.name] = std::make_unique<Receiver>(std::move(outbox), public_url_, instance_, receiver_ports_,
                                                      seed_ ^ std::hash<std::string>{}(terms.name));
}

void Notifier::reconfigure(const Config& config) {
  Receivers gone;
  {
    const std::lock_guard lock(mutex_);
    public_url_ = config.server.public_url;
    gone.swap(receivers_);
    for (const NotifyConfig& terms : config.notify) {
      if (const auto found = gone.find(terms.name); found != gone.end()) {
        found->second->reconfigure(terms, public_url_);
        receivers_.insert(gone.extract(found));
      } else {
        add(terms, Outbox(terms));
      }
    }
  }
  end(gone);
  for (const auto& [name, receiver] : gone) receiver->give_up();
}

Notifier::Receivers Notifier::take_all() {
  const std::lock_guard lock(mutex_);
  return std::exchange(receivers_, {});
}

/// All at once, then waits for each.
void Notifier::end(const Receivers& receivers) {
  for (const auto& [name, receiver] : receivers) receiver->request_stop();
  for (const auto& [name, receiver] : receivers) receiver->stop();
}

void Notifier::take(const std::vector<NoticeRecord>& notices, Store::Ticket stored_with) {
  const std::lock_guard lock(mutex_);
  for (const NoticeRecord& record : notices) {
    const auto found = receivers_.find(record.receiver);
    Result<Notice> notice = notice_from_json(record.body);
    if (found != receivers_.end() && notice) found->second->take(std::move(*notice), stored_with);
  }
}

std::vector<ReceiverStatus> Notifier::status() const {
  const std::lock_guard lock(mutex_);
  std::vector<ReceiverStatus> all;
  for (const auto& [name, receiver] : receivers_) all.push_back(receiver->status());
  return all;
}

std::string Notifier::trouble() const {
  std::string text;
  for (const ReceiverStatus& status : this->status()) {
    if (status.trouble.empty()) continue;
    text +=
        fmt::format("{}{}: {}, {} waiting", text.empty() ? "" : "; ", status.name, status.trouble, status.waiting);
  }
  return text;
}

NotifierPorts real_notifier_ports(std::function<void(const std::string&)> trouble) {
  return {.deliver = deliver_through(proxy_from_environment(), real_surroundings()), .trouble = std::move(trouble)};
}

}  // namespace signalbox
