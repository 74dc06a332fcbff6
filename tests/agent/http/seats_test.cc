#include "agent/http/seats.h"

#include <doctest/doctest.h>

#include <memory>

using namespace signalbox;

namespace {

struct TestGuest final : Guest {
  explicit TestGuest(const char* from = "127.0.0.1") : Guest(asio::ip::make_address(from)) {}
  void evict() override { evicted = true; }
  bool evicted = false;
};

}  // namespace

TEST_CASE("the idlest leaves for a new guest") {
  Seats seats(2, 2);
  TestGuest a, b, c, d;
  CHECK(seats.admit(a));
  CHECK(seats.admit(b));
  seats.make_idle(a);
  CHECK(seats.admit(c));
  CHECK(b.evicted);
  CHECK(seats.admit(d));
  CHECK(a.evicted);
  CHECK_FALSE(c.evicted);
  CHECK(seats.size() == 2);
  CHECK(seats.counts() == ConnectionCounts{.open = 2, .accepted = 4, .refused = 0, .evicted = 2});
}

TEST_CASE("a busy guest stays, and when all are busy nobody new comes in") {
  Seats seats(1, 1);
  TestGuest busy, late;
  CHECK(seats.admit(busy));
  seats.make_busy(busy);
  CHECK_FALSE(seats.admit(late));
  CHECK_FALSE(busy.evicted);
  CHECK_FALSE(seats.evict_idlest());
  CHECK(seats.counts() == ConnectionCounts{.open = 1, .accepted = 1, .refused = 1, .evicted = 0});
  seats.make_idle(busy);
  CHECK(seats.admit(late));
  CHECK(busy.evicted);
}

TEST_CASE("one address gets so many seats, loopback and unix sockets do not count") {
  Seats seats(10, 2);
  auto first = std::make_unique<TestGuest>("192.0.2.1");
  TestGuest second("192.0.2.1"), third("192.0.2.1"), other("192.0.2.2");
  CHECK(seats.admit(*first));
  CHECK(seats.admit(second));
  CHECK_FALSE(seats.admit(third));
  CHECK(seats.admit(other));
  first.reset();
  CHECK(seats.admit(third));
  TestGuest local[4] = {TestGuest("127.0.0.1"), TestGuest("::1"), TestGuest("127.0.0.1"), TestGuest("0.0.0.0")};
  for (auto& guest : local) CHECK(seats.admit(guest));
}

TEST_CASE("an evicted guest is not asked twice and may still say that it is busy") {
  Seats seats(1, 1);
  TestGuest a, b;
  CHECK(seats.admit(a));
  CHECK(seats.admit(b));
  seats.make_busy(a);
  seats.make_idle(a);
  CHECK(seats.size() == 1);
  CHECK(seats.guests() == std::vector<Guest*>{&b});
}
