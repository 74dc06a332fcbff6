/// Gzip bodies, from reporters and from pages.
#include "agent/gunzip.h"

#include <doctest/doctest.h>

#include "tests/support/fake_page.h"

using namespace signalbox;
using namespace signalbox::testing;

TEST_CASE("a bomb is given up at the limit") {
  const std::string bomb = gzip(std::string(1'000'000, '0'));
  CHECK(std::get<GunzipError>(gunzip(bomb, 999'999)) == GunzipError::too_large);
  CHECK(std::get<std::string>(gunzip(bomb, 1'000'000)).size() == 1'000'000);
}

TEST_CASE("a stream that is cut anywhere is broken, also behind its last byte") {
  const std::string packed = gzip(std::string(20'000, '0'));
  for (size_t size = 0; size < packed.size(); ++size) {
    CAPTURE(size);
    CHECK(std::get<GunzipError>(gunzip(packed.substr(0, size), 20'000)) == GunzipError::broken);
  }
  CHECK(std::get<GunzipError>(gunzip(packed + "x", 20'000)) == GunzipError::broken);
}
