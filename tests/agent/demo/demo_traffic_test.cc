#include "agent/demo/demo_traffic.h"

#include <doctest/doctest.h>

#include "lib/report.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

const WallTime kNow = *parse_rfc3339("2026-11-23T10:00:00Z");

TEST_CASE("the clients' batches are such as the agent takes") {
  DemoTraffic traffic(1);
  const auto batches = traffic.next_second(0.5, 50, kNow);
  CHECK(batches.size() == 3);
  for (const Json& batch : batches) {
    const auto read = report_batch_from_json(batch, {kNow, {}});
    CAPTURE(dump_json(batch));
    CHECK(std::holds_alternative<ReportBatch>(read));
  }
}

TEST_CASE("the same seed and the same advice give the same requests") {
  DemoTraffic one(7);
  DemoTraffic other(7);
  for (int second = 0; second < 20; ++second) {
    CHECK(one.next_second(0.95, 5, kNow) == other.next_second(0.95, 5, kNow));
  }
  CHECK(one.totals() == other.totals());
}

TEST_CASE("what the advice moves away does not fail at the primary") {
  DemoTraffic obedient(1);
  DemoTraffic deaf(1);
  for (int second = 0; second < 60; ++second) {
    obedient.next_second(1, 0, kNow);
    deaf.next_second(1, 100, kNow);
  }
  CHECK(obedient.totals().failed == 0);
  CHECK(obedient.totals().moved == obedient.totals().requests);
  CHECK(obedient.totals().failed_unled == obedient.totals().requests);
  CHECK(deaf.totals() == DemoTotals{.requests = deaf.totals().requests,
                                    .failed = deaf.totals().requests,
                                    .failed_unled = deaf.totals().requests});
}

}  // namespace
}  // namespace signalbox
