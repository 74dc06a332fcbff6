#include "lib/config/nearest.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("the nearest name is near, or none") {
  const std::vector<std::string> known = {"interval_s", "page_id", "hold_s", "hold_max_s"};
  CHECK(nearest("intervall_s", known) == "interval_s");
  CHECK(nearest("interval", known) == "interval_s");
  CHECK(nearest("pgae_id", known) == "page_id");
  CHECK(nearest("hold_ms", known) == "hold_s");
  CHECK(nearest("colour", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest(std::string(100'000, 'x'), known).empty());
}
