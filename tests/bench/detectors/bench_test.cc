/// What the benches stand on: the draws, the statistics, and each peer's rule as its source states it.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "tests/bench/detectors/breaker.h"
#include "tests/bench/detectors/floor.h"
#include "tests/bench/detectors/rows.h"
#include "tests/bench/detectors/statistics.h"

namespace signalbox::bench {
namespace {

/// A rule in the middle of a steady run: `ok` and `bad` requests each second, from `at` on, for so many seconds.
void feed(Rule& rule, int64_t& at, int64_t lasts_s, Tally each, Outcome kind = Outcome::overloaded) {
  for (const int64_t end = at + lasts_s; at < end; ++at) {
    rule.serve({.at = at, .reporters = {each}, .bad_kind = kind, .probe_fails = each.ok == 0 ? 1.0 : 0.0});
  }
}

/// The second after `kBefore_s` of `good` in which it becomes unhealthy under `bad`; kNever within `within_s`.
double trips_after(Rule& rule, Tally good, Tally bad, int64_t within_s) {
  constexpr int64_t kBefore_s = 600;
  int64_t at = 0;
  feed(rule, at, kBefore_s, good);
  REQUIRE(!rule.unhealthy());
  feed(rule, at, within_s, bad);
  return rule.changes().empty() ? kNever : rule.changes().front().at - kBefore_s;
}

Setting setting() { return {.load = {}, .phases = {}, .seed = 7}; }

TEST_CASE("draws have the mean and the variance of their distributions") {
  Chance chance(1);
  const auto moments = [&](auto&& draw) {
    constexpr int kDraws = 200'000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const auto value = static_cast<double>(draw());
      sum += value;
      squares += value * value;
    }
    const double average = sum / kDraws;
    return std::pair(average, squares / kDraws - average * average);
  };
  for (const double expected : {0.02, 3.0, 16.7, 75.0}) {
    const auto [average, variance] = moments([&] { return chance.poisson(expected); });
    CHECK(average == doctest::Approx(expected).epsilon(0.03));
    CHECK(variance == doctest::Approx(expected).epsilon(0.03));
  }
  for (const auto& [trials, p] : {std::pair<int64_t, double>{1, 0.3}, {17, 0.95}, {200, 0.5}}) {
    const auto [average, variance] = moments([&, t = trials, q = p] { return chance.binomial(t, q); });
    CHECK(average == doctest::Approx(static_cast<double>(trials) * p).epsilon(0.02));
    CHECK(variance == doctest::Approx(static_cast<double>(trials) * p * (1 - p)).epsilon(0.03));
  }
}

TEST_CASE("a phase moves a reporter's seconds, and traffic is the same again with the same seed") {
  const Profile from_ten = [](int64_t at, size_t) { return at >= 10 ? 1.0 : 0.0; };
  Traffic aligned({.per_s = 3000}, from_ten, Chance(5));
  Traffic phased({.per_s = 3000, .phased = true}, from_ten, Chance(5));
  Traffic again({.per_s = 3000, .phased = true}, from_ten, Chance(5));
  for (int i = 0; i < 9; ++i) aligned.next(), phased.next(), again.next();
  CHECK(aligned.next().reporters.front().bad == 0);
  const Tally last_good = phased.next().reporters.front();
  CHECK(static_cast<double>(last_good.bad) / static_cast<double>(last_good.all()) ==
        doctest::Approx(phased.phases().front()).epsilon(0.2));
  CHECK(last_good == again.next().reporters.front());
  CHECK(aligned.next().reporters.front().ok == 0);
}

TEST_CASE("quantiles are of the sorted values, and what never came sorts last") {
  CHECK(median({3, 1, 2}) == 2);
  CHECK(quantile({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.9) == 9);
  CHECK(quantile({1, kNever, 2}, 0.9) == kNever);
}

TEST_CASE("the tail of the binomial distribution is exact") {
  CHECK(probability_of_at_least(0, 10, 0.5) == 1);
  CHECK(probability_of_at_least(10, 10, 0.5) == doctest::Approx(1.0 / 1024));
  CHECK(probability_of_at_least(2, 3, 0.1) == doctest::Approx(0.028));
}

TEST_CASE("the fastest possible delay is that of simulations of Page's sum") {
  // 100 % against 15 %: so many failures in a row that chance makes one in 90,000 requests, 6; the sixth of a
  // Poisson stream of 0.5/s has its median at (6 - 1/3) / 0.5 s.
  constexpr double kAlarmEvery_s = 50 * 3600;
  CHECK(fastest_median_delay(0.15, 1, 0.5, kAlarmEvery_s) == doctest::Approx(11.34).epsilon(0.005));
  CHECK(fastest_median_delay(0.15, 0.7, 0.5, kAlarmEvery_s) == doctest::Approx(24.3).epsilon(0.05));
  CHECK(fastest_median_delay(0.15, 0.5, 0.5, kAlarmEvery_s) == doctest::Approx(49.3).epsilon(0.05));
}

TEST_CASE("each peer's rule trips when its source says so") {
  const Tally good{.ok = 10, .bad = 0};
  const Tally bad{.ok = 0, .bad = 10};
  SUBCASE("five in a row at 10/s take half a second") {
    CHECK(trips_after(*envoy_consecutive(setting()), good, bad, 60) == doctest::Approx(0.45));
    // Its count begins anew every ten seconds, here after the second failure.
    CHECK(trips_after(*aibridge(setting()), good, bad, 60) == doctest::Approx(0.65));
  }
  SUBCASE("half of a minute's requests, and five of them") {
    CHECK(trips_after(*litellm(setting()), good, bad, 60) == doctest::Approx(0.45));
  }
  SUBCASE("more than a tenth of a minute, looked at every five seconds") {
    CHECK(trips_after(*helicone(setting()), good, bad, 60) == doctest::Approx(10));
  }
  SUBCASE("half of ten seconds") {
    CHECK(trips_after(*hystrix(setting()), good, bad, 60) == doctest::Approx(5).epsilon(0.15));
  }
  SUBCASE("half of a hundred calls") {
    CHECK(trips_after(*resilience4j(setting()), good, bad, 60) == doctest::Approx(4.95));
  }
  SUBCASE("a tenth of thirty seconds") {
    CHECK(trips_after(*polly(setting()), good, bad, 60) == doctest::Approx(3).epsilon(0.2));
  }
  SUBCASE("more than half refused: three quarters of two minutes") {
    CHECK(trips_after(*sre_throttling(setting()), good, bad, 200) == doctest::Approx(90).epsilon(0.05));
  }
  SUBCASE("three probes, a minute apart") {
    CHECK(trips_after(*gatus(setting()), good, bad, 200) == doctest::Approx(180).epsilon(0.4));
  }
}

TEST_CASE("rules with a floor of requests are blind below it") {
  const Tally good{.ok = 1, .bad = 0};
  const Tally bad{.ok = 0, .bad = 1};
  CHECK(trips_after(*hystrix(setting()), good, bad, 600) == kNever);
  CHECK(trips_after(*polly(setting()), good, bad, 600) == kNever);
}

TEST_CASE("what is open for a time is closed after it") {
  const Tally bad{.ok = 0, .bad = 10};
  const Tally good{.ok = 10, .bad = 0};
  struct Row {
    std::unique_ptr<Rule> rule;
    double open_s;
  };
  Row rows[] = {{envoy_consecutive(setting()), 30},
                {aibridge(setting()), 30},
                {litellm(setting()), 5},
                {hystrix(setting()), 5},
                {polly(setting()), 5},
                {resilience4j(setting()), 60}};
  for (Row& row : rows) {
    CAPTURE(row.rule->name());
    int64_t at = 0;
    while (!row.rule->unhealthy()) feed(*row.rule, at, 1, bad);
    feed(*row.rule, at, 120, good);
    REQUIRE(row.rule->changes().size() == 2);
    CHECK(row.rule->changes()[1].at - row.rule->changes()[0].at == doctest::Approx(row.open_s).epsilon(0.3));
  }
}

TEST_CASE("a throttled key and a bad request trip only who counts them") {
  const auto trips = [](std::unique_ptr<Rule> rule, Outcome kind) {
    int64_t at = 0;
    feed(*rule, at, 300, {.ok = 0, .bad = 10}, kind);
    return !rule->changes().empty();
  };
  CHECK(!trips(envoy_consecutive(setting()), Outcome::throttled));
  CHECK(trips(aibridge(setting()), Outcome::throttled));
  CHECK(trips(litellm(setting()), Outcome::client_error));
  CHECK(trips(resilience4j(setting()), Outcome::client_error));
  CHECK(!trips(helicone(setting()), Outcome::client_error));
  for (const auto& rule : peer_rules(setting())) {
    CAPTURE(rule->name());
    int64_t at = 0;
    feed(*rule, at, 300, {.ok = 0, .bad = 10}, Outcome::cancelled);
    CHECK(rule->changes().empty());
  }
}

}  // namespace
}  // namespace signalbox::bench
