#include "lib/json.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("deep nesting is refused before anything is built") {
  CHECK(parse_json(std::string(200'000, '[')).error().message == "JSON nested deeper than 64 levels");
  CHECK(parse_json(std::string(64, '[') + std::string(64, ']')));
}

TEST_CASE("brackets inside strings are text") { CHECK(parse_json(R"(["[[[[\"[[[", "]"])")); }

TEST_CASE("a body of very many small values is refused") {
  std::string many = "[0";
  for (size_t i = 0; i < kMaxJsonValues; ++i) many += ",0";
  CHECK(parse_json(many + "]").error().message == "JSON of more than 250000 values");
}

TEST_CASE("truncated JSON names the byte") {
  CHECK(parse_json(R"({"page": {"id")").error().message == "not JSON: byte 15 of 14");
  CHECK(parse_json("").error().message == "not JSON: byte 1 of 0");
  CHECK(parse_json("<html>").error().message == "not JSON: byte 1 of 6");
  CHECK(parse_json("[1e999]").error().message == "not JSON: a number out of range");
}

TEST_CASE("invalid UTF-8 never throws: neither in nor out") {
  CHECK_FALSE(parse_json("[\"\xFF\"]"));
  CHECK(dump_json(Json("a\xFF")) == "\"a\uFFFD\"");
}

TEST_CASE("fields are read without exceptions") {
  const Json value = *parse_json(R"({"name": "x", "n": 1, "at": "2026-11-23T10:00:01.020Z"})");
  CHECK(string_field(value, "name") == "x");
  CHECK(string_field(value, "n").empty());
  CHECK(string_field(value, "missing").empty());
  CHECK(string_field(Json(3), "name").empty());
  CHECK(time_field(value, "at") == WallTime(Millis(1795428001020)));
  CHECK_FALSE(time_field(value, "name"));
}
