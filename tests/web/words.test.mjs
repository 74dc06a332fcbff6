import assert from "node:assert/strict";
import test from "node:test";
import * as words from "../../agent/web/words.mjs";

const NOW = Date.parse("2026-11-23T10:26:03.000Z");

test("spans have the two largest units that say something", () => {
  for (const [ms, text] of [[0, "0 s"], [59_999, "59 s"], [60_000, "1 min"], [3_599_000, "59 min"], [3_600_000, "1 h"], [11_520_000, "3 h 12 min"],
    [86_400_000, "1 d"], [187_200_000, "2 d 4 h"], [-61_000, "1 min"]]) assert.equal(words.formatSpan(ms), text);
});

test("moments are UTC, with their day when it is another", () => {
  assert.equal(words.formatMoment(Date.parse("2026-11-23T10:12:03Z"), NOW), "10:12:03");
  assert.equal(words.formatMoment(Date.parse("2026-11-22T10:12:03Z"), NOW), "11-22 10:12");
  assert.equal(words.formatMinute(Date.parse("2026-11-23T10:12:03Z"), NOW), "10:12");
});

test("a small share is not rounded to nothing", () => {
  assert.deepEqual([0, 0.004, 0.0996, 0.62, 1, 7].map(words.formatRatio), ["0 %", "0.4 %", "10 %", "62 %", "100 %", "100 %"]);
});

test("rates keep what matters", () => {
  assert.deepEqual([0, 0.05, 4.2, 41.4].map(words.formatRate), ["0/s", "0.05/s", "4.2/s", "41/s"]);
});

test("a state of a newer agent is shown as unknown, and never becomes a class name", () => {
  assert.equal(words.stateClass("on fire\" onload"), "unknown");
  assert.equal(words.stateMark("on fire"), "?");
});

test("advice is what a router was told", () => {
  assert.equal(words.adviceWords({ primary_weight: 5, retry_budget_ms: 0 }), "5 % primary, one attempt");
  assert.equal(words.adviceWords({ primary_weight: 100, retry_budget_ms: 8000 }), "100 % primary, retry up to 8 s");
});

test("a time that is none is null", () => {
  assert.deepEqual([null, undefined, "soon", 7].map(words.parseTime), [null, null, null, null]);
});
