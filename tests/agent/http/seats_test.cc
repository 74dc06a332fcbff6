#include "agent/http/seats.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <list>
#include <memory>

using namespace signalbox;

namespace {

constexpr size_t kUnsent = 100;

struct TestGuest final : Guest {
  explicit TestGuest(const char* from = "127.0.0.1") : Guest(asio::ip::make_address(from)) {}
  void evict() override { evicted = true; }
  bool evicted = false;
};

}  // namespace

TEST_CASE("who has asked nothing leaves first, then who does not take its answer, then the idlest") {
  Seats seats(4, 4, kUnsent);
  TestGuest router, other, silent, deaf;
  for (TestGuest* guest : {&router, &other, &silent, &deaf}) CHECK(seats.admit(*guest));
  seats.make_idle(router);
  seats.make_idle(other);
  seats.make_stuck(deaf, 0);
  TestGuest next[3];
  for (size_t i = 0; TestGuest * leaves : {&silent, &deaf, &router}) {
    CHECK_FALSE(leaves->evicted);
    CHECK(seats.admit(next[i]));
    CHECK(leaves->evicted);
    seats.make_busy(next[i++]);
  }
  CHECK_FALSE(other.evicted);
}

TEST_CASE("a flood of guests that ask nothing costs none that has asked its seat") {
  Seats seats(3, 3, kUnsent);
  TestGuest router;
  CHECK(seats.admit(router));
  seats.make_idle(router);
  std::list<TestGuest> flood;
  for (int i = 0; i < 10; ++i) CHECK(seats.admit(flood.emplace_back()));
  CHECK_FALSE(router.evicted);
  CHECK(seats.size() == 3);
}

TEST_CASE("who has just come keeps its seat for a moment, and costs one that asked once") {
  Seats seats(64, 64, kUnsent);
  std::list<TestGuest> idle;
  for (int i = 0; i < 64; ++i) {
    CHECK(seats.admit(idle.emplace_back()));
    seats.make_idle(idle.back());
  }
  std::list<TestGuest> newcomers;
  for (int i = 0; i < 9; ++i) CHECK(seats.admit(newcomers.emplace_back()));
  CHECK(std::ranges::count(newcomers, true, &TestGuest::evicted) == 0);
  CHECK(seats.admit(newcomers.emplace_back()));
  CHECK(newcomers.front().evicted);
  CHECK(std::ranges::count(newcomers, true, &TestGuest::evicted) == 1);
  CHECK(std::ranges::count(idle, true, &TestGuest::evicted) == 9);
}

TEST_CASE("a flood of guests that ask once costs no regular its seat") {
  Seats seats(3, 3, kUnsent);
  TestGuest router;
  CHECK(seats.admit(router));
  seats.make_regular(router);
  std::list<TestGuest> flood;
  for (int i = 0; i < 10; ++i) {
    CHECK(seats.admit(flood.emplace_back()));
    seats.make_idle(flood.back());
  }
  CHECK_FALSE(router.evicted);
  for (auto& guest : flood) seats.make_busy(guest);
  TestGuest late;
  CHECK(seats.admit(late));
  CHECK(router.evicted);
}

TEST_CASE("answers that nobody takes are bounded together: who has been stuck the longest leaves") {
  Seats seats(10, 10, kUnsent);
  TestGuest a, b, c, greedy;
  for (TestGuest* guest : {&a, &b, &c, &greedy}) CHECK(seats.admit(*guest));
  seats.make_stuck(a, 60);
  seats.make_stuck(b, 40);
  seats.make_idle(b);  // it took them
  seats.make_stuck(b, 40);
  CHECK_FALSE(a.evicted);
  seats.make_stuck(c, 1);
  CHECK(a.evicted);
  CHECK_FALSE(b.evicted);
  seats.make_stuck(greedy, kUnsent + 1);
  CHECK(b.evicted);
  CHECK(c.evicted);
  CHECK(greedy.evicted);
  CHECK(seats.size() == 0);
}

TEST_CASE("the idlest leaves for a new guest") {
  Seats seats(2, 2, kUnsent);
  TestGuest a, b, c, d;
  CHECK(seats.admit(a));
  CHECK(seats.admit(b));
  seats.make_idle(b);
  seats.make_idle(a);
  CHECK(seats.admit(c));
  CHECK(b.evicted);
  seats.make_idle(c);
  CHECK(seats.admit(d));
  CHECK(a.evicted);
  CHECK_FALSE(c.evicted);
  CHECK(seats.size() == 2);
  CHECK(seats.counts() == ConnectionCounts{.open = 2, .accepted = 4, .refused = 0, .evicted = 2});
}

TEST_CASE("a busy guest stays, and when all are busy nobody new comes in") {
  Seats seats(1, 1, kUnsent);
  TestGuest busy, late;
  CHECK(seats.admit(busy));
  seats.make_busy(busy);
  CHECK_FALSE(seats.admit(late));
  CHECK_FALSE(busy.evicted);
  CHECK_FALSE(seats.evict_first());
  CHECK(seats.counts() == ConnectionCounts{.open = 1, .accepted = 1, .refused = 1, .evicted = 0});
  seats.make_idle(busy);
  CHECK(seats.admit(late));
  CHECK(busy.evicted);
}

TEST_CASE("one address gets so many seats, loopback and unix sockets do not count") {
  Seats seats(10, 2, kUnsent);
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

TEST_CASE("of IPv6 a network counts: its host may take any of its addresses") {
  Seats seats(10, 2, kUnsent);
  TestGuest first("2001:db8::1"), second("2001:db8::ffff:2"), third("2001:db8::3"), other("2001:db8:0:1::1");
  CHECK(seats.admit(first));
  CHECK(seats.admit(second));
  CHECK_FALSE(seats.admit(third));
  CHECK(seats.admit(other));
}

TEST_CASE("an evicted guest is not asked twice and may still say that it is busy") {
  Seats seats(1, 1, kUnsent);
  TestGuest a, b;
  CHECK(seats.admit(a));
  CHECK(seats.admit(b));
  seats.make_busy(a);
  seats.make_idle(a);
  CHECK(seats.size() == 1);
  CHECK(seats.guests() == std::vector<Guest*>{&b});
}
