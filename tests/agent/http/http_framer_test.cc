#include "agent/http/http_framer.h"

#include <doctest/doctest.h>

#include <string>

using namespace signalbox;

namespace {

const std::string kHost = "Host: localhost\r\n";

std::string get(const std::string& headers) { return "GET /v1/health HTTP/1.1\r\n" + kHost + headers + "\r\n"; }

/// 0: complete, 1: need more, else the refusal's status.
int verdict(std::string_view bytes) {
  RequestHead head;
  const auto framed = frame_request(bytes, head);
  if (const auto* refusal = std::get_if<HttpRefusal>(&framed)) return refusal->status;
  return std::holds_alternative<NeedMore>(framed) ? 1 : 0;
}

}  // namespace

TEST_CASE("a request's head is taken apart") {
  const std::string bytes =
      "GET /v1/health/claude?x=1 HTTP/1.1\r\nHost: a:1\r\nif-none-match:  W/\"i-42\" \r\nAccept: */*\r\n\r\nGET /";
  RequestHead head;
  REQUIRE(std::holds_alternative<Complete>(frame_request(bytes, head)));
  CHECK(head.method == "GET");
  CHECK(head.target == "/v1/health/claude?x=1");
  CHECK(head.host == "a:1");
  CHECK(head.if_none_match == "W/\"i-42\"");
  CHECK(head.fields ==
        std::vector<HeaderField>{{"Host", "a:1"}, {"if-none-match", "W/\"i-42\""}, {"Accept", "*/*"}});
  CHECK(head.size == bytes.size() - 5);
  CHECK(head.keep_alive);
  CHECK(head.plain);
}

TEST_CASE("a head may arrive byte by byte, and every part of a good one asks for more") {
  const auto bytes = get("Content-Length: 3\r\nX: y\r\n");
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(verdict(std::string_view(bytes).substr(0, size)) == 1);
  }
  CHECK(verdict(bytes) == 0);
}

TEST_CASE("a head that comes byte by byte is taken apart once a line, not once a byte, and means the same") {
  const std::string field = "X: " + std::string(200, 'y') + "\r\n";
  struct Row {
    std::string bytes;
    int looks;
    int status;
  };
  const Row rows[] = {
      {get(field + field), 6, 0},  // the first byte, and the ends of five lines, the empty one with them
      {"\r\n" + get(""), 5, 0},
      {get("\x01\r\n"), 4, 400},
      // The CR may belong to the line's end: only the byte after it is one too many.
      {"GET /" + std::string(kMaxLineBytes, 'a'), 2, 414},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes);
    int looks = 0;
    Framed last = NeedMore{};
    RequestHead head;
    for (size_t size = 1, seen = 0; size <= row.bytes.size() && std::holds_alternative<NeedMore>(last); ++size) {
      const auto bytes = std::string_view(row.bytes).substr(0, size);
      if (seen > 0 && !may_say_more(bytes, seen, std::get<NeedMore>(last))) continue;
      last = frame_request(bytes, head);
      seen = size;
      ++looks;
    }
    CHECK(looks == row.looks);
    const auto* refusal = std::get_if<HttpRefusal>(&last);
    CHECK((refusal ? refusal->status : 0) == row.status);
  }
}

TEST_CASE("what two servers could read in two ways is refused") {
  struct Row {
    const char* what;
    std::string bytes;
    int status;
  };
  const std::string nul("a\0b", 3);
  const Row rows[] = {
      {"two lengths that differ", get("Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
      {"two lengths that agree", get("Content-Length: 1\r\nContent-Length: 1\r\n"), 400},
      {"a list of lengths", get("Content-Length: 1, 1\r\n"), 400},
      {"a negative length", get("Content-Length: -1\r\n"), 400},
      {"a length with a plus", get("Content-Length: +1\r\n"), 400},
      {"a hexadecimal length", get("Content-Length: 0x10\r\n"), 400},
      {"an empty length", get("Content-Length:\r\n"), 400},
      {"a length that overflows", get("Content-Length: 99999999999999999999999\r\n"), 413},
      {"a body over 1 MiB", get("Content-Length: 1048577\r\n"), 413},
      {"a percent sign alone", "GET /v1/health/100% HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a percent sign and one digit", "GET /v1/health?x=%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"an encoding of no standard", "GET /v1/%u006fverrides HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a chunked body", get("Transfer-Encoding: chunked\r\n"), 411},
      {"a length and an encoding", get("Content-Length: 3\r\nTransfer-Encoding: identity\r\n"), 411},
      {"an encoding with a tab", get("Transfer-Encoding:\tchunked\r\n"), 411},
      {"a space before the colon", get("Content-Length : 3\r\n"), 400},
      {"a folded line", get("X: a\r\n b\r\n"), 400},
      {"a folded line with a tab", get("X: a\r\n\tb\r\n"), 400},
      {"a first line that is folded", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
      {"a bare LF", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400},
      {"a bare LF after a header", "GET / HTTP/1.1\r\nHost: x\n\r\n", 400},
      {"a bare LF at the end", "GET / HTTP/1.1\r\nHost: x\r\n\n", 400},
      {"a bare CR in a value", get("X: a\rb\r\n"), 400},
      {"a NUL in a value", get("X: " + nul + "\r\n"), 400},
      {"a NUL in the target", "GET /" + nul + " HTTP/1.1\r\n\r\n", 400},
      {"an escape in a value", get("X: \x1b[2J\r\n"), 400},
      {"a header without a name", get(": x\r\n"), 400},
      {"a header without a colon", get("Xyz\r\n"), 400},
      {"a name with a slash", get("a/b: x\r\n"), 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", get("Host: other\r\n"), 400},
      {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n", 400},
      {"an asterisk", "OPTIONS * HTTP/1.1\r\n\r\n", 400},
      {"CONNECT", "CONNECT a:443 HTTP/1.1\r\n\r\n", 501},
      {"TRACE", "TRACE / HTTP/1.1\r\n\r\n", 501},
      {"a method nobody knows", "BREW /pot HTTP/1.1\r\n\r\n", 501},
      {"a method in small letters", "get / HTTP/1.1\r\n\r\n", 501},
      {"a method with a colon", "GE:T / HTTP/1.1\r\n\r\n", 400},
      {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/0.9", "GET /\r\n", 400},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", 505},
      {"another protocol", "GET / FTP/1.1\r\n\r\n", 400},
      {"a TLS hello", std::string("\x16\x03\x01\x02\x00\x01\n", 7), 400},
      {"two spaces", "GET  / HTTP/1.1\r\n\r\n", 400},
      {"a space in the target", "GET /a b HTTP/1.1\r\n\r\n", 400},
      {"a tab for a space", "GET\t/ HTTP/1.1\r\n\r\n", 400},
      {"a fragment", "GET /v1/health#x HTTP/1.1\r\n\r\n", 400},
      {"raw UTF-8 in the target", "GET /\xC3\xA9 HTTP/1.1\r\n\r\n", 400},
      {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400},
      {"an expectation nobody knows", get("Expect: a-cake\r\n"), 417},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(verdict(row.bytes) == row.status);
  }
}

TEST_CASE("sizes are refused as soon as they are seen, not when the head is complete") {
  CHECK(verdict("GET /" + std::string(kMaxLineBytes, 'a')) == 414);
  CHECK(verdict("GET /" + std::string(kMaxLineBytes, 'a') + " HTTP/1.1\r\n") == 414);
  CHECK(verdict("GET / HTTP/1.1\r\nX: " + std::string(kMaxLineBytes, 'a')) == 431);
  std::string many = "GET / HTTP/1.1\r\n" + kHost;
  for (size_t i = 1; i < kMaxHeaders; ++i) many += "X: y\r\n";
  CHECK(verdict(many + "\r\n") == 0);
  CHECK(verdict(many + "X: y\r\n") == 431);
  std::string large = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 17; ++i) large += "X: " + std::string(1000, 'y') + "\r\n";
  CHECK(verdict(large) == 431);
}

TEST_CASE("a limit does not depend on how a head was cut into pieces") {
  const std::string request_line = "GET / HTTP/1.1\r\n";
  const std::string longest = "X: " + std::string(kMaxLineBytes - 3, 'y');
  struct Row {
    const char* what;
    std::string bytes;
    int status;
  };
  const Row rows[] = {
      {"the longest line", request_line + kHost + longest + "\r\n\r\n", 0},
      {"a byte more", request_line + kHost + longest + "y\r\n\r\n", 431},
      {"a bare LF after a line that is too long", request_line + longest + "y\n", 431},
      {"a long line beyond 16 KiB", request_line + longest + "\r\n" + longest + "\r\n" + longest + "y\r\n", 431},
      {"a first line beyond 16 KiB", "GET /" + std::string(2 * kMaxHeadBytes, 'a') + "\r\n", 414},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(verdict(row.bytes) == row.status);
    int first = 1;
    for (size_t size = 0; first == 1 && size < row.bytes.size(); ++size) {
      first = verdict(std::string_view(row.bytes).substr(0, size + 1));
    }
    CHECK(first == row.status);
  }
}

TEST_CASE("one empty line before a request is ignored") { CHECK(verdict("\r\n" + get("")) == 0); }

TEST_CASE("who keeps the connection") {
  struct Row {
    std::string bytes;
    bool keep_alive;
    bool plain;
  };
  const Row rows[] = {
      {get(""), true, true},
      {get("Connection: keep-alive\r\n"), true, true},
      {get("Connection: Keep-Alive\r\n"), true, true},
      {get("Connection: close\r\n"), false, false},
      {get("Connection: TE, Close\r\n"), false, false},
      {get("Connection: upgrade\r\n"), true, false},
      {"GET / HTTP/1.0\r\n\r\n", false, false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes);
    RequestHead head;
    REQUIRE(std::holds_alternative<Complete>(frame_request(row.bytes, head)));
    CHECK(head.keep_alive == row.keep_alive);
    CHECK(head.plain == row.plain);
  }
}

TEST_CASE("what may change the answer keeps a request off the hot table") {
  for (const char* header : {"Range: bytes=0-1", "Upgrade: h2c", "Expect: 100-continue", "Content-Length: 0",
                             "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "X-Real-IP: 1.2.3.4",
                             "Via: 1.1 x", "If-None-Match: \"a\"\r\nIf-None-Match: \"b\""}) {
    CAPTURE(header);
    RequestHead head;
    const auto bytes = get(std::string(header) + "\r\n");
    REQUIRE(std::holds_alternative<Complete>(frame_request(bytes, head)));
    CHECK_FALSE(head.plain);
  }
}
