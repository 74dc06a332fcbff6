/// Loads an HTTP server over kept-alive connections, each sending its next request when the answer is there, and
/// prints what became of it as one line of JSON. One program for both sides of a comparison, cheap enough that the
/// server is what is measured.
///
///     load_generator KIND HOST:PORT CONNECTIONS SECONDS [PAUSE_MS]
///
/// KIND: `reports` posts a batch of 20 counts (5 models, 4 outcomes each); `pushes` puts the same 20 counts into
/// one of 500 groups of a pushgateway; `health` gets /v1/health/claude. A latency is from the first byte sent to
/// the last byte received. Whatever is not a 2xx is counted as failed, and its latency is not.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
constexpr int kGroups = 500;
constexpr int kModels = 5;
constexpr const char* kOutcomes[] = {"ok", "overloaded", "server_error", "timeout"};

struct Load {
  std::string kind;
  std::string host;
  std::string port;
  int connections = 0;
  Clock::duration length{};
  Clock::duration pause{};
};

struct Result {
  std::vector<double> latencies_ms;
  int64_t failed = 0;
};

std::string with_body(const std::string& line, const std::string& type, const std::string& body) {
  return fmt::format("{} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", line,
                     type, body.size(), body);
}

std::string report(int connection, int64_t number) {
  std::string reports;
  for (int model = 0; model < kModels; ++model) {
    reports +=
        fmt::format(R"({}{{"provider":"claude","model":"model-{}","outcomes":{{)", model == 0 ? "" : ",", model);
    for (const char* outcome : kOutcomes) {
      const bool ok = outcome == kOutcomes[0];
      reports += fmt::format(R"({}"{}":{})", ok ? "" : ",", outcome, ok ? 97 : 1);
    }
    reports += "}}";
  }
  return with_body("POST /v1/reports", "application/json",
                   fmt::format(R"({{"reporter":"router-{}","batch_id":"{}-{}","reports":[{}]}})", connection,
                               getpid(), number * 1000 + connection, reports));
}

std::string push(int connection, int64_t number) {
  std::string samples = "# TYPE requests counter\n";
  for (int model = 0; model < kModels; ++model) {
    for (const char* outcome : kOutcomes) {
      samples += fmt::format("requests{{provider=\"claude\",model=\"model-{}\",outcome=\"{}\"}} {}\n", model,
                             outcome, number + 1);
    }
  }
  const int64_t group = (number * 64 + connection) % kGroups;
  return with_body(fmt::format("PUT /metrics/job/router/instance/{}", group), "text/plain; version=0.0.4", samples);
}

std::string request(const Load& load, int connection, int64_t number) {
  if (load.kind == "reports") return report(connection, number);
  if (load.kind == "pushes") return push(connection, number);
  return "GET /v1/health/claude HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  return at == std::string_view::npos ? 0 : std::strtoul(head.data() + at + kName.size(), nullptr, 10);
}

/// Reads one answer; whether it is a 2xx.
asio::awaitable<bool> read_answer(tcp::socket& socket, std::string& input) {
  const size_t head =
      co_await asio::async_read_until(socket, asio::dynamic_buffer(input), "\r\n\r\n", asio::use_awaitable);
  const size_t whole = head + content_length(std::string_view(input).substr(0, head));
  if (input.size() < whole) {
    co_await asio::async_read(socket, asio::dynamic_buffer(input), asio::transfer_exactly(whole - input.size()),
                              asio::use_awaitable);
  }
  const bool good = input.substr(9, 1) == "2";
  input.erase(0, whole);
  co_return good;
}

asio::awaitable<void> run(const Load& load, int connection, Clock::time_point end, Result& result) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::socket socket(executor);
  co_await socket.async_connect(*tcp::resolver(executor).resolve(load.host, load.port).begin(),
                                asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  asio::steady_timer timer(executor);
  std::string input;
  for (int64_t number = 0; Clock::now() < end; ++number) {
    const std::string bytes = request(load, connection, number);
    const auto sent = Clock::now();
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
    const bool good = co_await read_answer(socket, input);
    const std::chrono::duration<double, std::milli> took = Clock::now() - sent;
    if (good) {
      result.latencies_ms.push_back(took.count());
    } else {
      ++result.failed;
    }
    if (load.pause == Clock::duration::zero()) continue;
    timer.expires_after(load.pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted.at(std::min(sorted.size() - 1, static_cast<size_t>(share * static_cast<double>(sorted.size()))));
}

void print(const Load& load, Result result) {
  std::sort(result.latencies_ms.begin(), result.latencies_ms.end());
  const std::chrono::duration<double> length = load.length;
  fmt::print(R"({{"kind": "{}", "answers": {}, "failed": {}, "per_s": {:.1f}, "p50_ms": {:.3f}, "p99_ms": {:.3f}, )"
             R"("max_ms": {:.3f}}})"
             "\n",
             load.kind, result.latencies_ms.size(), result.failed,
             static_cast<double>(result.latencies_ms.size()) / length.count(), percentile(result.latencies_ms, 0.5),
             percentile(result.latencies_ms, 0.99), percentile(result.latencies_ms, 1));
}

int fail(const std::string& why) {
  fmt::print(stderr, "load_generator: {}\n", why);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 4) return fail("KIND HOST:PORT CONNECTIONS SECONDS [PAUSE_MS]");
  const auto colon = words[1].rfind(':');
  if (colon == std::string::npos) return fail("no port in " + words[1]);
  Load load{.kind = words[0], .host = words[1].substr(0, colon), .port = words[1].substr(colon + 1)};
  load.connections = std::atoi(words[2].c_str());
  load.length = std::chrono::seconds(std::atoi(words[3].c_str()));
  if (words.size() > 4) load.pause = std::chrono::milliseconds(std::atoi(words[4].c_str()));
  asio::io_context loop(1);
  Result result;
  std::string trouble;
  const auto end = Clock::now() + load.length;
  for (int connection = 0; connection < load.connections; ++connection) {
    asio::co_spawn(loop, run(load, connection, end, result), [&](const std::exception_ptr& failure) {
      try {
        if (failure) std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        trouble = error.what();
      }
    });
  }
  loop.run();
  if (!trouble.empty()) return fail(trouble);
  print(load, std::move(result));
  return 0;
}
