/// What people set and what routers were told, kept: what is in force after a restart, and the history.
#include <doctest/doctest.h>

#include "tests/support/scratch_directory.h"
#include "tests/support/store.h"

using namespace signalbox;

namespace {

const Target kClaude{"claude", ""};
const Target kOpus{"claude", "claude-opus-4-6"};
const Target kOpenai{"openai", ""};

using Lines = std::vector<OverrideRecord>;

}  // namespace

TEST_CASE("a restart knows the overrides in force: set last, and not over") {
  ScratchDirectory scratch;
  const OverrideRecord kept = override_line(OverrideAction::set, kMorning, kOpus);
  OverrideRecord again = override_line(OverrideAction::set, kMorning + minutes(3), {"gemini", ""});
  again.expires_at = kMorning + hours(20);
  {
    keep(*open_store(scratch.path()).store,
         {kept, override_line(OverrideAction::set), override_line(OverrideAction::cleared, kMorning + minutes(1)),
          override_line(OverrideAction::set, kMorning, kOpenai),
          override_line(OverrideAction::expired, kMorning + minutes(2), kOpenai),
          override_line(OverrideAction::set, kMorning, {"gemini", ""}),
          override_line(OverrideAction::cleared, kMorning + minutes(2), {"gemini", ""}), again});
  }
  CHECK(open_store(scratch.path()).restored.overrides == Lines{kept, again});
  CHECK(open_store(scratch.path(), {}, kept.expires_at).restored.overrides == Lines{again});
}

TEST_CASE("the history of overrides comes newest first, by target, time and limit") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  const OverrideRecord set = override_line(OverrideAction::set);
  const OverrideRecord theirs = override_line(OverrideAction::set, kMorning + minutes(1), kOpenai);
  const OverrideRecord models = override_line(OverrideAction::expired, kMorning + minutes(2), kOpus);
  const OverrideRecord cleared = override_line(OverrideAction::cleared, kMorning + minutes(3));
  keep(*store, {set, theirs, models, cleared});
  auto history = std::move(*store->open_history());
  CHECK(*history->overrides({}) == Lines{cleared, models, theirs, set});
  CHECK(*history->overrides({.target = kClaude}) == Lines{cleared, models, set});
  CHECK(*history->overrides({.target = kOpus}) == Lines{models});
  CHECK(*history->overrides({.since = kMorning + minutes(2)}) == Lines{cleared, models});
  CHECK(*history->overrides({.limit = 1}) == Lines{cleared});
}

TEST_CASE("an override that is in force stays, however short the retention") {
  ScratchDirectory scratch;
  Retention retention;
  retention.transitions = minutes(1);
  OverrideRecord set = override_line(OverrideAction::set);
  set.expires_at = kMorning + hours(24 * 7);
  const OverrideRecord over = override_line(OverrideAction::set, kMorning, kOpenai);
  { keep(*open_store(scratch.path()).store, {set, over}); }
  auto [store, restored] = open_store(scratch.path(), retention, kMorning + hours(24));
  for (int step = 0; step < 3; ++step) keep(*store, {GenerationRecord{1}});
  CHECK(restored.overrides == Lines{set});
  auto history = std::move(*store->open_history());
  CHECK(*history->overrides({}) == Lines{set});
}

TEST_CASE("a target's states: the one before the range, then the changes in it, oldest first") {
  ScratchDirectory scratch;
  auto store = open_store(scratch.path()).store;
  keep(*store, {advice(kMorning, State::healthy, 100), advice(kMorning + minutes(1), State::unhealthy, 5),
                advice(kMorning + minutes(1), State::unhealthy, 1, kOpus),
                advice(kMorning + minutes(3), State::recovering, 25),
                advice(kMorning + minutes(4), State::recovering, 50)});
  auto history = std::move(*store->open_history());
  const StateChange healthy{kMorning, State::healthy, 100};
  const StateChange unhealthy{kMorning + minutes(1), State::unhealthy, 5};
  const StateChange quarter{kMorning + minutes(3), State::recovering, 25};
  const StateChange half{kMorning + minutes(4), State::recovering, 50};
  CHECK(*history->states({kClaude, kMorning + minutes(1), kMorning + minutes(4)}) ==
        StateSeries{healthy, {unhealthy, quarter}});
  CHECK(*history->states({kClaude, kMorning + minutes(2), kMorning + hours(1)}) ==
        StateSeries{unhealthy, {quarter, half}});
  CHECK(*history->states({kClaude, kMorning, kMorning + seconds(1)}) == StateSeries{std::nullopt, {healthy}});
  CHECK(*history->states({kOpus, kMorning, kMorning}) == StateSeries{});
}
