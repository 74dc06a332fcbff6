#include "agent/poll/http_exchange.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "agent/gunzip.h"

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "Debian's libcpp-httplib.so has other class layouts without the macros of its pkg-config file"
#endif

namespace signalbox {
namespace {

/// Real status pages send about 2 KiB of headers; nobody's server sends more than this.
constexpr size_t kMaxHeaders = size_t{64} * 1024;
/// httplib's own limit, which it checks only after it has read the whole line; its regular expression for the
/// status line recurses over each byte, so that a long line would overflow the stack.
constexpr size_t kMaxLine = 8192;
constexpr size_t kReadSize = size_t{16} * 1024;

std::string too_large(size_t max_body, std::string_view when = "") {
  return fmt::format("the answer has more than {} bytes{}", max_body, when);
}

/// httplib's view of our connection: counts what arrives and remembers the first failure.
class CountedStream final : public httplib::Stream {
 public:
  CountedStream(Wire& wire, std::string peer, size_t max_body)
      : wire_(wire), peer_(std::move(peer)), max_body_(max_body) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  ssize_t read(char* to, size_t size) override {
    if (offset_ == filled_ && !fill()) return failure_ ? -1 : 0;
    const size_t count = std::min(size, filled_ - offset_);
    if (!in_body_ && !count_header(std::string_view(buffer_.data() + offset_, count))) return -1;
    std::memcpy(to, buffer_.data() + offset_, count);
    offset_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, size_t size) override {
    auto [bytes, failure] = wire_.write(from, size);
    if (!failure) return static_cast<ssize_t>(bytes);
    failure_ = std::move(failure);
    return -1;
  }

  void begin_body() {
    in_body_ = true;
    received_ = filled_ - offset_;
  }

  void fail(FetchErrorKind kind, std::string_view what) {
    if (!failure_) failure_ = FetchFailure{kind, fmt::format("{}: {}", peer_, what)};
  }

  /// Why it did not work: the first thing that went wrong below HTTP, else what this implies about the answer.
  FetchFailure failure() {
    if (!ended_) {
      fail(FetchErrorKind::protocol, "the answer is not the HTTP we understand");
    } else if (header_bytes_ == 0) {
      fail(FetchErrorKind::protocol, "closed the connection without an answer");
    } else {
      fail(FetchErrorKind::protocol, "closed the connection in the middle of the answer");
    }
    return *failure_;
  }

 private:
  /// Not again after the end: httplib asks twice, and Asio waits for an event that has already been.
  bool fill() {
    if (ended_ || failure_) return false;
    auto [bytes, failure] = wire_.read(buffer_.data(), buffer_.size());
    offset_ = 0;
    filled_ = bytes;
    received_ += bytes;
    ended_ = bytes == 0 && !failure;
    if (failure) failure_ = std::move(failure);
    if (in_body_ && received_ > max_body_) {
      fail(FetchErrorKind::too_large, too_large(max_body_));
    }
    return bytes > 0 && !failure_;
  }

  bool count_header(std::string_view bytes) {
    header_bytes_ += bytes.size();
    line_bytes_ = bytes.back() == '\n' ? 0 : line_bytes_ + bytes.size();
    if (header_bytes_ <= kMaxHeaders && line_bytes_ <= kMaxLine) return true;
    fail(FetchErrorKind::too_large, "the answer's headers are too long");
    return false;
  }

  Wire& wire_;
  std::string peer_;
  size_t max_body_;
  std::array<char, kReadSize> buffer_;
  size_t offset_ = 0;
  size_t filled_ = 0;
  size_t header_bytes_ = 0;
  size_t line_bytes_ = 0;
  size_t received_ = 0;  ///< bytes of the body as they came
  bool in_body_ = false;
  bool ended_ = false;
  std::optional<FetchFailure> failure_;
};

/// httplib's message code without its connections, which are never opened.
class Messages final : public httplib::ClientImpl {
 public:
  Messages() : ClientImpl("unused") {
    set_url_encode(false);
    set_decompress(false);  // it takes a cut gzip stream for a whole one
  }
  using ClientImpl::process_request;
};

/// A redirect's body is of no interest, and a 304 that stays open would hold us until the deadline.
bool has_body(int status) { return status != 204 && status / 100 != 3; }

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// Inflates the body; false: it cannot be read, and the stream has failed of it.
bool unpack(HttpAnswer& answer, CountedStream& stream, size_t max_body) {
  const std::string coding = lower(answer.header("content-encoding"));
  if (coding.empty() || coding == "identity" || answer.body.empty()) return true;
  if (coding != "gzip" && coding != "x-gzip") {
    stream.fail(FetchErrorKind::protocol, "the answer's Content-Encoding is another than gzip");
    return false;
  }
  auto raw = gunzip(answer.body, max_body);
  if (auto* text = std::get_if<std::string>(&raw)) {
    answer.body = std::move(*text);
    return true;
  }
  if (std::get<GunzipError>(raw) == GunzipError::too_large) {
    stream.fail(FetchErrorKind::too_large, too_large(max_body, " after inflating"));
  } else {
    stream.fail(FetchErrorKind::protocol, "the answer is not one whole gzip stream, as its Content-Encoding says");
  }
  return false;
}

httplib::Request as_request(const HttpQuestion& question) {
  httplib::Request request;
  request.method = question.method;
  request.path = question.target;
  request.body = question.body;
  for (const auto& [name, value] : question.headers) request.headers.emplace(name, value);
  return request;
}

}  // namespace

std::string HttpAnswer::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

std::variant<HttpAnswer, FetchFailure> exchange(Wire& wire, const std::string& peer, const HttpQuestion& question,
                                                size_t max_body) {
  CountedStream stream(wire, peer, max_body);
  HttpAnswer answer;
  bool enough = false;
  bool has_head = false;
  httplib::Request request = as_request(question);
  request.response_handler = [&](const httplib::Response& response) {
    stream.begin_body();
    has_head = true;
    enough = !has_body(response.status);
    return !enough;
  };
  request.content_receiver = [&](const char* bytes, size_t count, uint64_t, uint64_t) {
    if (count > max_body - answer.body.size()) {
      stream.fail(FetchErrorKind::too_large, too_large(max_body));
      return false;
    }
    answer.body.append(bytes, count);
    return true;
  };
  httplib::Response response;
  auto error = httplib::Error::Success;
  try {
    const bool whole = Messages().process_request(stream, request, response, true, error);
    if (!whole && !enough && (question.body_matters || !has_head)) return stream.failure();
  } catch (const std::exception&) {  // httplib's regular expressions and conversions
    return stream.failure();
  }
  answer.status = response.status;
  for (auto& [name, value] : response.headers) answer.headers.emplace(lower(name), value);
  if (!unpack(answer, stream, max_body)) {
    if (question.body_matters) return stream.failure();
    answer.body.clear();
  }
  return answer;
}

bool is_header_value(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace signalbox
