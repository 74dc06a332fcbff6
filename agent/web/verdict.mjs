// What is wrong, in a sentence: what, since when, why, and what routers were told. Pure.
import { adviceWords, badness, countOf, enumerate, formatMinute, formatRatio, formatSpan, hostOf, parseTime, spokenName } from "./words.mjs";

/** Worst first, then who has the least of the traffic, then by name. */
export function worstFirst(a, b) {
  return badness(b.state) - badness(a.state) || a.advice.primary_weight - b.advice.primary_weight ||
    (a.target < b.target ? -1 : a.target > b.target ? 1 : 0);
}

/** A reason may be long; it stands whole with the target. */
const shortened = (text, most = 90) => (text.length <= most ? text : `${[...text].slice(0, most - 1).join("")}\u2026`);

function overrideReason(override) {
  return `${shortened(override.by, 50)} set it by hand: ${shortened(override.reason)}`;
}

/** The page that speaks for the worst level: "status.claude.com says partial_outage". */
function pageReason(official) {
  for (const source of official.sources) {
    const bad = source.components.find((one) => one.status !== "operational");
    if (source.fresh && bad) return `${hostOf(source.url)} says ${bad.status}`;
  }
  const incident = official.incidents.find((one) => one.counts_as !== "none" && one.counts_as !== "unknown");
  return incident ? `its page has an incident: ${shortened(incident.name)}` : "";
}

function unknownReason(evidence) {
  const blind = evidence.official.sources.length > 0 ? "its status page cannot be read" : "no status page is watched";
  return evidence.passive.requests > 0 ? `${blind}, and reports tell too little` : `${blind}, and nobody reports`;
}

/** Why, in a clause that fits the sentence; `why` of the answer has the whole. */
export function reason(target) {
  const { official, passive } = target.evidence;
  if (target.override) return overrideReason(target.override);
  if (target.state === "unknown") return unknownReason(target.evidence);
  const failing = passive.level === "failing" || passive.level === "elevated";
  if (target.state === "recovering") return failing ? `${formatRatio(passive.failure_ratio)} of requests fail` : "it works again and comes back by steps";
  if (failing && passive.requests > 0 && passive.failures > 0) return `${formatRatio(passive.failure_ratio)} of requests fail`;
  if (failing) return "it failed, and no request since shows that it works";
  return pageReason(official) || "it looks better, and must stay so for a while";
}

/** Targets in the same state whose provider is in it too need no mention of their own. */
function coveredModels(lead, targets) {
  if (lead.model !== null) return [];
  return targets.filter((one) => one.provider === lead.provider && one.model !== null && one.state === lead.state);
}

function modelsOf(provider, targets) {
  return targets.filter((one) => one.provider === provider && one.model !== null).length;
}

function withModels(lead, covered, targets) {
  const all = modelsOf(lead.provider, targets);
  if (covered.length === 0) return "";
  if (covered.length === all) return all === 1 ? " with its model" : ` with all its ${all} models`;
  if (covered.length === 1) return ` with its model ${covered[0].model}`;
  return ` with ${covered.length} of its ${all} models`;
}

/** The worst target; of a provider and its model that are equally bad, the provider. */
function chooseLead(bad) {
  const worst = bad[0];
  const provider = bad.find((one) => one.provider === worst.provider && one.model === null);
  return provider && badness(provider.state) === badness(worst.state) ? provider : worst;
}

const since = (target, now) => {
  const at = parseTime(target.since);
  return at === null ? "" : ` since ${formatMinute(at, now)} (${formatSpan(now - at)})`;
};

/** {state, name, text, rest}: `name` and `text` are one sentence; `rest` are the other targets that are not healthy. */
export function verdict(targets, now) {
  if (targets.length === 0) return { state: "unknown", name: "The agent", text: " watches nothing: no provider is configured.", rest: [] };
  const bad = targets.filter((one) => one.state !== "healthy").sort(worstFirst);
  if (bad.length === 0) return { state: "healthy", name: healthyName(targets), text: `${targets.length === 1 ? " is" : " are"} healthy.`, rest: [] };
  const lead = chooseLead(bad);
  const covered = coveredModels(lead, bad);
  const text = `${withModels(lead, covered, targets)} is ${lead.state}${since(lead, now)}: ${reason(lead)}; ` +
    `routers were told: ${adviceWords(lead.advice)}.`;
  return { state: lead.state, name: spokenName(lead.target), text, rest: bad.filter((one) => one !== lead && !covered.includes(one)) };
}

function healthyName(targets) {
  return targets.length === 1 ? spokenName(targets[0].target) : `All ${targets.length} targets`;
}

/** "Nothing changed for 3 h", below a sentence that says that all is well. */
export function quietWords(targets, now) {
  const last = Math.max(...targets.map((one) => parseTime(one.since) ?? 0));
  return last > 0 ? `Nothing has changed for ${formatSpan(now - last)}.` : "";
}

/** "2 unhealthy, 1 unknown of 12": for the title of the page. */
export function titleWords(targets) {
  const bad = targets.filter((one) => one.state !== "healthy").sort(worstFirst);
  if (targets.length === 0) return "no targets";
  if (bad.length === 0) return "all healthy";
  const worst = bad.filter((one) => one.state === bad[0].state);
  const names = worst.length <= 2 ? enumerate(worst.map((one) => one.target)) : countOf(worst.length, "target", "targets");
  return `${names} ${bad[0].state}`;
}
