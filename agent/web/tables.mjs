// The agent's surroundings: who reports, which pages are read, what people set by hand, what changed lately.
import { el, foreign, setText, table } from "./dom.mjs";
import { targetHash } from "./rows.mjs";
import { stateBadge } from "./state_mark.mjs";
import { formatAgo, formatMoment, formatRate, formatRatio, hostOf, parseTime } from "./words.mjs";

const MOST_CHANGES = 12;

/** Replaces what is below the heading of `section`, where it differs by `key`. */
function fill(section, key, make) {
  if (section.dataset.key === key) return;
  section.dataset.key = key;
  section.replaceChildren(make());
}

const moment = (at, now) => el("time", { datetime: new Date(at).toISOString() }, formatMoment(at, now));
const nothing = (words) => el("p", { class: "small" }, words);
/** Of what is null: nobody knows yet, which is not "none". */
const notTold = () => nothing("The agent has not told yet.");
const scroll = (label, child) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, child);

export function showReporters(section, reporters, now) {
  fill(section, JSON.stringify(reporters) + Math.floor(now / 1000), () => {
    if (reporters === null) return notTold();
    if (reporters.length === 0) return nothing("Nobody reports. Without reports the agent goes by the status pages alone.");
    const rows = reporters.map((one) => [foreign(one.name, { class: "strong" }), formatAgo(parseTime(one.last_seen_at), now), formatRate(one.requests_per_s),
      formatRatio(one.share), one.skew_ms === null ? "not told" : `${one.skew_ms} ms`, one.set_aside ? el("span", { class: "loud" }, "set aside") : ""]);
    return scroll("Who reports", table("Who reports", [{ title: "Reporter" }, { title: "Heard", number: true }, { title: "Requests", number: true }, { title: "Share", number: true },
      { title: "Clock", number: true }, { title: "" }], rows));
  });
}

export function showSources(section, sources, now) {
  fill(section, JSON.stringify(sources) + Math.floor(now / 1000), () => {
    if (sources === null) return notTold();
    if (sources.length === 0) return nothing("No status page is configured.");
    const rows = sources.map((one) => [foreign(one.provider, { class: "strong" }), foreign(hostOf(one.url)), el("span", { class: one.level === "none" ? "calm" : "loud" }, one.level),
      el("span", { class: one.fresh ? null : "loud" }, formatAgo(parseTime(one.last_good_at), now)),
      one.last_error ? el("span", { class: "loud" }, foreign(one.last_error)) : one.partial ? el("span", { class: "loud" }, "components are missing") : `${one.latency_ms ?? "?"} ms`]);
    return scroll("Status pages", table("Status pages", [{ title: "Provider" }, { title: "Page" }, { title: "Level" }, { title: "Read", number: true }, { title: "Last poll" }], rows));
  });
}

export function showChanges(section, transitions, now) {
  const newest = transitions?.slice(0, MOST_CHANGES) ?? null;
  fill(section, `${newest?.map((one) => `${one.at}${one.target}`)}`, () => {
    if (newest === null) return notTold();
    if (newest.length === 0) return nothing("Nothing changed in the last 24 hours.");
    return el("ul", { class: "changes" }, ...newest.map((one) => el("li", {}, moment(one.at, now), stateBadge(one.to), el("a", { href: targetHash(one.target) }, foreign(one.target)))));
  });
}

const DONE = { set: "set", cleared: "ended", expired: "ran out, set" };

export function showOverrides(section, told, now) {
  fill(section, JSON.stringify(told), () => {
    if (told === null) return notTold();
    const { overrides, history } = told;
    if (overrides.length === 0 && (history ?? []).length === 0) return nothing("Nobody has set anything by hand.");
    const words = overrides.length === 0 ? "None is in force." : `In force: ${overrides.map((one) => one.target).join(", ")}.`;
    return el("div", {}, nothing(words), el("ul", { class: "changes" }, ...(history ?? []).map((one) => el("li", {}, moment(parseTime(one.at), now), stateBadge(one.state),
      foreign(`${one.target}, ${one.primary_weight} %: ${DONE[one.action] ?? one.action}${one.by ? ` by ${one.by}` : ""}: ${one.reason}`, { class: "why-small" })))));
  });
}

/** What must not be overlooked, a sentence each. */
export function noticesOf(health, ready) {
  const lines = [];
  if (health?.observer.suspect) lines.push(`Our own network may be the fault, nothing is moved: ${health.observer.why ?? "no reason given"}`);
  if (health && health.persistence !== "ok") lines.push("Nothing is being stored: what is told here would not be found after a crash.");
  if (health?.database_set_aside) lines.push(`The database was corrupt and a new one was begun; the old one is ${health.database_set_aside}.`);
  for (const [name, checks] of Object.entries(ready?.checks ?? {})) {
    const said = name === "store:persistence" && health && (health.persistence !== "ok" || health.database_set_aside);
    for (const one of checks) if (one.status !== "pass" && !said) lines.push(`${name}: ${one.output ?? one.status}`);
  }
  return lines;
}

export function showNotices(root, lines) {
  const key = lines.join("\n");
  if (root.dataset.key === key) return;
  root.dataset.key = key;
  root.replaceChildren(...lines.map((text) => {
    const item = el("p", { class: "notice" });
    setText(item, text);
    return item;
  }));
}
