import assert from "node:assert/strict";
import test from "node:test";
import { retryDelay } from "../../agent/web/backoff.mjs";
import { createClock } from "../../agent/web/clock.mjs";
import { freshness } from "../../agent/web/freshness.mjs";
import { createParser } from "../../agent/web/sse.mjs";

function parse(pieces) {
  const events = [];
  const feed = createParser((event) => events.push(event));
  pieces.forEach(feed);
  return events;
}

const STREAM = "\ufeff: alive\n\nevent: snapshot\r\nid: 7\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\nevent: health\rdata:x\r\rid: a\0b\ndata\n\nevent: cut\ndata: off";
const EVENTS = [{ type: "snapshot", data: "{\"a\":\n1}", id: "7" }, { type: "health", data: "x", id: "7" }, { type: "message", data: "", id: "7" }];

test("a stream is the same however it is cut into pieces", () => {
  assert.deepEqual(parse([STREAM]), EVENTS);
  assert.deepEqual(parse([...STREAM]), EVENTS);
  for (let at = 1; at < STREAM.length; at += 1) assert.deepEqual(parse([STREAM.slice(0, at), STREAM.slice(at)]), EVENTS);
});

test("the pauses double up to ten seconds, and differ from page to page", () => {
  assert.deepEqual([1, 2, 3, 5, 6, 60].map((n) => retryDelay(n, 1)), [500, 1000, 2000, 8000, 10_000, 10_000]);
  assert.equal(retryDelay(1, 0), 250);
});

test("the agent's clock counts, the nearest answer of a few", () => {
  const clock = createClock();
  assert.equal(clock.at(1000), 1000);
  clock.hear(100_000, 1000); // 99 s ahead, told at once
  clock.hear(100_200, 2000); // an answer that was 800 ms old
  assert.equal(clock.at(2000), 101_000);
  clock.hear(3_700_000, 3000); // somebody set a clock
  assert.equal(clock.at(3000), 3_700_000);
});

const LIVE = { live: { word: "live", retryAt: 0 }, heardAt: 1000, behindMs: 500, nowMs: 3000 };
const word = (more) => { const { word: said, stale } = freshness({ ...LIVE, ...more }); return `${said} ${stale}`; };

test("it says when it is stale, and how old", () => {
  assert.equal(word({}), "live false");
  assert.equal(word({ nowMs: 20_000 }), "stale true");
  assert.equal(word({ behindMs: 60_000 }), "stale true");
  assert.match(freshness({ ...LIVE, behindMs: 60_000 }).detail, /decides nothing: What is shown is 1 min old/);
  const lost = freshness({ ...LIVE, live: { word: "lost", retryAt: 6500 }, nowMs: 5000 });
  assert.equal(lost.detail, "The agent does not answer. What is shown is 4 s old. Next try in 2 s.");
  assert.equal(word({ live: { word: "lost", retryAt: 3200 }, behindMs: 0, nowMs: 3000 }), "connecting false"); // for a moment
  assert.equal(word({ heardAt: null, live: { word: "connecting" } }), "connecting false");
  assert.equal(word({ heardAt: null, live: { word: "lost", retryAt: 0 } }), "no agent true");
  assert.equal(word({ live: { word: "denied" } }), "no token true");
  assert.equal(word({ live: { word: "paused" }, nowMs: 99_000 }), "paused false");
});
