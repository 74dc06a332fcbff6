#include <fmt/format.h>
#include <zlib.h>

#include <atomic>
#include <memory>

#include <stdexcept>

#include "tests/support/fake_page.h"

namespace signalbox::testing {
namespace {

std::string head(int status, const FakeHeaders& headers) {
  std::string text = fmt::format("HTTP/1.1 {} Scripted\r\n", status);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  return text + "\r\n";
}

}  // namespace

FakeAnswer reply(int status, const std::string& body, const FakeHeaders& headers) {
  FakeHeaders all = headers;
  all.emplace_back("Content-Length", std::to_string(body.size()));
  return {.bytes = head(status, all) + body};
}

FakeAnswer chunked(const std::string& body) {
  constexpr size_t chunk = 1000;
  std::string bytes = head(200, {{"Transfer-Encoding", "chunked"}});
  for (size_t at = 0; at < body.size(); at += chunk) {
    const std::string part = body.substr(at, chunk);
    bytes += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
  }
  return {.bytes = bytes + "0\r\n\r\n"};
}

FakeAnswer silence() { return {.hangs = true}; }

FakeAnswer dribble_headers(FakeAnswer answer) {
  answer.dribble_from = 0;
  return answer;
}

FakeAnswer dribble_body(FakeAnswer answer) {
  answer.dribble_from = answer.bytes.find("\r\n\r\n") + 4;
  return answer;
}

FakeAnswer cut(FakeAnswer answer, size_t bytes) {
  answer.bytes.resize(bytes);
  return answer;
}

std::string gzip(const std::string& text) {
  constexpr int with_gzip_header = 15 + 16;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, with_gzip_header, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string input = text;
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

FakeResponder in_turn(std::vector<FakeAnswer> answers) {
  const auto next = std::make_shared<std::atomic<size_t>>(0);
  return [answers = std::move(answers), next](const FakeRequest&) {
    return answers[std::min(next->fetch_add(1), answers.size() - 1)];
  };
}

FakeResponder with_etag(const std::string& etag, const std::string& body) {
  return [etag, body](const FakeRequest& request) {
    const FakeHeaders headers = {{"ETag", etag}};
    if (request.header("if-none-match") == etag) return FakeAnswer{.bytes = head(304, headers)};
    return reply(200, body, headers);
  };
}

}  // namespace signalbox::testing
