// The page: what it knows, when it asks again, and who draws what.
import { announce } from "./announce.mjs";
import * as api from "./api.mjs";
import { segments } from "./band.mjs";
import { createClock } from "./clock.mjs";
import { createDetail } from "./detail.mjs";
import { byId, el, foreign, keepChildren, setAttribute, setText } from "./dom.mjs";
import { freshness } from "./freshness.mjs";
import { RANGES, readIncidents, readTimeline, readTransitions } from "./history.mjs";
import { listenToKeys } from "./keyboard.mjs";
import { createLive } from "./live.mjs";
import { emptyModel, withHealth, withTarget } from "./model.mjs";
import { createOverrideDialog } from "./override_dialog.mjs";
import { createRows, targetHash } from "./rows.mjs";
import { stateBadge } from "./state_mark.mjs";
import { noticesOf, showChanges, showNotices, showOverrides, showReporters, showSources } from "./tables.mjs";
import { applyTheme, nextTheme, theme } from "./theme.mjs";
import { token } from "./token.mjs";
import { createTokenDialog } from "./token_dialog.mjs";
import { quietWords, titleWords, verdict, worstFirst } from "./verdict.mjs";
import { parseTime, stateClass, stateMark, tied } from "./words.mjs";

const DAY_MS = 24 * 3600e3;
const POLL_MS = { bad: 2000, calm: 4000, hidden: 30_000 };
const SLOW_MS = 5000; // reporters, pages, the agent itself
const PAST_MS = 30_000; // incidents, transitions
const SOON_MS = 300; // after a change: it is published after its commit, not before
const MOST_REST = 5;
const MANY_TARGETS = 8;

const clock = createClock();
let model = emptyModel();
let live = { word: "connecting", retryAt: 0 };
let heardAt = null;
let behindMs = 0;
let transitions = [];
let isPastTold = false;
let incidents = [];
let ready = null;
// Null: not told yet.
let reporters = null;
let sources = null;
let overrides = null;
let chosenRange = null; // null: the one that fits
let tokenWanted = false;

const now = () => clock.at(Date.now());
const targets = () => [...model.targets.values()];

// What is shown of one target

/** Null for what is no name. */
function nameIn(hash) {
  try {
    return decodeURIComponent(hash.slice(2));
  } catch {
    return null;
  }
}

/** The address says which; without it a wide page shows the worst, a narrow one the list. */
function selected() {
  const name = nameIn(location.hash);
  if (name !== "") return model.targets.has(name) ? name : null;
  return narrow.matches ? null : [...targets()].sort(worstFirst)[0]?.target ?? null;
}
const narrow = matchMedia("(max-width: 60rem)");

const usualRange = (name) => detail.usualRange(transitions, name, now());
const rangeIndex = (name) => chosenRange ?? usualRange(name);

const rows = createRows(byId("list"), byId("no-match"));
const detail = createDetail(byId("detail"), {
  override: (target) => overrideDialog.set(target.target, targets().filter((one) => target.model === null && one.provider === target.provider && one.model !== null).length),
  clear: (target) => overrideDialog.clear(ownerOfOverride(target)),
  range: (index) => { chosenRange = index; askTimeline(); draw(); },
});
const askToken = createTokenDialog();
const overrideDialog = createOverrideDialog({
  askToken: async (why) => { const given = await askToken(why); if (given) reconnect(); return given; },
  done: (warning) => { if (warning) announce(warning); askAll(); },
});

/** A provider's override holds for its models: that one is what ends. */
function ownerOfOverride(target) {
  return overrides?.overrides.some((one) => one.target === target.target) ? target.target : target.provider;
}

// Asking

const later = new Map();
/** Runs `job` after `ms`, and forgets what was planned under this name before. */
function plan(name, ms, job) {
  clearTimeout(later.get(name));
  later.set(name, setTimeout(job, ms));
}

async function quietly(job) {
  try {
    await job();
  } catch {
    // The stream and the age of what is shown say that the agent is away; each question is asked again.
  }
}

function hear(health) {
  const asOf = parseTime(health.as_of);
  if (asOf === null) return;
  clock.hear(asOf, Date.now());
  heardAt = performance.now();
  behindMs = Math.max(0, now() - asOf);
}

function take({ model: next, changes }) {
  const known = model.health !== null;
  model = next;
  for (const { target, from, to, answer } of known ? changes : []) {
    transitions = [{ at: parseTime(answer.since), target, from, to, why: answer.why, official: answer.evidence.official.level }, ...transitions];
    announce(`${target} is ${to}, was ${from}. ${answer.why}`);
  }
  if (changes.length > 0) {
    plan("past", SOON_MS, askPast);
    plan("slow", SOON_MS, askSurroundings);
  }
  draw();
}

function askHealth() {
  const bad = targets().some((one) => one.state !== "healthy");
  plan("health", document.hidden ? POLL_MS.hidden : bad ? POLL_MS.bad : POLL_MS.calm, askHealth);
  return quietly(async () => {
    const health = await api.getHealth();
    hear(health);
    take(withHealth(model, health));
  });
}

/** Every transition of the last 24 hours, page by page; a day with thousands is cut at the oldest. */
async function allTransitions(since) {
  const list = [];
  let cursor;
  do {
    const page = await api.getTransitions({ since, limit: 200, cursor });
    list.push(...readTransitions(page));
    cursor = page.next_cursor;
  } while (cursor && list.length < 2000);
  return list;
}

function askPast() {
  plan("past", PAST_MS, askPast);
  if (document.hidden) return;
  const since = new Date(now() - DAY_MS).toISOString();
  quietly(async () => {
    transitions = await allTransitions(since);
    isPastTold = true;
    draw();
    askTimeline();
  });
  quietly(async () => {
    incidents = readIncidents(await api.getIncidents({ since: new Date(now() - 7 * DAY_MS).toISOString(), limit: 200 }));
    draw();
  });
  quietly(async () => {
    overrides = await api.getOverrides();
    draw();
  });
}

function askSurroundings() {
  plan("slow", SLOW_MS, askSurroundings);
  if (document.hidden) return;
  quietly(async () => {
    const [who, pages, self] = await Promise.all([api.getReporters(), api.getSources(), api.getReady()]);
    reporters = who.reporters;
    sources = pages.sources;
    ready = self;
    draw();
  });
}

let asked = "";
function askTimeline() {
  const name = selected();
  if (!name) return;
  const range = RANGES[rangeIndex(name)];
  plan("timeline", range.refreshMs, askTimeline);
  asked = `${name} ${range.word}`;
  const mine = asked;
  if (document.hidden) return;
  quietly(async () => {
    const since = new Date(now() - range.ms).toISOString();
    try {
      const timeline = readTimeline(await api.getTimeline(name, { since }));
      if (mine !== asked) return;
      detail.showTimeline(timeline);
      draw();
    } catch (error) {
      if (mine === asked) detail.sayNoHistory(error.status ? error.message : "The agent does not answer.");
    }
  });
}

function askAll() {
  askHealth();
  askPast();
  askSurroundings();
  askTimeline();
}

const stream = createLive({
  event({ type, data }) {
    const body = JSON.parse(data);
    hear(body);
    take(type === "snapshot" ? withHealth(model, body) : withTarget(model, body));
  },
  state(next) {
    if (next.word === "live" && live.word === "lost") askAll();
    live = next;
    draw();
  },
});

function reconnect() {
  tokenWanted = false;
  stream.start();
  askAll();
}

api.whenUnauthorised(async () => {
  if (tokenWanted || document.querySelector("dialog[open]")) return;
  tokenWanted = true;
  if (await askToken(token() ? "The agent does not know this token." : "The agent asks for a token before it tells anything.")) reconnect();
});

// Drawing: at most once a frame, only what differs

let due = false;
function draw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    drawAll();
  });
}

/** What was true when the agent was last heard is not said as if it were true now. */
function drawLead(at, stale) {
  if (!model.health) return;
  const all = targets();
  const told = verdict(all, at);
  const state = stale ? "unknown" : told.state;
  setAttribute(byId("lead"), "data-state", stateClass(state));
  setText(byId("lead-mark"), stateMark(state));
  setText(byId("lead-before"), stale ? "Last heard: " : "");
  setText(byId("lead-name"), told.name);
  setText(byId("lead-text"), tied(told.text));
  const rest = told.rest.slice(0, MOST_REST).map((one) => `${one.target} ${one.state}`);
  setText(byId("lead-below"), state === "healthy" ? quietWords(all, at) : "");
  drawRest(told.rest, rest.join());
  const title = `${stateMark(state)} ${stale ? "not live" : titleWords(all)} \u2013 signalbox`;
  if (document.title !== title) document.title = title;
}

let restKey = "";
function drawRest(rest, key) {
  if (key === restKey) return;
  restKey = key;
  const shown = rest.slice(0, MOST_REST).map((one) => el("li", {}, stateBadge(one.state), el("a", { href: targetHash(one.target) }, foreign(one.target))));
  const more = rest.length - shown.length;
  keepChildren(byId("lead-rest"), more > 0 ? [...shown, el("li", { class: "small" }, `and ${more} more`)] : shown);
}

function drawFreshness() {
  const fresh = freshness({ live, heardAt, behindMs, nowMs: performance.now() });
  setText(byId("live-word"), fresh.word);
  setAttribute(byId("live"), "data-word", fresh.word.replace(" ", "-"));
  const banner = byId("stale");
  banner.hidden = fresh.detail === "";
  setText(byId("stale-words"), fresh.detail);
  setAttribute(document.body, "data-stale", fresh.stale ? "true" : null);
  return fresh.stale;
}

function drawAll() {
  const at = now();
  const all = targets();
  const name = selected();
  const since = at - DAY_MS;
  drawLead(at, drawFreshness());
  showNotices(byId("notices"), noticesOf(model.health, ready));
  byId("filter-box").hidden = all.length <= MANY_TARGETS;
  setAttribute(document.body, "data-many", all.length > MANY_TARGETS);
  const byTarget = Map.groupBy ? Map.groupBy(transitions, (one) => one.target) : groupByTarget(transitions);
  rows.update({
    targets: all, now: at, selected: name, filter: byId("filter").value.trim().toLowerCase(), bandSince: since, bandUntil: at,
    bands: (one) => segments(byTarget.get(one.target) ?? [], { state: one.state, since: parseTime(one.since) ?? since }, since, at),
  });
  setAttribute(document.body, "data-view", location.hash.length > 2 && name ? "one" : "all");
  detail.update({ answer: name ? model.targets.get(name) : null, now: at, transitions, incidents, overrides, rangeIndex: name ? rangeIndex(name) : 0 });
  showReporters(byId("reporters"), reporters, at);
  showSources(byId("sources"), sources, at);
  showOverrides(byId("overrides"), overrides, at);
  showChanges(byId("changes"), isPastTold ? transitions : null, at);
}

function groupByTarget(list) {
  const groups = new Map();
  for (const one of list) groups.set(one.target, [...(groups.get(one.target) ?? []), one]);
  return groups;
}

// What people do

function choose(name) {
  if (!name) return;
  location.hash = targetHash(name);
  rows.focus(name);
}
const step = (by) => () => choose(rows.neighbour(selected(), by));
const jump = (id) => () => byId(id).focus();

function sayTheme() {
  setText(byId("theme-word"), theme());
}

function changeTheme() {
  nextTheme();
  sayTheme();
}

listenToKeys({
  j: step(1), k: step(-1), o: () => byId("detail").querySelector(".actions button")?.click(), "/": jump("filter"), d: () => detail.focus(),
  r: jump("reporters-title"), s: jump("sources-title"), c: jump("changes-title"), t: changeTheme, Escape: () => { if (narrow.matches) location.hash = "#/"; }, "?": () => byId("help").showModal(),
  ...Object.fromEntries(RANGES.map((_, i) => [String(i + 1), () => { chosenRange = i; askTimeline(); draw(); }])),
});

addEventListener("hashchange", (event) => {
  chosenRange = null;
  askTimeline();
  drawAll();
  if (!narrow.matches) return;
  scrollTo(0, 0);
  if (location.hash.length > 2) detail.focus();
  else rows.focus(nameIn(new URL(event.oldURL).hash));
});
narrow.addEventListener("change", draw);
byId("filter").addEventListener("input", draw);
byId("theme").addEventListener("click", changeTheme);
byId("help-open").addEventListener("click", () => byId("help").showModal());
byId("help-close").addEventListener("click", () => byId("help").close());
byId("token-open").addEventListener("click", async () => { if (await askToken("A token of the agent's configuration: a reader's or an operator's.")) reconnect(); });
byId("retry").addEventListener("click", () => (live.word === "denied" ? byId("token-open").click() : reconnect()));
document.addEventListener("visibilitychange", () => (document.hidden ? stream.pause() : reconnect()));
addEventListener("online", reconnect);
setInterval(() => { if (!document.hidden) draw(); }, 1000);

applyTheme();
sayTheme();
reconnect();
