#include "lib/official.h"

#include <doctest/doctest.h>

#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

struct Fixture {
  ManualClock clock;
  Policy policy;
  ProviderConfig claude = provider("claude");

  Incident active(const std::string& name, O level, std::vector<std::string> scope = {}) {
    Incident made = incident(name, level, clock.now.wall - minutes(10));
    made.scope = std::move(scope);
    return made;
  }
  O level(const PageReading& reading, std::string_view model = "") {
    return reading_level(reading, model, claude, policy, clock.now.wall);
  }
  IncidentVerdict judge(const Incident& incident, std::string_view model = "") {
    return judge_incident(incident, model, claude, policy, clock.now.wall);
  }
  SourceState good(const PageReading& reading, Instant at) {
    return {.reading = reading, .good_at = at, .changed_at = at, .tried_at = at};
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an incident counts at its impact only while somebody is affected and it is fresh") {
  const Incident fresh = active("Elevated errors", O::major);
  CHECK(judge(fresh) == IncidentVerdict{O::major, ""});

  Incident changed = fresh;
  changed.phase = IncidentPhase::monitoring;
  CHECK(judge(changed) == IncidentVerdict{O::none, "monitoring: service is usually back"});
  changed = fresh;
  changed.phase = IncidentPhase::over;
  CHECK(judge(changed) == IncidentVerdict{O::none, "over"});
  changed = fresh;
  changed.on_our_components = false;
  CHECK(judge(changed) == IncidentVerdict{O::none, "not tagged on a component that is watched"});
  changed = fresh;
  changed.updated_at = clock.now.wall - hours(6);
  CHECK(judge(changed) == IncidentVerdict{O::none, "no update for 6 h"});
  changed.updated_at = clock.now.wall - hours(6) + Millis(1);
  CHECK(judge(changed).level == O::major);
  changed = fresh;
  changed.level = O::unknown;
  CHECK(judge(changed) == IncidentVerdict{O::none, "of an impact that we do not know"});
}

TEST_CASE_FIXTURE(Fixture, "an incident that names models is for them; for others it is at most minor") {
  const Incident opus = active("Elevated errors on Claude Opus 4.6", O::critical, {"claude-opus-4-6"});
  CHECK(judge(opus, "claude-opus-4-6") == IncidentVerdict{O::critical, ""});
  CHECK(judge(opus, "claude-sonnet-4-5") == IncidentVerdict{O::minor, "about claude-opus-4-6"});
  CHECK(judge(opus) == IncidentVerdict{O::minor, "about claude-opus-4-6"});
}

TEST_CASE_FIXTURE(Fixture, "where every incident names models, the component's status is theirs as well") {
  const Incident opus = active("Elevated errors on Claude Opus 4.6", O::major, {"claude-opus-4-6"});
  const PageReading named = page(O::major, {opus});
  CHECK(level(named, "claude-opus-4-6") == O::major);
  CHECK(level(named, "claude-sonnet-4-5") == O::minor);
  CHECK(level(named) == O::major);  // the provider keeps its component's level

  const PageReading also_unnamed = page(O::major, {opus, active("Elevated errors", O::minor)});
  CHECK(level(also_unnamed, "claude-sonnet-4-5") == O::major);

  Incident monitored = active("Elevated errors", O::minor);
  monitored.phase = IncidentPhase::monitoring;
  CHECK(level(page(O::major, {opus, monitored}), "claude-sonnet-4-5") == O::minor);
  CHECK(level(page(O::major), "claude-sonnet-4-5") == O::major);
}

TEST_CASE_FIXTURE(Fixture, "a green component with an open incident is raised to the incident's impact") {
  CHECK(level(page(O::none, {active("Elevated errors", O::major)})) == O::major);
  CHECK(level(page(O::critical, {active("Elevated errors", O::minor)})) == O::critical);
}

TEST_CASE_FIXTURE(Fixture, "a source is fresh for three intervals after its last good fetch") {
  const SourceState state = good(page(O::none), clock.now);
  const SourceConfig& source = claude.sources.front();
  CHECK(is_fresh(state, source, policy, clock.now + (seconds(90) - Millis(1))));
  CHECK_FALSE(is_fresh(state, source, policy, clock.now + seconds(90)));
  CHECK_FALSE(is_fresh(SourceState{}, source, policy, clock.now));
  CHECK(stale_at(state, source, policy) == clock.now.mono + seconds(90));
}

TEST_CASE_FIXTURE(Fixture,
                  "the worst fresh source speaks; a stale one makes it partial, none fresh makes it unknown") {
  claude.sources = {source("one"), source("two")};
  SourceStates states;
  const auto weigh = [&] {
    return weigh_official(claude, states, "", PassiveLevel::insufficient, policy, clock.now);
  };
  CHECK(weigh() == OfficialEvidence{});
  states["one"] = good(page(O::none), clock.now);
  CHECK(weigh() == OfficialEvidence{.level = O::none, .fresh = true, .partial = true});
  states["two"] = good(page(O::major), clock.now);
  CHECK(weigh() == OfficialEvidence{.level = O::major, .fresh = true});
  clock.advance(seconds(90));
  CHECK(weigh() == OfficialEvidence{});
}

TEST_CASE_FIXTURE(Fixture, "some missing components are shown as partial, what is present counts") {
  PageReading reading = page(O::minor);
  reading.missing_components = {"gone"};
  const SourceStates states = {{"page", good(reading, clock.now)}};
  CHECK(weigh_official(claude, states, "", PassiveLevel::insufficient, policy, clock.now) ==
        OfficialEvidence{.level = O::minor, .fresh = true, .partial = true});
}

TEST_CASE_FIXTURE(Fixture, "a part speaks for a part only while nothing speaks for the whole") {
  claude.sources = {source("one"), source("two")};
  PageReading part = page(O::none);
  part.covers = "vertex";
  SourceStates states = {{"one", good(part, clock.now)}};
  const auto weigh = [&] {
    return weigh_official(claude, states, "", PassiveLevel::insufficient, policy, clock.now);
  };
  CHECK(weigh().covers == "vertex");
  states["two"] = good(page(O::none), clock.now);
  CHECK(weigh().covers.empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "a red that nobody has touched for six hours counts as minor where our traffic is fine") {
  SourceStates states = {{"page", good(page(O::critical), clock.now)}};
  clock.advance(hours(6) - Millis(1));
  const auto weigh = [&](PassiveLevel passive) {
    states["page"].good_at = clock.now;
    return weigh_official(claude, states, "", passive, policy, clock.now).level;
  };
  CHECK(weigh(PassiveLevel::normal) == O::critical);
  clock.advance(Millis(1));
  CHECK(weigh(PassiveLevel::normal) == O::minor);
  CHECK(weigh(PassiveLevel::insufficient) == O::critical);
  CHECK(weigh(PassiveLevel::elevated) == O::critical);
}

TEST_CASE_FIXTURE(Fixture, "only what counts as evidence makes a reading differ") {
  const PageReading before = page(O::major, {active("Elevated errors", O::major)});
  PageReading after = before;
  after.page_updated_at = clock.now.wall;
  after.indicator = "minor";
  CHECK_FALSE(evidence_differs(before, after));
  after.incidents.push_back(active("Support chat unavailable", O::none));
  after.incidents.back().on_our_components = false;
  CHECK_FALSE(evidence_differs(before, after));
  after.incidents.front().updated_at = clock.now.wall;
  CHECK(evidence_differs(before, after));
  CHECK(evidence_differs(before, page(O::minor, before.incidents)));
}
