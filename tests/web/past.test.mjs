import assert from "node:assert/strict";
import test from "node:test";
import { placed, segments, totals } from "../../agent/web/band.mjs";
import { lanesOf, stairs } from "../../agent/web/chart.mjs";
import { fittingRange, incidentsOf, RANGES, readTimeline } from "../../agent/web/history.mjs";
import { lagWords, latestOutage } from "../../agent/web/lag.mjs";
import { niceCeiling, timeTicks } from "../../agent/web/scale.mjs";
import { target } from "./answers.mjs";

const MINUTE = 60e3;
const change = (at, from, to, more = {}) => ({ at, from, to, target: "claude", official: "none", ...more });
const STORY = [change(80, "recovering", "healthy"), change(70, "unhealthy", "recovering"), change(40, "healthy", "unhealthy")];

test("a band has no gaps, and what was before the oldest change is known from it", () => {
  assert.deepEqual(segments(STORY, { state: "healthy", since: 80 }, 0, 100),
    [{ from: 0, to: 40, state: "healthy" }, { from: 40, to: 70, state: "unhealthy" }, { from: 70, to: 80, state: "recovering" }, { from: 80, to: 100, state: "healthy" }]);
  assert.deepEqual(segments(STORY, { state: "healthy", since: 80 }, 50, 100).map((one) => [one.from, one.state]), [[50, "unhealthy"], [70, "recovering"], [80, "healthy"]]);
  assert.deepEqual(segments([], { state: "unknown", since: -50 }, 0, 100), [{ from: 0, to: 100, state: "unknown" }]);
  assert.deepEqual(segments(STORY, { state: "degraded", since: 90 }, 60, 100).map((one) => one.state), ["unhealthy", "recovering", "healthy", "degraded"]);
});

test("a short outage stays visible, and the worst is drawn last", () => {
  const places = placed([{ from: 0, to: 995, state: "healthy" }, { from: 995, to: 996, state: "unhealthy" }, { from: 996, to: 1000, state: "degraded" }], 0, 1000, 100, 2);
  assert.deepEqual(places.map((one) => one.state), ["healthy", "degraded", "unhealthy"]);
  assert.ok(places[2].width === 2 && places[2].x + places[2].width <= 100);
});

test("totals are told longest first", () => {
  assert.deepEqual(totals(segments(STORY, { state: "healthy", since: 80 }, 0, 100)), [["healthy", 60], ["unhealthy", 30], ["recovering", 10]]);
});

test("ticks are round times in UTC, and days say so", () => {
  const at = Date.parse("2026-11-23T23:10:00Z");
  assert.deepEqual(timeTicks(at, at + 3600e3, 6).map((one) => one.label), ["23:10", "23:20", "23:30", "23:40", "23:50", "11-24", "00:10"].slice(0, 7));
  assert.ok(timeTicks(0, 7 * 24 * 3600e3, 8).length <= 8);
  assert.deepEqual([0, 0.3, 41, 1000].map(niceCeiling), [1, 0.5, 50, 1000]);
});

test("stairs have gaps where nothing is known", () => {
  const steps = [{ from: 0, to: 1, v: 1 }, { from: 1, to: 2, v: null }, { from: 2, to: 3, v: 2 }];
  const path = stairs(steps, (t) => t * 10, (v) => 10 - v, (one) => one.v, 10);
  assert.equal(path.line, "M0.0,9.0H10.0M20.0,8.0H30.0");
  assert.equal(path.area, "M0.0,10V9.0H10.0V10ZM20.0,10V8.0H30.0V10Z");
});

test("incidents that overlap have lanes of their own", () => {
  assert.deepEqual(lanesOf([{ from: 0, to: 5 }, { from: 2, to: 4 }, { from: 5, to: 9 }]).map((one) => one.lane), [0, 1, 0]);
});

test("a young outage fills a third of the chart", () => {
  assert.equal(RANGES[fittingRange({ from: 0, to: null }, 4 * MINUTE)].word, "15 min");
  assert.equal(RANGES[fittingRange({ from: 0, to: null }, 15 * MINUTE)].word, "1 h");
  assert.equal(RANGES[fittingRange(null, 0)].word, "24 h");
});

test("the latest outage, and who knew first", () => {
  const incident = { first_seen_at: 40 + 28_000, resolved_at: null };
  assert.deepEqual(latestOutage(STORY), { from: 40, to: 80, official: "none" });
  assert.equal(latestOutage(STORY.slice(1)).to, null);
  assert.equal(latestOutage([]), null);
  // What a person set is no evidence that a page could be behind.
  const byHand = (at, action = "set") => ({ action, at: new Date(at).toISOString() });
  assert.equal(latestOutage(STORY, [byHand(40)]), null);
  assert.equal(latestOutage(STORY, [byHand(40, "cleared"), byHand(40 + MINUTE)]).from, 40);
  const lasting = { from: 40, to: null, official: "none" };
  assert.equal(lagWords(lasting, [incident], 99_000), "Its page told of it 28 s after we did.");
  assert.equal(lagWords(lasting, [{ first_seen_at: 40 - 9000, resolved_at: null }], 99_000), "Its page told of it 9 s before our own evidence did.");
  assert.equal(lagWords(lasting, [], 40 + 4 * MINUTE), "Its page has told no incident of it so far, 4 min in.");
  assert.equal(lagWords({ ...lasting, to: 50 }, [incident], 99_000), "Its page never told an incident of it.");
  assert.equal(lagWords({ ...lasting, official: "major" }, [], 99), "The page was red when we called it unhealthy.");
  assert.equal(lagWords(null, [], 0), "");
});

test("incidents are those of the target, from when the page claims to when it is over", () => {
  const rows = [{ provider: "claude", name: "Opus", scope: ["opus"], started_at: 10, first_seen_at: 30, resolved_at: 50 },
    { provider: "claude", name: "All", scope: [], started_at: null, first_seen_at: 5, resolved_at: null }, { provider: "openai", name: "Other", scope: [], first_seen_at: 5, resolved_at: null }];
  assert.deepEqual(incidentsOf(rows, target("claude/haiku"), 0, 100).map((one) => one.name), ["All"]);
  assert.deepEqual(incidentsOf(rows, target("claude"), 0, 100), [{ name: "All", from: 5, seen: 5, to: 100, open: true }, { name: "Opus", from: 10, seen: 30, to: 50, open: false }]);
});

test("the last step of a timeline ends now", () => {
  const at = "2026-11-23T10:00:00.000Z";
  const step = (time) => ({ at: time, requests: 50, failures: 5, state: "healthy", primary_weight: 100, outcomes: {} });
  const read = readTimeline({ since: at, until: "2026-11-23T10:00:15.000Z", step_s: 10, steps: [step(at), step("2026-11-23T10:00:10.000Z")] });
  assert.deepEqual(read.steps.map((one) => one.rate), [5, 10]);
});
