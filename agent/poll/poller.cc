#include "agent/poll/poller.h"

#include <algorithm>
#include <condition_variable>
#include <random>
#include <thread>

#include "lib/pages/status_page.h"

namespace signalbox {
namespace {

/// What a source's readings depend on: its provider without the other sources.
struct Watched {
  ProviderConfig provider;
  SourceConfig source;
  bool operator==(const Watched&) const = default;
};

std::vector<Watched> watched_of(const Config& config) {
  std::vector<Watched> all;
  for (const ProviderConfig& provider : config.providers) {
    for (const SourceConfig& source : provider.sources) {
      all.push_back({provider, source});
      all.back().provider.sources = {source};
    }
  }
  return all;
}

}  // namespace

/// One source with its thread.
class Poller::Watch {
 public:
  Watch(Watched what, const PollerPorts& ports, uint64_t seed)
      : what_(std::move(what)),
        ports_(ports),
        random_(seed ^ std::hash<std::string>{}(what_.provider.name + "/" + what_.source.name)),
        poll_(what_.provider, what_.source, ports.fetch, ports.read),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  const Watched& what() const { return what_; }

  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_all();
  }

  void hurry(bool hurried) {
    {
      const std::lock_guard lock(mutex_);
      hurried_ = hurried;
    }
    changed_.notify_all();
  }

  void request_stop() { thread_.request_stop(); }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      SourcePoll::Outcome polled = poll_.poll(std::uniform_real_distribution<>(0.0, 1.0)(random_), stop);
      if (stop.stop_requested()) return;  // what a stopped fetch says is not about the page
      ports_.deliver(std::move(polled.observation));
      rest(stop, polled.pause, polled.asks_lightly ? hurried(polled.pause, what_.source.interval) : polled.pause);
    }
  }

  /// Until the next poll: its hour may come sooner or later, as the hurry comes and goes.
  void rest(const std::stop_token& stop, Millis usual, Millis in_hurry) {
    const auto began = std::chrono::steady_clock::now();
    bool in_time = true;
    std::unique_lock lock(mutex_);
    while (in_time && !woken_ && !stop.stop_requested()) {
      const bool hurried = hurried_;
      const Millis pause = hurried ? in_hurry : usual;
      if (ports_.scheduled) ports_.scheduled(what_.provider.name, what_.source.name, pause);
      in_time = changed_.wait_until(lock, stop, began + pause, [&] { return woken_ || hurried_ != hurried; });
    }
    woken_ = false;
  }

  const Watched what_;
  const PollerPorts& ports_;
  std::mt19937_64 random_;
  SourcePoll poll_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  bool hurried_ = false;
  std::jthread thread_;  // last: it uses all of the above
};

PollerPorts real_ports(std::function<void(Observation)> deliver) {
  return {.deliver = std::move(deliver), .fetch = fetch_through(proxy_from_environment()), .read = read_source};
}

Poller::Poller(PollerPorts ports, uint64_t seed) : ports_(std::move(ports)), seed_(seed) {}

Poller::~Poller() { reconfigure(Config{}); }

void Poller::reconfigure(const Config& config) {
  std::vector<Watched> wanted = watched_of(config);
  std::vector<std::unique_ptr<Watch>> ended;
  {
    const std::lock_guard lock(mutex_);
    const auto stays = [&](const std::unique_ptr<Watch>& watch) {
      return std::erase(wanted, watch->what()) > 0;  // what is left over is new
    };
    const auto first_ended = std::stable_partition(watches_.begin(), watches_.end(), stays);
    std::move(first_ended, watches_.end(), std::back_inserter(ended));
    watches_.erase(first_ended, watches_.end());
  }
  for (const auto& watch : ended) watch->request_stop();  // all at once, then wait for each
  ended.clear();
  const std::lock_guard lock(mutex_);
  for (Watched& each : wanted) {
    const bool in_hurry = hurried_.contains(each.provider.name);
    watches_.push_back(std::make_unique<Watch>(std::move(each), ports_, seed_));
    watches_.back()->hurry(in_hurry);
  }
}

void Poller::hurry(const std::set<std::string>& providers) {
  const std::lock_guard lock(mutex_);
  hurried_ = providers;
  for (const auto& watch : watches_) watch->hurry(hurried_.contains(watch->what().provider.name));
}

void Poller::poll_now() {
  const std::lock_guard lock(mutex_);
  for (const auto& watch : watches_) watch->wake();
}

}  // namespace signalbox
