// The evidence of one target: what clients met and how it was judged, what the pages say. Words and small tables.
import { el, foreign, outsideLink, table } from "./dom.mjs";
import { countOf, enumerate, formatAgo, formatMoment, formatRate, formatRatio, hostOf, parseTime } from "./words.mjs";

/** What each test asks (lib/passive/detector.h). One that we do not know yet is shown by its name alone. */
const QUESTIONS = {
  moderate: "do clearly more than half of them fail?",
  severe: "do nearly all fail?",
  outside_spike: "would that be so without any five seconds of it?",
  without_any_reporter: "would that be so without any one reporter?",
  elevated: "do clearly more fail than usual?",
  normal: "have enough of them succeeded?",
};

function passiveWords(passive) {
  if (passive.requests === 0) return passive.reporters === 0 ? "Nobody has reported a request." : "No request was reported that tells anything.";
  const window = passive.window_s > 0 ? ` in the last ${passive.window_s} s` : "";
  return `${passive.failures} of ${countOf(passive.requests, "request", "requests")} failed (${formatRatio(passive.failure_ratio)})${window}, ` +
    `by ${countOf(passive.reporters, "reporter", "reporters")}, at ${formatRate(passive.requests_per_s ?? 0)}.`;
}

function outcomeList(passive) {
  const met = Object.entries(passive.outcomes).filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  return met.length === 0 ? null : el("ul", { class: "outcomes" }, ...met.map(([name, count]) => el("li", {}, `${name.replaceAll("_", " ")} `, el("b", {}, String(count)))));
}

function meter(test) {
  const full = test.needed > 0 ? Math.min(1, test.value / test.needed) : 0;
  const bar = el("span", { class: full >= 1 ? `fill full ${test.name}` : "fill" });
  bar.style.inlineSize = `${(full * 100).toFixed(1)}%`;
  return el("span", { class: "meter", "aria-hidden": "true" }, bar);
}

function tests(passive) {
  const rows = (passive.thresholds ?? []).map((test) => [
    el("span", {}, el("b", {}, String(test.name).replaceAll("_", " ")), el("span", { class: "question" }, QUESTIONS[test.name] ?? "")),
    meter(test), test.value.toFixed(1), test.needed.toFixed(1), test.needed > 0 && test.value >= test.needed ? el("span", { class: "whole" }, "reached") : "",
  ]);
  if (rows.length === 0) return null;
  return table("The detector's tests", [{ title: "Test" }, { title: "" }, { title: "Is", number: true }, { title: "Needs", number: true }, { title: "" }], rows);
}

export function clientEvidence(passive) {
  const aside = passive.set_aside ?? [];
  return [
    el("h4", {}, "What clients met", el("span", { class: "level" }, passive.level)),
    el("p", {}, passiveWords(passive)),
    outcomeList(passive),
    aside.length > 0 ? el("p", {}, "Set aside, alone with what they say: ", foreign(enumerate(aside)), ".") : null,
    passive.note ? el("p", {}, foreign(passive.note)) : null,
    tests(passive),
  ].filter(Boolean);
}

function sourceItem(source, now) {
  const components = source.components.map((one) => el("li", {}, el("span", { class: one.status === "operational" ? "calm" : "loud" }, foreign(one.status)), " ", foreign(one.name || one.id)));
  const state = source.error ? el("span", { class: "loud" }, "last poll failed: ", foreign(source.error)) : source.fresh ? "fresh" : "not fresh";
  return el("div", { class: "source" },
    el("p", {}, foreign(hostOf(source.url) || source.name, { class: "strong" }), `, read ${formatAgo(parseTime(source.fetched_at), now)}, `, state,
      source.covers ? `, speaks for ${source.covers} only` : null, source.partial ? ", some components are missing" : null),
    components.length > 0 ? el("ul", { class: "components" }, ...components) : null);
}

const NAMELESS = "an incident without a name";
function incidentItem(one, now) {
  const told = [one.impact, one.status, one.counts_as === "none" ? "does not count here" : `counts as ${one.counts_as}`, one.note].filter(Boolean).join(", ");
  const started = parseTime(one.started_at);
  return el("li", { class: "incident-item" }, one.url ? outsideLink(one.url, one.name || NAMELESS) : foreign(one.name || NAMELESS),
    el("span", { class: "small" }, started === null ? "" : `since ${formatMoment(started, now)}: `, foreign(told)));
}

function maintenanceItem(one, now) {
  const from = parseTime(one.from);
  return el("li", {}, foreign(one.name), el("span", { class: "small" }, foreign(one.status), from === null ? "" : `, from ${formatMoment(from, now)}`));
}

const list = (title, items) => (items.length === 0 ? null : el("div", {}, el("h5", {}, title), el("ul", { class: "incidents" }, ...items)));

export function pageEvidence(official, now) {
  return [
    el("h4", {}, "What its pages say", el("span", { class: "level" }, official.level)),
    ...(official.sources.length === 0 ? [el("p", {}, "No status page is watched.")] : official.sources.map((one) => sourceItem(one, now))),
    list("Open incidents", official.incidents.map((one) => incidentItem(one, now))),
    list("Maintenances", official.maintenances.map((one) => maintenanceItem(one, now))),
  ].filter(Boolean);
}
