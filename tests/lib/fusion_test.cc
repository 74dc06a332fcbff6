#include "lib/fusion.h"

#include <doctest/doctest.h>

using namespace signalbox;

TEST_CASE("the fusion table is the one of the specification") {
  using O = OfficialLevel;
  using P = PassiveLevel;
  using S = State;
  struct Row {
    O official;
    P passive;
    Cell cell;
  };
  const Row rows[] = {
      {O::none, P::insufficient, {S::healthy, 100}},
      {O::none, P::normal, {S::healthy, 100}},
      {O::none, P::elevated, {S::degraded, 100}},
      {O::none, P::failing, {S::unhealthy, 5}},
      {O::minor, P::insufficient, {S::degraded, 100}},
      {O::minor, P::normal, {S::healthy, 100}},
      {O::minor, P::elevated, {S::degraded, 100}},
      {O::minor, P::failing, {S::unhealthy, 5}},
      {O::maintenance, P::insufficient, {S::degraded, 100}},
      {O::maintenance, P::normal, {S::healthy, 100}},
      {O::maintenance, P::elevated, {S::degraded, 100}},
      {O::maintenance, P::failing, {S::unhealthy, 5}},
      {O::major, P::insufficient, {S::unhealthy, 10}},
      {O::major, P::normal, {S::degraded, 75}},
      {O::major, P::elevated, {S::unhealthy, 25}},
      {O::major, P::failing, {S::unhealthy, 5}},
      {O::critical, P::insufficient, {S::unhealthy, 5}},
      {O::critical, P::normal, {S::degraded, 50}},
      {O::critical, P::elevated, {S::unhealthy, 5}},
      {O::critical, P::failing, {S::unhealthy, 1}},
      {O::unknown, P::insufficient, {S::unknown, 100}},
      {O::unknown, P::normal, {S::healthy, 100}},
      {O::unknown, P::elevated, {S::degraded, 100}},
      {O::unknown, P::failing, {S::unhealthy, 5}},
  };
  for (const Row& row : rows) {
    CAPTURE(to_string(row.official));
    CAPTURE(to_string(row.passive));
    CHECK(fuse(row.official, row.passive, Policy{}.weights) == row.cell);
  }
}

TEST_CASE("no policy makes a healthy or an unknown cell move traffic") {
  Policy policy;
  for (auto& row : policy.weights) row.fill(7);
  CHECK(fuse(OfficialLevel::unknown, PassiveLevel::insufficient, policy.weights) == Cell{State::unknown, 100});
  CHECK(fuse(OfficialLevel::none, PassiveLevel::normal, policy.weights) == Cell{State::healthy, 100});
  CHECK(fuse(OfficialLevel::major, PassiveLevel::normal, policy.weights) == Cell{State::degraded, 7});
}
