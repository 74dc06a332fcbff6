#include <doctest/doctest.h>

#include <array>

#include "lib/official.h"
#include "tests/bench/outages/client.h"
#include "tests/bench/outages/page_documents.h"
#include "tests/support/source_dir.h"

namespace signalbox::bench {
namespace {

HistoricIncident incident(std::vector<Stage> stages) {
  return {.provider = "claude",
          .id = "x",
          .title = "Elevated errors",
          .impact = "major",
          .on_the_api = true,
          .stages = std::move(stages)};
}

constexpr WallTime kTen = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)) + hours(10);

TEST_CASE("a session with 8 s tries four times, one with 4 s three times, one with none once") {
  for (const auto& [budget_ms, attempts, waited_s] :
       {std::array<int64_t, 3>{8000, 4, 7}, {4000, 3, 3}, {3000, 3, 3}, {0, 1, 0}}) {
    RetryingClient client{Chance(1)};
    int64_t met = client.serve(10, 1, budget_ms, 1).bad;
    for (int i = 0; i < 10; ++i) met += client.serve(0, 1, budget_ms, 1).bad;
    CHECK(met == 10 * attempts);
    CHECK(client.cost().lost == 10);
    CHECK(client.cost().waited_s == 10 * waited_s);
  }
}

TEST_CASE("what goes to the fallback is not lost") {
  RetryingClient client{Chance(1)};
  CHECK(client.serve(100, 0, 8000, 1) == Tally{});
  CHECK(client.cost().lost == 0);
}

TEST_CASE("incidents whose beginning or end nobody knows are left out") {
  const Stage investigating{kTen, "investigating"};
  const Stage monitoring{kTen + minutes(20), "monitoring"};
  const Stage resolved{kTen + minutes(40), "resolved"};
  CHECK(is_replayed(incident({investigating, monitoring, resolved})));
  CHECK(incident({investigating, monitoring, resolved}).over_at() == kTen + minutes(20));
  CHECK(!is_replayed(incident({monitoring, resolved})));
  CHECK(!is_replayed(incident({investigating, monitoring})));
  CHECK(!is_replayed(incident({investigating, {kTen + minutes(4), "resolved"}})));
  CHECK(!is_replayed(incident({investigating, {kTen + hours(7), "resolved"}})));
  HistoricIncident minor = incident({investigating, resolved});
  minor.impact = "minor";
  CHECK(!is_replayed(minor));
}

TEST_CASE("pages of every kind tell the incident while it is open, and are green before and after") {
  const Config config = outage_config();
  const auto all = read_history(testing::source_dir() + "/tests/data/outages.jsonl");
  REQUIRE(all.size() == 12);
  for (const HistoricIncident& one : all) {
    CAPTURE(one.title);
    CHECK(is_replayed(one));
    const ProviderConfig& provider = *find_provider(config, one.provider);
    const auto level = [&](WallTime at) {
      return reading_level(page_of(one, config, at), {}, provider, config.policy, at);
    };
    const OfficialLevel worst = one.impact == "critical" ? OfficialLevel::critical : OfficialLevel::major;
    CHECK(level(one.posted_at() - seconds(1)) == OfficialLevel::none);
    CHECK(level(one.posted_at()) == worst);
    CHECK(level(one.over_at()) == OfficialLevel::none);
  }
}

}  // namespace
}  // namespace signalbox::bench
