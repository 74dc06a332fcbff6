#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/passive/batch_ids.h"
#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

ReportBatch batch(const std::string& id, Instant at, std::vector<Report> reports) {
  return {.reporter = "router", .batch_id = id, .at = at, .reports = std::move(reports)};
}

Report report(const std::string& target, Instant at, int64_t ok) {
  return {
      .target = *parse_target(target), .to = at.wall, .span = seconds(1), .counts = counts({{Outcome::ok, ok}})};
}

}  // namespace

TEST_CASE("a batch is stored once and counted once, however often it is sent within the hour") {
  World world({provider("claude")});
  const ReportBatch sent = batch("1", world.clock.now, {report("claude", world.clock.now, 7)});
  const uint64_t key = batch_key("router", "1");
  world.send({sent});
  CHECK(world.last.verdicts == std::vector<BatchVerdict>{{.key = key, .accepted = 1, .ignored = {}}});
  CHECK(pick<BatchRecord>(world.last.effects) ==
        std::vector<BatchRecord>{
            {.key = key,
             .at = sent.at.wall,
             .rows = {{.target = {"claude", ""}, .at = sent.at.wall, .counts = counts({{Outcome::ok, 7}})}}}});
  world.pass(minutes(59));
  ReportBatch again = sent;
  again.at = world.clock.now;
  world.send({again});
  CHECK(world.last.verdicts == std::vector<BatchVerdict>{{.key = key, .duplicate = true, .ignored = {}}});
  CHECK(pick<BatchRecord>(world.last.effects).empty());
}

TEST_CASE("two batches of one moment with the same id are one") {
  World world({provider("claude")});
  const ReportBatch sent = batch("1", world.clock.now, {report("claude", world.clock.now, 7)});
  world.send({sent, sent});
  CHECK(world.last.verdicts.at(0).duplicate == false);
  CHECK(world.last.verdicts.at(1).duplicate == true);
  CHECK(pick<BatchRecord>(world.last.effects).size() == 1);
}

TEST_CASE("a provider that nobody configured spoils nothing of a batch") {
  World world({provider("claude")});
  const Instant at = world.clock.now;
  world.send({batch("1", at, {report("mistral", at, 3), report("claude", at, 4)})});
  CHECK(world.last.verdicts.at(0) ==
        BatchVerdict{.key = batch_key("router", "1"),
                     .accepted = 1,
                     .ignored = {{"/reports/0/provider", "no provider mistral is configured"}}});
  CHECK(pick<BatchRecord>(world.last.effects).at(0).rows.size() == 1);
  CHECK(world.core.targets.size() == 1);
}

TEST_CASE("a heartbeat stores nothing and shows who is there") {
  World world({provider("claude")});
  world.send({batch("1", world.clock.now, {})});
  CHECK(world.last.effects.empty());
  CHECK(world.core.passive.reporters().all().size() == 1);
}

TEST_CASE("what the store refused is stored when it is sent again, and is not evidence twice") {
  World world({provider("claude")});
  ReportBatch sent = batch("1", world.clock.now, {report("claude", world.clock.now, 7)});
  world.send({sent});
  world.send({BatchesRefused{{batch_key("router", "1")}}});
  world.pass(seconds(1));
  sent.at = world.clock.now;
  world.send({sent});
  CHECK(world.last.verdicts.at(0).duplicate == false);
  CHECK(pick<BatchRecord>(world.last.effects).size() == 1);
  world.pass(seconds(2));
  CHECK(world.core.passive.evidence({"claude", ""}, world.clock.now.mono).requests == 7);
  world.send({sent});
  CHECK(world.last.verdicts.at(0).duplicate == true);
}

TEST_CASE("a restart remembers the batches of the last hour") {
  const ManualClock clock;
  const uint64_t key = batch_key("router", "1");
  Core core = start_core(config({provider("claude")}),
                         {.healths = {},
                          .sources = {},
                          .overrides = {},
                          .batches = {{.key = key, .at = clock.now.wall - minutes(30), .rows = {}}}},
                         clock.now);
  const Update result =
      update(std::move(core), {batch("1", clock.now, {report("claude", clock.now, 7)})}, clock.now);
  CHECK(result.verdicts.at(0).duplicate);
}

TEST_CASE("ids are known for an hour and forgotten soon after") {
  BatchIds ids;
  const MonoTime start{hours(1)};
  for (uint64_t key = 0; key < 5000; ++key) ids.insert(key, start + Millis(key));
  CHECK(ids.size() == 5000);
  ids.forget_old(start + hours(1));
  for (uint64_t key = 0; key < 5000; ++key) CHECK(ids.contains(key));
  CHECK(!ids.contains(5000));
  ids.forget_old(start + hours(1) + minutes(5) + seconds(5));
  CHECK(ids.size() == 0);
  CHECK(!ids.contains(1));
}

TEST_CASE("more unstored batches than can be remembered are taken for unknown, never for stored") {
  BatchIds ids;
  const MonoTime at{hours(1)};
  constexpr uint64_t kMany = 100'001;
  for (uint64_t key = 0; key < kMany; ++key) {
    ids.insert(key, at);
    ids.mark_unstored(key);
  }
  CHECK(ids.contains(0));
  CHECK(ids.take_unstored(0));
  CHECK(!ids.contains(kMany - 1));
  CHECK(ids.size() == kMany - 1);
}
