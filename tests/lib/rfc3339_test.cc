#include "lib/rfc3339.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("times are written in UTC with milliseconds") {
  CHECK(format_rfc3339(WallTime(Millis(0))) == "1970-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(WallTime(Millis(1795428001020))) == "2026-11-23T10:00:01.020Z");
  CHECK(format_rfc3339(WallTime(Millis(-1))) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("times outside four-digit years are clamped, not misread") {
  CHECK(format_rfc3339(WallTime::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(format_rfc3339(WallTime::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("every form of RFC 3339 is read") {
  const WallTime expected{Millis(1795428001020)};
  for (const char* text : {"2026-11-23T10:00:01.020Z", "2026-11-23t10:00:01.02z", "2026-11-23 10:00:01.0209999Z",
                           "2026-11-23T11:30:01.020+01:30", "2026-11-23T02:00:01.020-08:00"}) {
    CAPTURE(text);
    CHECK(parse_rfc3339(text) == expected);
  }
  CHECK(parse_rfc3339("2025-01-09 22:47:00+00:00") == parse_rfc3339("2025-01-09T22:47:00Z"));
  CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == parse_rfc3339("2017-01-01T00:00:00Z"));
}

TEST_CASE("what is not a time is not read as one") {
  for (const char* text :
       {"", "2026-11-23", "2026-11-23T10:00:01", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z", "2026-11-23T10:00:61Z", "2026-11-23T10:00:01.Z",
        "2026-11-23T10:00:01Zx", "2026-11-23T10:00:01+24:00", "+026-11-23T10:00:01Z", "yesterday"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}
