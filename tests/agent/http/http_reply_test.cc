#include "agent/http/http_reply.h"

#include <doctest/doctest.h>

using namespace signalbox;

namespace {
constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
const ApiReply kReply{200, "application/json", "{}", {{"ETag", "\"a\""}}};
}  // namespace

TEST_CASE("a reply as bytes") {
  CHECK(serialise(kReply, kDate, {}) ==
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\nETag: \"a\"\r\n\r\n{}");
}

TEST_CASE("HEAD has the headers of GET and no body") {
  const auto full = serialise(kReply, kDate, {});
  CHECK(serialise(kReply, kDate, {.head_only = true}) == full.substr(0, full.size() - 2));
}

TEST_CASE("a 304 has neither body nor length") {
  CHECK(serialise({304, "application/json", "never sent", {}}, kDate, {}) ==
        "HTTP/1.1 304 Not Modified\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST_CASE("the last reply says close, and HTTP/1.0 is told when it is not the last") {
  CHECK(serialise(kReply, kDate, {.close = true}).find("Connection: close\r\n") != std::string::npos);
  CHECK(serialise(kReply, kDate, {.says_keep_alive = true}).find("Connection: keep-alive\r\n") !=
        std::string::npos);
  CHECK(serialise(kReply, kDate, {.close = true, .says_keep_alive = true}).find("keep-alive") == std::string::npos);
}

TEST_CASE("a value cannot start a header of its own") {
  ApiReply reply = kReply;
  reply.headers = {{"X-Why", "a\r\nSet-Cookie: b\x7f"}};
  CHECK(serialise(reply, kDate, {}).find("X-Why: a  Set-Cookie: b \r\n") != std::string::npos);
}

TEST_CASE("dates as HTTP writes them") {
  CHECK(http_date(WallTime(Millis(784'111'777'999))) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(WallTime(Millis(0))) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a header of a reply is found by its name in any case") {
  CHECK(reply_header(kReply, "etag") == "\"a\"");
  CHECK(reply_header(kReply, "Age").empty());
}
