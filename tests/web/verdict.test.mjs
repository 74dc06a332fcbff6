import assert from "node:assert/strict";
import test from "node:test";
import { quietWords, titleWords, verdict } from "../../agent/web/verdict.mjs";
import { passive, target, withPassive } from "./answers.mjs";

const NOW = Date.parse("2026-11-23T14:05:00.000Z");
const sentence = (targets) => {
  const { name, text } = verdict(targets, NOW);
  return name + text;
};

test("the sentence says what, since when, why, and what routers were told", () => {
  const claude = withPassive(target("claude", "unhealthy"), passive("failing", 62, 100));
  assert.equal(sentence([claude, target("openai")]), "Claude is unhealthy since 14:02 (3 min): 62 % of requests fail; routers were told: 5 % primary, one attempt.");
});

test("a provider speaks for its models that are as bad, and the rest is named", () => {
  const bad = [target("claude", "unhealthy"), target("claude/opus", "unhealthy"), target("claude/haiku", "degraded"), target("openai", "unknown")];
  const told = verdict([...bad, target("gemini")], NOW);
  assert.match(told.text, /^ with its model opus is unhealthy/);
  assert.match(verdict([...bad, target("claude/sonnet", "unhealthy")], NOW).text, /^ with 2 of its 3 models is unhealthy/);
  assert.deepEqual(told.rest.map((one) => one.target), ["claude/haiku", "openai"]);
});

test("a model that fails alone is named as it is spelt", () => {
  const told = verdict([target("claude", "degraded"), target("claude/opus", "unhealthy")], NOW);
  assert.equal(told.name, "claude/opus");
  assert.deepEqual(told.rest.map((one) => one.target), ["claude"]);
});

test("why: by hand, by the page, by nothing at all, by what is over", () => {
  const byHand = target("openai", "unhealthy", { override: { by: "dana", reason: "INC-1" } });
  assert.match(sentence([byHand]), /: dana set it by hand: INC-1;/);
  const page = target("openai", "unhealthy");
  page.evidence.official.sources = [{ url: "https://status.example/x", fresh: true, components: [{ id: "a", name: "API", status: "partial_outage" }] }];
  assert.match(sentence([page]), /: status\.example says partial_outage;/);
  assert.match(sentence([target("gemini", "unknown")]), /: no status page is watched, and nobody reports; routers were told: 100 % primary/);
  assert.match(sentence([target("gemini", "recovering")]), /: it works again and comes back by steps; routers were told: 25 % primary/);
  assert.match(sentence([target("gemini", "unhealthy")]), /: it looks better, and must stay so for a while;/);
  assert.match(sentence([withPassive(target("gemini", "unhealthy"), passive("failing", 0, 0))]), /no request since shows that it works/);
});

test("all is well in a short sentence", () => {
  assert.equal(sentence([target("claude"), target("openai")]), "All 2 targets are healthy.");
  assert.equal(sentence([target("claude")]), "Claude is healthy.");
  assert.equal(quietWords([target("claude"), target("openai", "healthy", { since: "2026-11-23T13:05:00.000Z" })], NOW), "Nothing has changed for 3 min.");
  assert.equal(sentence([]), "The agent watches nothing: no provider is configured.");
});

test("the title names the worst", () => {
  assert.equal(titleWords([target("claude", "unhealthy"), target("openai", "unknown"), target("gemini")]), "claude unhealthy");
  assert.equal(titleWords([1, 2, 3].map((n) => target(`p${n}`, "degraded"))), "3 targets degraded");
  assert.equal(titleWords([target("claude")]), "all healthy");
});

test("a reason that is long does not drown the sentence", () => {
  const told = verdict([target("openai", "unhealthy", { override: { by: "dana", reason: "\u{1F525}".repeat(500) } })], NOW);
  assert.match(told.text, /: \u{1F525}{89}\u2026;/u);
});
