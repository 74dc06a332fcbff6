import assert from "node:assert/strict";
import test from "node:test";
import { emptyModel, grouped, withHealth, withTarget } from "../../agent/web/model.mjs";
import { readTerms, termsWords } from "../../agent/web/override_terms.mjs";
import { noticesOf } from "../../agent/web/tables.mjs";
import { badness } from "../../agent/web/words.mjs";
import { target } from "./answers.mjs";

const health = (targets, generation = 7, as_of = "2026-11-23T14:05:00.000Z") => ({ generation, as_of, targets, observer: { suspect: false, why: null }, persistence: "ok", database_set_aside: null });
const known = withHealth(emptyModel(), health([target("claude"), target("openai")])).model;

test("a change is told once, by the stream or by a poll", () => {
  const down = target("claude", "unhealthy", { as_of: "2026-11-23T14:05:01.000Z" });
  const told = withTarget(known, down);
  assert.deepEqual(told.changes.map(({ target: name, from, to }) => [name, from, to]), [["claude", "healthy", "unhealthy"]]);
  assert.deepEqual(withHealth(told.model, health([down, target("openai")], 8, "2026-11-23T14:05:02.000Z")).changes, []);
});

test("a poll that was overtaken changes nothing", () => {
  const told = withTarget(known, target("claude", "unhealthy", { as_of: "2026-11-23T14:05:01.000Z" })).model;
  assert.equal(withHealth(told, health([target("claude")])).model.targets.get("claude").state, "unhealthy");
});

test("what is no longer known goes", () => {
  assert.deepEqual([...withHealth(known, health([target("openai")], 8)).model.targets.keys()], ["openai"]);
});

test("providers stand by the worst of theirs, each before its models", () => {
  const list = [target("claude/a"), target("claude"), target("openai"), target("openai/b"), target("openai/c", "unhealthy")];
  assert.deepEqual(grouped(list, badness).flat().map((one) => one.target), ["openai", "openai/c", "openai/b", "claude", "claude/a"]);
});

test("an override needs a reason, and is said back", () => {
  const form = { state: "unhealthy", weight: "", reason: " INC-1 ", by: "", ttl: "3600" };
  assert.deepEqual(readTerms(form), { terms: { state: "unhealthy", primary_weight: 0, reason: "INC-1", ttl_s: 3600 } });
  assert.equal(readTerms({ ...form, reason: "  " }).field, "reason");
  for (const weight of ["101", "-1", "5.5", "x"]) assert.equal(readTerms({ ...form, weight }).field, "weight");
  assert.equal(readTerms({ ...form, weight: "40", by: "dana" }).terms.by, "dana");
  assert.match(termsWords("claude", 2, readTerms(form).terms), /^Routers are told that claude and its 2 models are unhealthy: no session uses it, not even a canary, for 1 h/);
});

test("what must not be overlooked is said once", () => {
  const ready = { checks: { "store:persistence": [{ status: "warn", output: "disk full" }], "config:reload": [{ status: "pass" }] } };
  assert.deepEqual(noticesOf(health([]), ready), ["store:persistence: disk full"]);
  assert.equal(noticesOf({ ...health([]), persistence: "failing" }, ready).length, 1);
  assert.match(noticesOf({ ...health([]), observer: { suspect: true, why: "all fail" } }, null)[0], /nothing is moved: all fail/);
});
