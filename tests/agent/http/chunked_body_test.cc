/// A body in chunks, taken apart, and what is refused of it.
#include <doctest/doctest.h>

#include "agent/http/chunked_body.h"

using namespace signalbox;

namespace {

struct Read {
  std::string body;
  std::string rest;  ///< what follows it
  bool whole = false;
  int refused = 0;  ///< the status, or 0
};

/// `piece` bytes at a time.
Read read(const std::string& bytes, size_t piece) {
  Read read;
  ChunkedBody chunks;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view view = std::string_view(bytes).substr(at, piece);
    if (const auto refusal = chunks.take(view, read.body)) {
      read.refused = refusal->status;
      return read;
    }
    read.rest += view;
  }
  read.whole = chunks.is_whole();
  return read;
}

}  // namespace

TEST_CASE("chunks are put together, however they arrive, and what follows them is left") {
  const std::string bytes = "5\r\nhello\r\n00B\r\n, chunked w\r\n4\r\norld\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Read got = read(bytes, piece);
    CHECK(got.refused == 0);
    CHECK(got.whole);
    CHECK(got.body == "hello, chunked world");
    CHECK(got.rest == "GET / HTTP/1.1\r\n");
  }
}

TEST_CASE("a body is whole only with its end") {
  const std::string bytes = "1\r\na\r\n0\r\n\r\n";
  for (size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(read(bytes.substr(0, size), 3).whole);
  CHECK(read(bytes, 3).whole);
  CHECK(read("0\r\n\r\n", 3).whole);
}

TEST_CASE("what two servers could read in two ways is refused") {
  for (const std::string& bytes :
       std::vector<std::string>{"\r\n", "g\r\n", "-1\r\n", "0x5\r\n", " 5\r\n", "5 \r\n", "5\n", "5\r5",
                                "5;name=value\r\n", "000000005\r\n", "1\r\nab\r\n", "1\r\na\n0\r\n\r\n",
                                "1\r\na\r0", "0\r\nTrailer: x\r\n\r\n", "0\r\n\rX", std::string("\0\r\n", 3)}) {
    CAPTURE(bytes);
    for (const size_t piece : {size_t{1}, bytes.size()}) CHECK(read(bytes, piece).refused == 400);
  }
}

TEST_CASE("over 1 MiB is refused by its sizes, before it comes") {
  CHECK(read("100000\r\n", 8).refused == 0);
  CHECK(read("100001\r\n", 8).refused == 413);
  CHECK(read("ffffffff\r\n", 8).refused == 413);
  const std::string half = "80000\r\n" + std::string(0x80000, 'x') + "\r\n";
  CHECK(read(half + half + "0\r\n\r\n", 4096).whole);
  CHECK(read(half + half + "1\r\n", 4096).refused == 413);
}
