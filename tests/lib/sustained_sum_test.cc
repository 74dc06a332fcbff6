#include "lib/passive/sustained_sum.h"

#include <doctest/doctest.h>

using signalbox::SustainedSum;

TEST_CASE("a sum without a spike is what any five slots in a row leave of it") {
  SustainedSum sum(20);
  for (int slot = 1; slot <= 5; ++slot) {
    sum.pass(1);
    sum.add(2);
    CHECK(sum.sum() == 2 * slot);
    CHECK(sum.without_spike() == 0);
  }
  sum.pass(1);
  sum.add(2);
  sum.pass(1);
  sum.add(2);
  CHECK(sum.sum() == 14);
  CHECK(sum.without_spike() == 4);
}

TEST_CASE("two bursts far apart are no spike, and silence between them takes nothing") {
  SustainedSum sum(20);
  sum.pass(1);
  sum.add(3);
  sum.pass(1000);
  sum.add(4);
  CHECK(sum.sum() == 7);
  CHECK(sum.without_spike() == 3);
}

TEST_CASE("successes take from both, and neither falls below zero or rises over the most") {
  SustainedSum sum(5);
  for (int slot = 0; slot < 10; ++slot) {
    sum.pass(1);
    sum.add(2);
  }
  CHECK(sum.sum() == 5);
  CHECK(sum.without_spike() == 5);
  sum.pass(1);
  sum.add(-9);
  CHECK(sum.sum() == 0);
  CHECK(sum.without_spike() == 0);
  sum.add(1);
  sum.clear();
  CHECK(sum.sum() == 0);
}
