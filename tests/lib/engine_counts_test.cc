#include "lib/engine_counts.h"

#include <doctest/doctest.h>

#include "tests/support/world.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

BatchRecord batch(std::vector<CountRow> rows) { return {.key = 1, .at = {}, .rows = std::move(rows)}; }

uint64_t transitions(const EngineCounts& counts, State to, Cause cause) {
  return counts.transitions.at("claude").at(static_cast<size_t>(to)).at(static_cast<size_t>(cause));
}

}  // namespace

TEST_CASE("durations are counted up to and including each bound") {
  DurationCounts durations;
  for (const int64_t ms : {0, 1, 2, 10'000, 10'001}) durations.add(Millis(ms));
  std::array<uint64_t, DurationCounts::kBounds.size() + 1> expected{};
  expected.at(0) = 1;   // 0.5 ms
  expected.at(1) = 1;   // 1 ms
  expected.at(2) = 1;   // 2.5 ms
  expected.at(13) = 1;  // 10 s
  expected.at(14) = 1;  // longer
  CHECK(durations.counts == expected);
  CHECK(durations.sum == doctest::Approx(20.004));
}

TEST_CASE("outcomes add up by target over batches") {
  const Target opus{"claude", "claude-opus-4-6"};
  const std::vector<Record> records = {
      batch({{opus, {}, counts({{Outcome::ok, 3}})}, {{"claude", ""}, {}, counts({{Outcome::timeout, 1}})}}),
      GenerationRecord{7}, batch({{opus, {}, counts({{Outcome::ok, 2}, {Outcome::overloaded, 4}})}})};
  EngineCounts all;
  count_outcomes(all, outcomes_of(records));
  count_outcomes(all, outcomes_of(records));
  CHECK(all.reported ==
        std::map<Target, OutcomeCounts>{{opus, counts({{Outcome::ok, 10}, {Outcome::overloaded, 8}})},
                                        {{"claude", ""}, counts({{Outcome::timeout, 2}})}});
}

TEST_CASE("a poll counts by how long it took and whether it brought a reading") {
  EngineCounts all;
  count_fetch(all, observed(page(O::none), {}));
  count_fetch(all, observed(Error{"HTTP 503"}, {}));
  const FetchCounts& source = all.sources.at({"claude", "page"});
  CHECK(source.failures == 1);
  CHECK(source.fetches.sum == doctest::Approx(0.2));
}

TEST_CASE("a provider's transitions include those of its models") {
  ProviderConfig claude = provider("claude");
  claude.models = {"claude-opus-4-6"};
  World world({claude});
  EngineCounts all;
  keep_known(all, world.core);
  world.poll(page(O::none));
  count_transitions(all, world.core, world.last.effects);
  world.poll(page(O::critical));
  count_transitions(all, world.core, world.last.effects);
  CHECK(transitions(all, State::healthy, Cause::page) == 2);
  CHECK(transitions(all, State::unhealthy, Cause::page) == 2);
  CHECK(transitions(all, State::unhealthy, Cause::clients) == 0);
}

TEST_CASE("what is known begins at 0, and what is known no more is forgotten") {
  World world({provider("claude"), provider("openai")});
  world.report("openai/gpt-5.5", counts({{Outcome::ok, 1}}));
  EngineCounts all;
  keep_known(all, world.core);
  CHECK(all.reported ==
        std::map<Target, OutcomeCounts>{{{"claude", ""}, {}}, {{"openai", ""}, {}}, {{"openai", "gpt-5.5"}, {}}});
  CHECK(all.sources.size() == 2);
  CHECK(all.transitions.size() == 2);

  world.send({ConfigChanged{config({provider("claude", {source("another")})})}});
  keep_known(all, world.core);
  CHECK(all.reported == std::map<Target, OutcomeCounts>{{{"claude", ""}, {}}});
  CHECK(all.sources == std::map<std::pair<std::string, std::string>, FetchCounts>{{{"claude", "another"}, {}}});
  CHECK(all.transitions == std::map<std::string, TransitionCounts>{{"claude", {}}});
}
