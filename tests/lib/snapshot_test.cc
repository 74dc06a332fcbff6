#include "lib/snapshot.h"

#include <doctest/doctest.h>

#include "lib/core.h"
#include "lib/json.h"
#include "tests/support/builders.h"

using namespace signalbox;
using namespace signalbox::testing;
using O = OfficialLevel;

namespace {

struct Fixture {
  ManualClock clock;
  AgentStatus status{.version = "1.2.3", .instance = "abc"};
  Core core;

  Fixture() {
    ProviderConfig claude = provider("claude");
    claude.models = {"claude-opus-4-6"};
    core =
        update(start_core(config({claude, provider("openai")}), {.generation = 41}, clock.now), {}, clock.now).core;
  }
  void poll(const Result<PageReading>& reading) {
    core = update(core, {observed(reading, clock.now)}, clock.now).core;
  }
  SnapshotPtr look() { return render(core, status, clock.now); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a target's answer has every field of the contract, in its order") {
  Incident errors = incident("Elevated errors", O::major, clock.now.wall - minutes(3));
  errors.url = "https://stspg.io/x";
  poll(page(O::major, {errors}));
  const SnapshotPtr snapshot = look();
  CHECK(
      snapshot->targets.at("claude").body ==
      R"({"target":"claude","provider":"claude","model":null,"inherited":false,"state":"unhealthy",)"
      R"("since":"2026-11-23T10:00:00.000Z","as_of":"2026-11-23T10:00:00.000Z",)"
      R"("expires_at":"2026-11-23T10:01:00.000Z","generation":42,)"
      R"("advice":{"action":"fallback","primary_weight":10,"retry_budget_ms":0},)"
      R"("why":"page.example says major of API: \"Elevated errors\" (major, investigating); no reports from clients",)"
      R"("evidence":{"official":{"level":"major","fresh":true,"partial":false,"covers":null,)"
      R"("sources":[{"name":"page","url":"https://page.example/api/v2/summary.json","fresh":true,)"
      R"("components":[{"id":"api","name":"API","status":"major"}],"fetched_at":"2026-11-23T10:00:00.000Z",)"
      R"("page_updated_at":null,"indicator":null,"partial":false,"covers":null,"error":null}],)"
      R"("incidents":[{"id":"incident-Elevated errors","name":"Elevated errors","impact":"major",)"
      R"("status":"investigating","started_at":"2026-11-23T09:57:00.000Z",)"
      R"("updated_at":"2026-11-23T09:57:00.000Z","url":"https://stspg.io/x","scope":[],)"
      R"("counts_as":"major","note":null}],"maintenances":[]},)"
      R"("passive":{"level":"insufficient","window_s":0,"requests":0,"failures":0,"failure_ratio":0.0,)"
      R"("reporters":0,"outcomes":{"ok":0,"overloaded":0,"server_error":0,"timeout":0,"connect_error":0,)"
      R"("throttled":0,"client_error":0,"cancelled":0},)"
      R"("requests_per_s":0.0,"thresholds":[],"set_aside":[],"note":null}},"override":null})");
  CHECK(snapshot->targets.at("claude").state == State::unhealthy);
  CHECK(snapshot->targets.at("claude").hold_left == seconds(60));
}

TEST_CASE_FIXTURE(Fixture, "health holds every target's answer, and the agent's own state") {
  const SnapshotPtr snapshot = look();
  const Json health = *parse_json(snapshot->health);
  CHECK(health["generation"] == 41);
  CHECK(health["persistence"] == "ok");
  CHECK(health["observer"] == Json{{"suspect", false}, {"why", nullptr}});
  CHECK(health["database_set_aside"] == nullptr);
  REQUIRE(health["targets"].size() == 3);
  CHECK(health["targets"][1] == *parse_json(snapshot->targets.at("claude/claude-opus-4-6").body));
  CHECK(snapshot->etag == "W/\"abc-41\"");
}

TEST_CASE_FIXTURE(Fixture, "sources tell their own level, age and errors") {
  poll(page(O::none));
  clock.advance(seconds(30));
  poll(Error{"HTTP 503"});
  const Json sources = (*parse_json(look()->sources))["sources"];
  REQUIRE(sources.size() == 2);
  CHECK(sources[0]["level"] == "none");
  CHECK(sources[0]["fresh"] == true);
  CHECK(sources[0]["last_good_at"] == "2026-11-23T10:00:00.000Z");
  CHECK(sources[0]["last_try_at"] == "2026-11-23T10:00:30.000Z");
  CHECK(sources[0]["last_error"] == "HTTP 503");
  CHECK(sources[0]["latency_ms"] == 100);
  CHECK(sources[1]["level"] == "unknown");
  CHECK(sources[1]["last_good_at"] == nullptr);
  CHECK(sources[1]["url"] == "https://page.example/api/v2/summary.json");
}

TEST_CASE_FIXTURE(Fixture, "a failing disk and a database set aside are said, and stop nothing") {
  poll(page(O::none));
  status.persistence_ok = false;
  status.persistence_detail = "disk full";
  status.set_aside = "signalbox.db.corrupt-2026-11-23T100000Z";
  const SnapshotPtr snapshot = look();
  CHECK(snapshot->persistence == "failing");
  CHECK((*parse_json(snapshot->health))["persistence"] == "failing");
  CHECK((*parse_json(snapshot->health))["database_set_aside"] == status.set_aside);
  const Json ready = *parse_json(snapshot->readyz);
  CHECK(snapshot->ready);
  CHECK(ready["status"] == "warn");
  CHECK(ready["version"] == "1.2.3");
  CHECK(ready["checks"]["store:persistence"][0]["output"] == "not stored: disk full");
  CHECK(ready["checks"]["sources:freshness"][0]["output"] == "1 of 2 sources are not fresh");
}
