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

#include "agent/access/server_name.h"
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

/// Refuses whoever is not the one it was sent to, before it has said anything. Null: no certificate can name it.
std::unique_ptr<httplib::SSLClient> open_tls(const Url& url, const std::string& ca_file) {
  auto client = std::make_unique<httplib::SSLClient>(url.host, url.port);
  SSL_CTX* context = client->ssl_context();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
      !expect_host(SSL_CTX_get0_param(context), url.host)) {
    return nullptr;
  }
  client->enable_server_certificate_verification(true);
  if (!ca_file.empty()) client->set_ca_cert_path(ca_file.c_str());
  return client;
}

std::unique_ptr<httplib::ClientImpl> open(const AgentAddress& address, const std::string& ca_file) {
  const int port = address.url.port;
  if (!address.socket.empty()) {
    auto client = std::make_unique<httplib::ClientImpl>(address.socket, port);
    client->set_address_family(AF_UNIX);
    return client;
  }
  if (address.url.scheme == UrlScheme::http) return std::make_unique<httplib::ClientImpl>(address.url.host, port);
  return open_tls(address.url, ca_file);
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

/// Of a certificate that was shown, and refused.
Error distrust(const AgentAddress& address, const NamedFile& ca, long verdict) {
  const auto say = [&](const std::string& what) {
    return Error{fmt::format("the certificate of {} {}", address.text, what)};
  };
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return say("has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID: return say("is not valid yet; is this host's clock right?");
    case X509_V_OK:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return say("is not for " + address.url.host + " but for another name");
    default: break;
  }
  const std::string judge = ca.path.empty() ? "this system trusts" : "is in " + clean_text(ca.path);
  return say(fmt::format("is of nobody who {}: {}{}", judge, X509_verify_cert_error_string(verdict),
                         ca.path.empty() ? "; --ca-file names who vouches for it" : ""));
}

Error explain(httplib::Error error, const AgentAddress& address) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout: {
      const std::string trouble = connection_trouble(address, kDiagnose);
      return Error{unreachable(address, trouble.empty() ? "no connection" : trouble)};
    }
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

Error unfit(const NamedFile& file, std::string_view what) {
  return {fmt::format("{}: {} {}", file.named_by, clean_text(file.path), what)};
}

Result<std::string> read_token(const NamedFile& named) {
  std::ifstream file(named.path);
  std::string token(kMaxToken + 1, '\0');
  if (!file) return unfit(named, "cannot be read");
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<size_t>(file.gcount()));
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (!is_token(token)) return unfit(named, "does not hold one token");
  return token;
}

bool holds_certificates(const std::string& path) {
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), X509_STORE_free);
  return store && X509_STORE_load_file(store.get(), path.c_str()) == 1;
}

bool is_private_way(const AgentAddress& address) {
  return !address.socket.empty() || address.url.scheme == UrlScheme::https || is_loopback(address.url.host);
}

}  // namespace

Result<AgentClient> AgentClient::make(AgentAddress address, const ClientFiles& files) {
  const bool secure = address.socket.empty() && address.url.scheme == UrlScheme::https;
  if (secure && !files.ca.path.empty() && !holds_certificates(files.ca.path)) {
    return unfit(files.ca, "cannot be read, or holds no certificate in PEM");
  }
  AgentClient client(std::move(address), files.ca);
  if (files.token.path.empty()) return client;
  if (!is_private_way(client.address_)) {
    return Error{fmt::format("{}: the token of {} is not sent over plain http to another host; use https://",
                             client.address_.text, files.token.named_by)};
  }
  auto token = read_token(files.token);
  if (!token) return token.error();
  client.token_ = std::move(*token);
  return client;
}

Result<AgentReply> AgentClient::get(const std::string& path, Millis deadline, const std::stop_token& stop) const {
  return send({.path = path}, deadline, stop);
}

Result<AgentReply> AgentClient::send(const AgentRequest& asked, Millis deadline,
                                     const std::stop_token& stop) const {
  const auto client = open(address_, ca_.path);
  if (!client) return Error{address_.text + ": no certificate can name this host"};
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
  if (result.error() == httplib::Error::SSLServerVerification) {
    return distrust(address_, ca_, dynamic_cast<httplib::SSLClient&>(*client).get_openssl_verify_result());
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
