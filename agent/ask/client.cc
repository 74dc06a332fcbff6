#include "agent/ask/client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "lib/text.h"

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "use the flags of cpp-httplib's pkg-config file: the classes' layout depends on them"
#endif

namespace signalbox {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxToken = 4096;
/// `stop` is lost when it comes before the socket is open, hence again and again (facts: cpp-httplib 0.11.4).
constexpr Millis kStopAgain = Millis(20);
constexpr Millis kDiagnose = seconds(1);
/// So that the watchdog, who knows the whole deadline, is first.
constexpr Millis kSpare = seconds(2);

/// Ends a client's call at the deadline or when asked to stop: httplib's own limits are per read.
class Watchdog {
 public:
  Watchdog(httplib::ClientImpl& client, Clock::time_point deadline, const std::stop_token& stop)
      : on_stop_(stop, [this] { end(asked_); }), thread_([this, &client, deadline] { run(client, deadline); }) {}
  ~Watchdog() { end(over_); }

  bool fired() {
    const std::lock_guard lock(mutex_);
    return fired_;
  }

 private:
  void end(bool& flag) {
    {
      const std::lock_guard lock(mutex_);
      flag = true;
    }
    changed_.notify_all();
  }

  void run(httplib::ClientImpl& client, Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return over_ || asked_; });
    while (!over_) {
      fired_ = true;
      lock.unlock();
      client.stop();
      lock.lock();
      changed_.wait_for(lock, kStopAgain, [this] { return over_; });
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  bool asked_ = false;
  bool fired_ = false;
  std::stop_callback<std::function<void()>> on_stop_;
  std::jthread thread_;
};

std::unique_ptr<httplib::ClientImpl> open(const AgentAddress& address) {
  const int port = address.url.port;
  if (!address.socket.empty()) {
    auto client = std::make_unique<httplib::ClientImpl>(address.socket, port);
    client->set_address_family(AF_UNIX);
    return client;
  }
  if (address.url.scheme == UrlScheme::http) return std::make_unique<httplib::ClientImpl>(address.url.host, port);
  auto client = std::make_unique<httplib::SSLClient>(address.url.host, port);
  client->enable_server_certificate_verification(true);
  return client;
}

httplib::Headers headers_for(const AgentAddress& address, const std::string& token) {
  httplib::Headers headers = {{"Host", address.socket.empty() ? host_header(address.url) : "localhost"},
                              {"User-Agent", "signalbox-cli/" SIGNALBOX_VERSION}};
  if (!token.empty()) headers.emplace("Authorization", "Bearer " + token);
  return headers;
}

std::string unreachable(const AgentAddress& address, const std::string& why) {
  return fmt::format("cannot reach the agent at {}: {}; is it running? try: signalbox serve", address.text, why);
}

Error explain(httplib::Error error, const AgentAddress& address) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout: {
      const std::string trouble = connection_trouble(address, kDiagnose);
      return Error{unreachable(address, trouble.empty() ? "no connection" : trouble)};
    }
    case httplib::Error::SSLServerVerification:
      return Error{
          fmt::format("the certificate of {} is not trusted, has expired or is for another name", address.text)};
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
      return Error{fmt::format("no TLS connection to {}: does it speak https?", address.text)};
    default:
      return Error{fmt::format("{} closed the connection before its answer was whole, or does not speak HTTP",
                               address.text)};
  }
}

bool is_token(const std::string& token) {
  return !token.empty() && token.size() <= kMaxToken &&
         std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7F; });
}

Result<std::string> read_token(const std::string& path) {
  std::ifstream file(path);
  std::string token(kMaxToken + 1, '\0');
  if (!file) return Error{fmt::format("SIGNALBOX_TOKEN_FILE: cannot read {}", clean_text(path))};
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<size_t>(file.gcount()));
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (!is_token(token))
    return Error{fmt::format("SIGNALBOX_TOKEN_FILE: {} does not hold one token", clean_text(path))};
  return token;
}

bool is_private_way(const AgentAddress& address) {
  return !address.socket.empty() || address.url.scheme == UrlScheme::https || is_loopback(address.url.host);
}

}  // namespace

Result<AgentClient> AgentClient::make(AgentAddress address, const std::string& token_file) {
  if (token_file.empty()) return AgentClient(std::move(address), {});
  if (!is_private_way(address)) {
    return Error{
        fmt::format("{}: not sending the token of SIGNALBOX_TOKEN_FILE over plain http to another host; "
                    "use https:// or unset the variable",
                    address.text)};
  }
  auto token = read_token(token_file);
  if (!token) return token.error();
  return AgentClient(std::move(address), std::move(*token));
}

Result<AgentReply> AgentClient::get(const std::string& path, Millis deadline, const std::stop_token& stop) const {
  return send({.path = path}, deadline, stop);
}

Result<AgentReply> AgentClient::send(const AgentRequest& asked, Millis deadline,
                                     const std::stop_token& stop) const {
  const auto client = open(address_);
  client->set_connection_timeout(deadline);
  client->set_read_timeout(deadline + kSpare);
  client->set_write_timeout(deadline + kSpare);
  AgentReply reply;
  bool too_large = false;
  httplib::Request request;
  request.method = asked.method;
  request.path = address_.url.target + asked.path;
  request.headers = headers_for(address_, token_);
  request.body = asked.body;
  if (!asked.body.empty()) request.set_header("Content-Type", "application/json");
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    too_large = reply.body.size() + size > kMaxAnswer;
    if (!too_large) reply.body.append(data, size);
    return !too_large;
  };
  Watchdog watchdog(*client, Clock::now() + deadline, stop);
  const auto result = client->send(request);
  if (too_large)
    return Error{fmt::format("the answer of {} is larger than {} MiB", address_.text, kMaxAnswer >> 20)};
  if (result) {
    reply.status = result->status;
    reply.retry_after = result->get_header_value("Retry-After");
    return reply;
  }
  if (stop.stop_requested()) return Error{"stopped"};
  if (watchdog.fired()) {
    const auto limit = std::chrono::duration_cast<seconds>(deadline).count();
    return Error{fmt::format("the agent at {} did not answer within {} s", address_.text, limit)};
  }
  return explain(result.error(), address_);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace signalbox
