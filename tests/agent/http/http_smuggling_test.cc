/// Whatever two servers could frame in two ways is answered once and closed: a request that hides behind it is
/// never served (RFC 9112, 11.2).
#include <doctest/doctest.h>

#include "tests/support/running_front.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const std::string kHidden = "GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n";

size_t count(std::string_view text, std::string_view what) {
  size_t found = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

std::string post(const std::string& headers, const std::string& body) {
  return "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers + "\r\n" +
         body;
}

}  // namespace

TEST_CASE("a request hidden behind an ambiguous one is never served") {
  struct Row {
    const char* what;
    std::string bytes;
    int status;
  };
  const std::string chunks = "1\r\nx\r\n0\r\n\r\n";
  const std::string nul("\0", 1);
  const Row rows[] = {
      {"two lengths, the first is short", post("Content-Length: 0\r\nContent-Length: 45\r\n", ""), 400},
      {"two lengths, the second is short", post("Content-Length: 45\r\nContent-Length: 0\r\n", ""), 400},
      {"two lengths that agree", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400},
      {"a list of lengths", post("Content-Length: 1, 1\r\n", "x"), 400},
      {"a length in hex", post("Content-Length: 0x1\r\n", "x"), 400},
      {"a length with a sign", post("Content-Length: +1\r\n", "x"), 400},
      {"a length with a space inside", post("Content-Length: 1 0\r\n", "x"), 400},
      {"a length that wraps around 64 bits", post("Content-Length: 18446744073709551617\r\n", "x"), 413},
      {"CL.TE", post("Content-Length: 11\r\nTransfer-Encoding: chunked\r\n", chunks), 411},
      {"TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", chunks), 411},
      {"TE.TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunks), 411},
      {"TE in HTTP/1.0", "POST /v1/echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, 411},
      {"TE of another kind", post("Transfer-Encoding: xchunked\r\nContent-Length: 1\r\n", "x"), 411},
      {"TE twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunks), 411},
      {"TE as a list", post("Transfer-Encoding: chunked, chunked\r\n", chunks), 411},
      {"a chunk with an extension", post("Transfer-Encoding: chunked\r\n", "1;a=b\r\nx\r\n0\r\n\r\n"), 400},
      {"a chunk's size that ends in a bare LF", post("Transfer-Encoding: chunked\r\n", "1\nx\r\n0\r\n\r\n"), 400},
      {"a trailer", post("Transfer-Encoding: chunked\r\n", "0\r\nHost: evil.example\r\n\r\n"), 400},
      {"TE with a tab", post("Transfer-Encoding:\tchunked\r\nContent-Length: 1\r\n", "x"), 411},
      {"TE before a space", post("Transfer-Encoding : chunked\r\nContent-Length: 1\r\n", "x"), 400},
      {"TE after a space", post(" Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", "x"), 400},
      {"TE after a vertical tab", post("\vTransfer-Encoding: chunked\r\nContent-Length: 1\r\n", "x"), 400},
      {"TE after a bare CR", post("X: y\rTransfer-Encoding: chunked\r\nContent-Length: 1\r\n", "x"), 400},
      {"TE after a bare LF", post("X: y\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n", "x"), 400},
      {"TE behind a NUL", post("X: y" + nul + "\r\nContent-Length: 1\r\n", "x"), 400},
      {"a NUL in a name", post("Content-Length" + nul + ": 1\r\n", "x"), 400},
      {"TE folded", post("Transfer-Encoding:\r\n chunked\r\nContent-Length: 1\r\n", "x"), 411},
      {"a length folded", post("Content-Length:\r\n 1\r\n", "x"), 400},
      {"a line folded", post("X: y\r\n\tz\r\nContent-Length: 1\r\n", "x"), 400},
      {"a bare LF ends the head", "GET /livez HTTP/1.1\r\nHost: localhost\r\n\n", 400},
      {"bare LFs", "GET /livez HTTP/1.1\nHost: localhost\n\n", 400},
      {"an absolute target of another host", "GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
       400},
      {"an absolute target of our own", "GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"CONNECT", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 501},
      {"CONNECT to a path", "CONNECT /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n", 501},
      {"a second Host", "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400},
      {"no Host", "GET /livez HTTP/1.1\r\n\r\n", 400},
      {"a space before the method", " GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"HTTP/0.9", "GET /livez\r\n", 400},
      {"HTTP/2 without a word", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
  };
  RunningFront front;
  for (const auto& row : rows) {
    CAPTURE(row.what);
    auto client = front.client();
    client.try_send(row.bytes + kHidden);
    const auto all = client.read_to_end();
    REQUIRE(all);
    CHECK(all->starts_with("HTTP/1.1 " + std::to_string(row.status)));
    CHECK(count(*all, "\r\nDate: ") == 1);
    CHECK(count(*all, "Connection: close\r\n") == 1);
  }
}

TEST_CASE("chunks without an announcement are no request, and what follows is not served") {
  RunningFront front;
  auto client = front.client();
  // An underscore is another name, for us; a gateway may think otherwise.
  client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nTransfer_Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n" +
              kHidden);
  CHECK(client.read_reply().status == 200);
  CHECK(client.read_reply().status == 400);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("what comes after a body that was given up is not served") {
  RunningFront front([](FrontConfig& config) { config.limits.body = Millis(50); });
  auto client = front.client();
  client.send(post("Content-Length: 100000\r\n", "{"));
  CHECK(client.read_reply().status == 408);
  client.try_send(kHidden);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("a body that was refused before it came leaves no way to the next request") {
  RunningFront front;
  auto client = front.client();
  client.send(
      "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\n"
      "Content-Length: " +
      std::to_string(kHidden.size()) + "\r\n\r\n");
  CHECK(client.read_reply().status == 415);
  client.try_send(kHidden);
  CHECK(client.read_to_end() == "");
}
