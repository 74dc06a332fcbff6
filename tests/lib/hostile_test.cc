/// What liars can achieve at most: the numbers of the README's section on security.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr int64_t kRequests = 10;  ///< of an honest reporter in a second

OutcomeCounts all_well(int64_t requests) { return counts({{Outcome::ok, requests}}); }
OutcomeCounts all_failed(int64_t requests) { return counts({{Outcome::overloaded, requests}}); }

/// Five reporters for so many seconds, of whom the last ones lie.
struct Five {
  World world{{provider("claude"), provider("openai")}};
  int liars = 1;
  int lowest_weight = 100;
  int unhealthy_after = -1;  ///< seconds; -1: never

  explicit Five(int how_many_lie = 1) : liars(how_many_lie) {
    world.poll(page(OfficialLevel::none));
    run(120, all_well(kRequests), all_well(kRequests));
  }
  ReportBatch batch(int reporter, const OutcomeCounts& met) {
    const WallTime now = world.clock.now.wall;
    return {.reporter = "reporter-" + std::to_string(reporter),
            .batch_id = std::to_string(++world.batches),
            .at = world.clock.now,
            .reports = {{.target = {"claude", ""}, .to = now, .span = seconds(1), .counts = met}}};
  }
  void run(int length, const OutcomeCounts& truth, const OutcomeCounts& lie) {
    unhealthy_after = -1;
    for (int second = 0; second < length; ++second) {
      std::vector<Event> batches;
      for (int i = 0; i < 5; ++i) batches.emplace_back(batch(i, i < 5 - liars ? truth : lie));
      world.send(batches);
      if (second % 30 == 0) world.poll(page(OfficialLevel::none));
      world.pass(seconds(1));
      const Health& health = world.at("claude").health;
      lowest_weight = std::min(lowest_weight, health.weight);
      if (health.state == State::unhealthy && unhealthy_after < 0) unhealthy_after = second + 1;
    }
  }
};

}  // namespace

TEST_CASE("one hostile reporter of five that tells of failures moves no traffic, whatever its volume") {
  for (const int64_t volume : {int64_t{1}, int64_t{10}, kMaxCount / kRequests}) {
    CAPTURE(volume);
    Five five;
    five.run(300, all_well(kRequests), all_failed(volume * kRequests));
    CHECK(five.unhealthy_after == -1);
    CHECK(five.lowest_weight == 100);
    // Named where it alone would have moved some.
    const auto named = five.world.core.passive.evidence({"claude", ""}, five.world.clock.now.mono).set_aside;
    CHECK(named == (volume > 1 ? std::vector<std::string>{"reporter-4"} : std::vector<std::string>{}));
  }
}

TEST_CASE("one hostile reporter of five that tells of successes delays an outage by half a minute at most") {
  Five honest(0);
  honest.run(60, all_failed(kRequests), {});
  REQUIRE(honest.unhealthy_after > 0);
  for (const int64_t volume : {int64_t{1}, int64_t{10}, kMaxCount / kRequests}) {
    CAPTURE(volume);
    Five five;
    five.run(60, all_failed(kRequests), all_well(volume * kRequests));
    CHECK(five.unhealthy_after > 0);
    CHECK(five.unhealthy_after <= honest.unhealthy_after + 31);
  }
}

TEST_CASE("two hostile reporters of five are believed, and leave the canary") {
  Five five(2);
  five.run(300, all_well(kRequests), all_failed(10 * kRequests));
  CHECK(five.unhealthy_after > 0);
  CHECK(five.lowest_weight >= 1);
}

TEST_CASE("a hostile page takes 95 of 100 sessions, 50 where clients are well, and nobody else's") {
  World unseen({provider("claude"), provider("openai")});
  unseen.poll(page(OfficialLevel::critical));
  CHECK(unseen.state() == "unhealthy 5");
  CHECK(unseen.state("openai") == "unknown 100");

  Five seen(0);
  seen.world.poll(page(OfficialLevel::critical));
  CHECK(seen.world.state() == "degraded 50");
}

TEST_CASE("a hostile page that stays green hides no outage that clients see") {
  Five five(0);
  five.run(20, all_failed(kRequests), {});
  CHECK(five.unhealthy_after > 0);
}
