#include "agent/poll/resolver.h"

#include <fmt/format.h>
#include <netdb.h>
#include <resolv.h>

#include <array>
#include <condition_variable>
#include <optional>

#include "lib/url.h"

namespace signalbox {
namespace {

/// A DNS server gets a second for the first try and two, shared by all servers, for the last: with three servers a
/// lookup ends after about five seconds, inside a fetch's deadline. The system's own limits stay where they are
/// lower.
constexpr int kDnsSeconds = 1;
constexpr int kDnsAttempts = 2;

void limit_dns_of_this_thread() {
  res_init();  // the resolver's state belongs to the thread
  _res.retrans = std::min(_res.retrans, kDnsSeconds);
  _res.retry = std::min(_res.retry, kDnsAttempts);
}

}  // namespace

struct Resolver::Lookup {
  std::mutex mutex;
  std::condition_variable_any finished;
  std::optional<std::variant<Addresses, std::string>> answer;

  bool done() {
    const std::lock_guard lock(mutex);
    return answer.has_value();
  }
};

Resolver::~Resolver() {
  for (auto& [host, running] : running_) {
    if (!running.lookup->done()) running.thread.detach();
  }
}

std::variant<Addresses, std::string> Resolver::ask_system(const std::string& host) {
  limit_dns_of_this_thread();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return std::string(gai_strerror(error));
  }
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> numeric{};
    if (getnameinfo(each->ai_addr, each->ai_addrlen, numeric.data(), numeric.size(), nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(numeric.data());
    }
  }
  freeaddrinfo(found);
  if (addresses.empty()) return std::string("it has no address");
  return addresses;
}

std::shared_ptr<Resolver::Lookup> Resolver::join_or_start(const std::string& host) {
  const std::lock_guard lock(mutex_);
  std::erase_if(running_, [](auto& entry) { return entry.second.lookup->done(); });
  if (const auto found = running_.find(host); found != running_.end()) return found->second.lookup;
  auto lookup = std::make_shared<Lookup>();
  std::jthread thread([lookup, host, ask = ask_] {
    auto answer = ask(host);
    const std::lock_guard publish(lookup->mutex);
    lookup->answer = std::move(answer);
    lookup->finished.notify_all();
  });
  running_.emplace(host, Running{lookup, std::move(thread)});
  return lookup;
}

std::variant<Addresses, FetchFailure> Resolver::resolve(const std::string& host, const Deadline& deadline) {
  if (is_ip_address(host)) return Addresses{host};
  const auto lookup = join_or_start(host);
  std::unique_lock lock(lookup->mutex);
  if (!lookup->finished.wait_for(lock, deadline.stop, deadline.left(),
                                 [&] { return lookup->answer.has_value(); })) {
    return FetchFailure{FetchErrorKind::timeout, fmt::format("{}: no answer from DNS in time", host)};
  }
  if (const auto* reason = std::get_if<std::string>(&*lookup->answer)) {
    return FetchFailure{FetchErrorKind::dns, fmt::format("{}: the name cannot be resolved: {}", host, *reason)};
  }
  return std::get<Addresses>(*lookup->answer);
}

}  // namespace signalbox
