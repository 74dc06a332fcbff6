#include "agent/http/agent_check_front.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/posix/basic_stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <cerrno>
#include <deque>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "agent/clock.h"
#include "agent/http/http_net.h"
#include "agent/http/listen_socket.h"
#include "agent/http/log_bug.h"
#include "agent/http/seats.h"
#include "lib/agent_check.h"
#include "lib/text.h"

// g++ 12 takes the two functions with which Asio allocates and frees a coroutine's frame for a mismatch, once it
// has inlined one of them and not the other.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace signalbox {
namespace {

/// Between two tries when the process has no descriptor left, and between two looks at the deadlines.
constexpr Millis kPause{100};
/// A balancer with a mistake in its configuration asks every second.
constexpr minutes kWarnInterval{1};
/// "up 100%" and the like, of which nobody can leave more than one waiting.
constexpr size_t kLongestAnswer = 64;
/// Of a question that could not be answered, in the log.
constexpr size_t kShownQuestion = 120;

using Readable = asio::posix::basic_stream_descriptor<LoopExecutor>;

/// What the connections share. Threads: the loop's.
class AgentCheckDesk {
 public:
  AgentCheckDesk(SnapshotPtr first, const AgentCheckLimits& all)
      : limits(all),
        seats(all.connections, all.connections, all.connections * kLongestAnswer),
        snapshot_(std::move(first)) {}

  void publish(SnapshotPtr snapshot) { snapshot_ = std::move(snapshot); }

  std::string answer(std::string_view question) {
    AgentCheckAnswer answer = answer_agent_check(*snapshot_, question);
    if (!answer.understood) warn(question, answer.line);
    return std::move(answer.line);
  }

  const AgentCheckLimits limits;
  Seats seats;

 private:
  void warn(std::string_view question, std::string_view line) {
    const MonoTime at = now().mono;
    ++unanswered_;
    if (warned_at_ && at - *warned_at_ < kWarnInterval) return;
    spdlog::warn("agent-check: \"{}\" is answered {}: {} such questions since the last warning",
                 clean_text(question.substr(0, kShownQuestion), kShownQuestion), line.substr(0, line.find('\n')),
                 std::exchange(unanswered_, 0));
    warned_at_ = at;
  }

  SnapshotPtr snapshot_;
  std::optional<MonoTime> warned_at_;
  size_t unanswered_ = 0;
};

class AgentCheckConnection final : public Guest {
 public:
  AgentCheckConnection(StreamSocket socket, AgentCheckDesk& desk)
      : Guest(asio::ip::address()),
        socket_(std::move(socket)),
        desk_(desk),
        deadline_(now().mono + desk.limits.whole) {}

  Awaitable<void> serve() {
    std::string received;
    std::array<char, 256> piece{};
    while (received.find('\n') == std::string::npos && received.size() <= desk_.limits.question) {
      asio::error_code error;
      const size_t count =
          co_await socket_.async_read_some(asio::buffer(piece), asio::redirect_error(kAwait, error));
      if (error) co_return;
      received.append(piece.data(), count);
    }
    // What the kernel does not take at once of twenty bytes, nobody reads.
    asio::error_code error;
    socket_.write_some(asio::buffer(desk_.answer(received.substr(0, received.find('\n')))), error);
  }

  void evict() override {
    asio::error_code error;
    socket_.close(error);
  }
  void sweep(MonoTime now) {
    if (now >= deadline_) evict();
  }

 private:
  StreamSocket socket_;
  AgentCheckDesk& desk_;
  MonoTime deadline_;
};

Awaitable<void> serve(std::unique_ptr<AgentCheckConnection> connection) { co_await connection->serve(); }

/// The errno of why none was accepted: EAGAIN, none is left; 0: one was.
int accept_one(const ListenSocket& listening, const LoopExecutor& loop, AgentCheckDesk& desk) {
  const int descriptor = accept4(listening.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor < 0) return errno;
  asio::error_code error;
  StreamSocket socket(loop);
  // The family tells nothing that is needed here.
  socket.assign({AF_INET, 0}, descriptor, error);
  if (error) {
    ::close(descriptor);
    return 0;
  }
  socket.non_blocking(true, error);
  auto connection = std::make_unique<AgentCheckConnection>(std::move(socket), desk);
  if (!desk.seats.admit(*connection)) return 0;
  asio::co_spawn(loop, serve(std::move(connection)),
                 [](const std::exception_ptr& failure) { log_bug("agent-check: a connection", failure); });
  return 0;
}

Awaitable<void> pause(LoopTimer& timer) {
  timer.expires_after(kPause);
  co_await timer.async_wait(kAwait);
}

Awaitable<void> accept_all(const ListenSocket& listening, Readable& readable, AgentCheckDesk& desk) {
  LoopTimer timer(readable.get_executor());
  for (;;) {
    co_await readable.async_wait(asio::posix::descriptor_base::wait_read, kAwait);
    int why = 0;
    while (why == 0 || why == EINTR || why == ECONNABORTED) {
      why = accept_one(listening, readable.get_executor(), desk);
    }
    if (why != EAGAIN) co_await pause(timer);  // no descriptor is left: the deadlines will free some
  }
}

Awaitable<void> sweep(LoopTimer& timer, AgentCheckDesk& desk) {
  for (;;) {
    co_await pause(timer);
    for (Guest* guest : desk.seats.guests()) static_cast<AgentCheckConnection*>(guest)->sweep(now().mono);
  }
}

class AsioAgentCheckFront final : public AgentCheckFront {
 public:
  AsioAgentCheckFront(std::vector<ListenSocket> sockets, SnapshotPtr first, const AgentCheckLimits& limits)
      : desk_(std::move(first), limits), sockets_(std::move(sockets)), sweep_timer_(loop_.get_executor()) {
    const auto on_end = [](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);  // a bug
    };
    for (const ListenSocket& socket : sockets_) {
      Readable& readable = readables_.emplace_back(loop_.get_executor(), socket.descriptor());
      asio::co_spawn(loop_.get_executor(), accept_all(socket, readable, desk_), on_end);
    }
    asio::co_spawn(loop_.get_executor(), sweep(sweep_timer_, desk_), on_end);
    thread_ = std::thread([this] {
      loop_.run();
      for (Guest* guest : desk_.seats.guests()) guest->evict();
    });
  }

  ~AsioAgentCheckFront() override {
    loop_.stop();
    thread_.join();
    for (Readable& readable : readables_) readable.release();  // the descriptor is the ListenSocket's
  }

  void publish(SnapshotPtr snapshot) override {
    asio::post(loop_, [this, snapshot = std::move(snapshot)]() mutable { desk_.publish(std::move(snapshot)); });
  }

  std::vector<std::string> bound() const override {
    std::vector<std::string> names;
    for (const ListenSocket& socket : sockets_) names.push_back(socket.name());
    return names;
  }

 private:
  // Destroyed from the last to the first: the loop, with its coroutines, before what they use.
  AgentCheckDesk desk_;
  std::vector<ListenSocket> sockets_;
  asio::io_context loop_{1};
  std::deque<Readable> readables_;
  LoopTimer sweep_timer_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<AgentCheckFront>> AgentCheckFront::start(const std::vector<std::string>& listen,
                                                                SnapshotPtr first, const AgentCheckLimits& limits) {
  std::vector<ListenSocket> sockets;
  for (const std::string& address : listen) {
    auto socket = ListenSocket::tcp(address);
    if (!socket) return socket.error();
    sockets.push_back(std::move(*socket));
  }
  return std::unique_ptr<AgentCheckFront>(
      std::make_unique<AsioAgentCheckFront>(std::move(sockets), std::move(first), limits));
}

}  // namespace signalbox
