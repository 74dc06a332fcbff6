#pragma once
/// A status page on loopback whose every word and pause a test decides.
///
/// One request a connection. A path that nobody scripted answers 404. The page can be a proxy, too: the "path" of a
/// CONNECT is "host:port", that of a proxied GET the whole URL; `kAnyPath` matches what no other path does.
/// Threads: everything from any thread.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/fake_identity.h"

namespace signalbox::testing {

struct FakeRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  std::string header(const std::string& lower_case_name) const;
};

struct FakeAnswer {
  static constexpr size_t kNowhere = std::string::npos;

  std::string bytes;               ///< as they go over the wire, status line and all
  size_t dribble_from = kNowhere;  ///< from this byte on a byte at a time, 5 ms apart
  uint64_t filler = 0;             ///< so many more bytes "x"
  bool hangs = false;              ///< then says nothing and does not close
  bool abrupt = false;             ///< ends TLS without its closing message
  uint16_t tunnel_to = 0;          ///< then passes bytes to and from this port of loopback
  std::shared_future<void> after;  ///< waits for this before the first byte
};

using FakeHeaders = std::vector<std::pair<std::string, std::string>>;
using FakeResponder = std::function<FakeAnswer(const FakeRequest&)>;

/// With a Content-Length.
FakeAnswer reply(int status, const std::string& body = "", const FakeHeaders& headers = {});
FakeAnswer chunked(const std::string& body);
/// Accepts the request and never says a word.
FakeAnswer silence();
FakeAnswer dribble_headers(FakeAnswer answer);
FakeAnswer dribble_body(FakeAnswer answer);
/// Only the first `bytes` bytes, then the end of the connection.
FakeAnswer cut(FakeAnswer answer, size_t bytes);
std::string gzip(const std::string& text);

/// One answer after the other; the last one stays.
FakeResponder in_turn(std::vector<FakeAnswer> answers);
/// 200 with the ETag, and 304 to who has it.
FakeResponder with_etag(const std::string& etag, const std::string& body);

class FakePage {
 public:
  static constexpr const char* kAnyPath = "*";

  /// With an identity: https. It must outlive the page.
  explicit FakePage(const FakeIdentity* identity = nullptr);
  ~FakePage();
  FakePage(const FakePage&) = delete;
  FakePage& operator=(const FakePage&) = delete;

  void on(const std::string& path, FakeResponder responder);
  void on(const std::string& path, FakeAnswer answer);

  std::string url(const std::string& path = "/") const;
  uint16_t port() const { return port_; }

  std::vector<FakeRequest> requests() const;
  /// Until so many requests have come; false after ten seconds.
  bool wait_for_requests(size_t count) const;

 private:
  class Wire;
  void accept_until_stopped();
  void serve(int socket);
  void answer(Wire& wire, const FakeAnswer& answer);
  bool read_request(Wire& wire, FakeRequest& request);
  FakeResponder responder_of(const std::string& target) const;
  /// False when the page is being taken down.
  bool pause(std::chrono::milliseconds duration);

  const FakeIdentity* identity_;
  int listener_ = -1;
  uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::map<std::string, FakeResponder> responders_;
  std::vector<FakeRequest> requests_;
  std::vector<int> open_;
  bool down_ = false;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

}  // namespace signalbox::testing
