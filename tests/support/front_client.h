#pragma once
/// A blocking HTTP client of the tests: sends raw bytes, over TLS or not, reads replies. Everything has a deadline.
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace signalbox::testing {

struct ClientReply {
  int status = 0;
  std::string head;  ///< with the empty line
  std::string body;

  std::string header(std::string_view name) const;  ///< empty when it is not there
  std::string bytes() const { return head + body; }
};

/// Whether RunningFront and its clients speak TLS over TCP by themselves: $SIGNALBOX_FRONT_TLS, with which the
/// tests of the front run a second time.
bool fronts_speak_tls();

class FrontClient {
 public:
  /// `address` as HttpFront::bound() names it: "127.0.0.1:43211", "unix:/path". Throws std::runtime_error.
  explicit FrontClient(const std::string& address);
  /// With TLS, or without it, whatever the others do. TLS shakes hands with the first bytes. `context` null: as it
  /// comes, and trusts everybody.
  static FrontClient tls(const std::string& address, SSL_CTX* context = nullptr);
  static FrontClient plain(const std::string& address);
  /// A socket that is not connected yet.
  static FrontClient unconnected();
  FrontClient(FrontClient&& other) noexcept;
  FrontClient& operator=(FrontClient&&) = delete;
  ~FrontClient();

  void connect(const std::string& address);
  void send(std::string_view bytes);
  /// Whether the peer took them all: false when it closed.
  bool try_send(std::string_view bytes);
  /// Throws when the peer closes before a whole reply, or the deadline passes. `head_only`: to a HEAD.
  ClientReply read_reply(bool head_only = false);
  /// `GET path` with `Host: localhost` and `headers` ("A: b\r\n").
  ClientReply get(const std::string& path, const std::string& headers = "");
  /// `METHOD path` with `body` as JSON, its length, and `headers`.
  void send_body(const std::string& method, const std::string& path, const std::string& body,
                 const std::string& headers = "");
  ClientReply post(const std::string& path, const std::string& body, const std::string& headers = "");
  /// Everything until the peer closes; empty option when it does not within the deadline.
  std::optional<std::string> read_to_end();
  void shutdown_send();
  int descriptor() const { return descriptor_; }
  SSL* ssl() const { return ssl_.get(); }
  /// Done by the first bytes otherwise. False: refused.
  bool shake_hands();

 private:
  FrontClient() = default;
  size_t receive();
  void begin_tls(SSL_CTX* context);
  bool wait_for_tls(int result);

  int descriptor_ = -1;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};  ///< null: plain
  std::string received_;
};

}  // namespace signalbox::testing
