#pragma once
/// A blocking HTTP client of the tests: sends raw bytes, reads replies. Everything has a deadline.
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

class FrontClient {
 public:
  /// `address` as HttpFront::bound() names it: "127.0.0.1:43211", "unix:/path". Throws std::runtime_error.
  explicit FrontClient(const std::string& address);
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

 private:
  FrontClient() = default;
  size_t receive();

  int descriptor_ = -1;
  std::string received_;
};

}  // namespace signalbox::testing
