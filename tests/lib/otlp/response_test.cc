/// What exporters are answered, byte by byte.
#include <doctest/doctest.h>

#include "lib/otlp/response.h"

using namespace signalbox::otlp;

TEST_CASE("a full success is an empty message") {
  CHECK(write_response(Encoding::json, 0, "") == "{}");
  CHECK(write_response(Encoding::protobuf, 0, "").empty());
}

TEST_CASE("a partial success says how much was rejected, and why") {
  CHECK(write_response(Encoding::json, 3, "3 of \"x\"") ==
        R"({"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"3 of \"x\""}})");
  CHECK(write_response(Encoding::protobuf, 3, "why") == std::string("\x0a\x07\x08\x03\x12\x03why"));
}

TEST_CASE("a failure is a google.rpc.Status") {
  CHECK(write_status(Encoding::json, 400, "no") == R"({"code":3,"message":"no"})");
  CHECK(write_status(Encoding::json, 429, "no") == R"({"code":8,"message":"no"})");
  CHECK(write_status(Encoding::protobuf, 503, "no") == std::string("\x08\x0e\x12\x02no"));
}
