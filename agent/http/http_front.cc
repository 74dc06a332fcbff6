#include "agent/http/http_front.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <deque>
#include <utility>

#include "agent/clock.h"
#include "agent/http/acceptor.h"

namespace signalbox {
namespace {

/// Descriptors that the rest of the agent needs: database, status pages, logs.
constexpr rlim_t kOtherDescriptors = 256;

/// Who came at once is late at once: of thousands so many are dealt with, a few milliseconds' work, before the loop
/// goes on with everybody else.
constexpr size_t kSweptAtOnce = 100;
constexpr Millis kNextPart{5};

/// However few descriptors there are, a front serves somebody, over TCP and over the unix socket.
constexpr rlim_t kFewestConnections = 16;

/// As many as `descriptors` allow, in the proportions of the full ones.
FrontLimits shrink(FrontLimits limits, rlim_t descriptors) {
  const auto full = static_cast<double>(limits.connections + limits.unix_connections);
  const double share = std::min(1.0, static_cast<double>(descriptors) / full);
  for (size_t* count : {&limits.connections, &limits.unix_connections}) {
    *count = std::max(kFewestConnections, static_cast<rlim_t>(share * static_cast<double>(*count)));
  }
  for (size_t* count : {&limits.streams, &limits.long_polls, &limits.writes}) {
    *count = static_cast<size_t>(share * static_cast<double>(*count));
  }
  limits.writes = std::max<size_t>(limits.writes, kFewestConnections / 2);
  return limits;
}

/// Raises the soft limit of open files, usually 1024, as far as it goes and is needed. Where that is not enough the
/// front takes fewer connections, so that clients cannot take the descriptors of the rest of the agent.
FrontLimits fit_to_descriptors(FrontLimits limits) {
  const rlim_t wanted = limits.connections + limits.unix_connections + kOtherDescriptors;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) return limits;
  const rlim_t before = std::exchange(files.rlim_cur, std::min(wanted, files.rlim_max));
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = before;
  if (files.rlim_cur >= wanted) return limits;
  limits = shrink(limits, files.rlim_cur - std::min(files.rlim_cur, kOtherDescriptors));
  spdlog::warn("http: at most {} connections, for the limit of open files is {}", limits.connections,
               files.rlim_cur);
  return limits;
}

using Sockets = std::vector<ListenSocket>;

std::vector<std::string> hosts_of(const Sockets& sockets) {
  std::vector<std::string> hosts;
  for (const auto& socket : sockets) hosts.push_back(socket.host());
  return hosts;
}

class AsioFront final : public HttpFront {
 public:
  AsioFront(const FrontConfig& config, const FrontLimits& limits, std::span<const ApiRoute> routes,
            std::unique_ptr<History> history, SnapshotPtr first, Writes* writes, Sockets sockets)
      : service_(routes, HostPolicy(hosts_of(sockets), config.allowed_hosts), config.tokens, limits,
                 std::move(first), writes),
        measure_others_(config.measure),
        tcp_seats_(limits.connections, limits.address_connections, limits.unsent),
        unix_seats_(limits.unix_connections, limits.unix_connections, limits.unsent),
        turns_(loop_.get_executor()),
        worker_(loop_.get_executor(), std::move(history)) {
    for (auto& socket : sockets) {
      auto& seats = socket.is_unix() ? unix_seats_ : tcp_seats_;
      acceptors_.emplace_back(loop_, std::move(socket), service_, worker_, seats, turns_,
                              [this] { end_if_drained(); });
    }
    service_.on_measure([this] { return measure(); });
  }

  void run() override {
    for (auto& acceptor : acceptors_) acceptor.start();
    asio::co_spawn(loop_.get_executor(), sweep(), [](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);  // a bug: without the sweep no deadline holds
    });
    loop_.run();
    for (auto* connection : connections()) connection->evict();
  }

  void stop() override {
    asio::post(loop_, [this] { begin_drain(); });
  }

  void publish(SnapshotPtr snapshot) override {
    asio::post(loop_, [this, snapshot = std::move(snapshot)]() mutable {
      const bool news = snapshot->generation != service_.snapshot()->generation;
      service_.publish(std::move(snapshot));
      if (news) wake_all();
    });
  }

  void use_tokens(TokensPtr tokens) override {
    asio::post(loop_, [this, tokens = std::move(tokens)]() mutable {
      if (*tokens == service_.tokens()) return;
      service_.use_tokens(std::move(tokens));
      for (auto* connection : connections()) connection->expire_access();
    });
  }

  std::vector<std::string> bound() const override {
    std::vector<std::string> names;
    for (const auto& acceptor : acceptors_) names.push_back(acceptor.socket().name());
    return names;
  }

 private:
  std::vector<HttpConnection*> connections() const {
    std::vector<HttpConnection*> all;
    for (const auto* seats : {&tcp_seats_, &unix_seats_}) {
      for (auto* guest : seats->guests()) all.push_back(static_cast<HttpConnection*>(guest));
    }
    return all;
  }

  /// What the loop counts is copied now; the rest is gathered where it is wanted.
  Measure measure() const {
    FrontCounts counts = service_.counts();
    counts.tcp = tcp_seats_.counts();
    counts.unix_socket = unix_seats_.counts();
    counts.worker_calls = worker_.waiting();
    return [counts = std::move(counts), others = measure_others_] {
      Measured measured = others ? others() : Measured{};
      measured.front = counts;
      return measured;
    };
  }

  void wake_all() {
    for (auto* connection : connections()) connection->wake();
  }

  void begin_drain() {
    if (service_.stopping()) return;
    service_.stop();
    drained_by_ = now().mono + service_.limits().drain;
    for (auto& acceptor : acceptors_) acceptor.stop();
    wake_all();
    end_if_drained();
  }

  void end_if_drained() {
    if (service_.stopping() && tcp_seats_.size() + unix_seats_.size() == 0) loop_.stop();
  }

  /// False when some are left for later.
  bool sweep_connections(MonoTime at) {
    size_t swept = 0;
    for (auto* connection : connections()) {
      if (connection->sweep(at) && ++swept == kSweptAtOnce) return false;
    }
    return true;
  }

  Awaitable<void> sweep() {
    LoopTimer timer(loop_.get_executor());
    for (bool all = true;;) {
      timer.expires_after(all ? service_.limits().sweep : std::min(kNextPart, service_.limits().sweep));
      co_await timer.async_wait(kAwait);
      const auto at = now();
      service_.tick(at);
      all = sweep_connections(at.mono);
      if (service_.stopping() && at.mono >= drained_by_) loop_.stop();
    }
  }

  // Destroyed from the last to the first: the worker, and who waits for a turn, before the loop whose coroutines
  // they are, the loop with its coroutines before what they use.
  HttpService service_;
  Measure measure_others_;
  Seats tcp_seats_;
  Seats unix_seats_;
  asio::io_context loop_{1};
  Turns turns_;
  HistoryWorker worker_;
  std::deque<Acceptor> acceptors_;
  MonoTime drained_by_{};
};

}  // namespace

Result<std::unique_ptr<HttpFront>> HttpFront::listen(const FrontConfig& config, std::span<const ApiRoute> routes,
                                                     std::unique_ptr<History> history, SnapshotPtr first,
                                                     Writes* writes, std::vector<ListenSocket> adopted) {
  const bool has_unix = std::ranges::any_of(adopted, &ListenSocket::is_unix);
  const bool has_tcp = !std::ranges::all_of(adopted, &ListenSocket::is_unix);
  Sockets sockets = std::move(adopted);
  for (const auto& address : has_tcp ? std::vector<std::string>() : config.listen) {
    auto socket = ListenSocket::tcp(address);
    if (!socket) return socket.error();
    sockets.push_back(std::move(*socket));
  }
  if (!has_unix && !config.unix_socket.empty()) {
    auto socket = ListenSocket::unix_file(config.unix_socket);
    if (!socket) return socket.error();
    sockets.push_back(std::move(*socket));
  }
  const auto limits = fit_to_descriptors(config.limits);
  return std::unique_ptr<HttpFront>(std::make_unique<AsioFront>(config, limits, routes, std::move(history),
                                                                std::move(first), writes, std::move(sockets)));
}

}  // namespace signalbox
