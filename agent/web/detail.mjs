// One target in full: what routers were told, why, the chart, the evidence, its last changes.
import { segments } from "./band.mjs";
import { createChart } from "./chart.mjs";
import { el, foreign, keepChildren, setAttribute, setText, table } from "./dom.mjs";
import { clientEvidence, pageEvidence } from "./evidence.mjs";
import { fittingRange, incidentsOf, RANGES } from "./history.mjs";
import { lagWords, latestOutage, pageSpoke } from "./lag.mjs";
import { setBadge, stateBadge } from "./state_mark.mjs";
import { formatMinute, formatMoment, formatRatio, formatSpan, parseTime } from "./words.mjs";

const MOST_CHANGES = 8;
const LINES = { elevated: "elevated", moderate: "unhealthy, if it lasts" };

/** The detector's lines: the ratio above which a sum rises. */
export function thresholdLines(passive) {
  return (passive.thresholds ?? []).filter((one) => one.name in LINES && one.neutral_ratio > 0)
    .map((one) => ({ ratio: one.neutral_ratio, text: `${formatRatio(one.neutral_ratio)} ${LINES[one.name]}` }));
}

function changeItem(one, now) {
  return el("li", {}, el("time", { datetime: new Date(one.at).toISOString() }, formatMoment(one.at, now)), stateBadge(one.to), foreign(one.why, { class: "why-small" }));
}

function stepTable(timeline, now) {
  const rows = timeline.steps.filter((one) => one.requests > 0 || (one.state !== null && one.state !== "healthy"))
    .map((one) => [formatMoment(one.from, now), one.state ?? "", one.weight === null ? "" : `${one.weight} %`, String(one.requests), String(one.failures),
      one.requests > 0 ? formatRatio(one.failures / one.requests) : ""]);
  if (rows.length === 0) return el("p", {}, "Nothing was reported in this time, and it was healthy.");
  return table("Failures and states in steps", [{ title: "From (UTC)" }, { title: "State" }, { title: "Weight", number: true }, { title: "Requests", number: true },
    { title: "Failures", number: true }, { title: "Ratio", number: true }], rows.reverse());
}

/** `actions`: {override(target), clear(target), range(index or null)} */
export function createDetail(root, actions) {
  const badge = stateBadge("unknown");
  const title = el("h2", { tabindex: "-1" });
  const since = el("span", { class: "since" });
  const weight = el("b", { class: "big" });
  const weightBar = el("span", { class: "fill" });
  const action = el("span");
  const budget = el("b", { class: "big" });
  const until = el("span", { class: "small" });
  const byHand = el("p", { class: "by-hand" });
  const why = el("p", { class: "why" });
  const lag = el("p", { class: "lag" });
  const chart = createChart();
  const ranges = RANGES.map((one, i) => el("button", { type: "button", onclick: () => actions.range(i), title: `Show ${one.word} (${i + 1})` }, one.word));
  const asTable = el("details", { class: "as-table" }, el("summary", {}, "The chart as a table"), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The chart as a table" }));
  const clients = el("div", { class: "clients" });
  const pages = el("div", { class: "pages" });
  const changes = el("ul", { class: "changes" });
  const noChanges = el("p", { class: "small" });
  const setButton = el("button", { type: "button", onclick: () => actions.override(target), title: "Override (o)" }, "Override\u2026");
  const clearButton = el("button", { type: "button", onclick: () => actions.clear(target) }, "End the override\u2026");
  let target = null;
  let timeline = null;
  let evidenceKey = "";
  let changesKey = "";

  root.append(
    el("header", { class: "detail-head" }, el("a", { class: "back", href: "#/" }, "\u2190 All targets"), title, el("p", { class: "standing" }, badge, since),
      el("div", { class: "actions" }, setButton, clearButton)),
    el("div", { class: "told" },
      el("div", {}, el("span", { class: "label" }, "Routers were told"), weight, el("span", { class: "meter wide", "aria-hidden": "true" }, weightBar), el("span", { class: "small" }, "of sessions use it")),
      el("div", {}, el("span", { class: "label" }, "Retries"), budget, action), until),
    byHand, why,
    el("section", { class: "card", "aria-label": "Over time" },
      el("div", { class: "card-head" }, el("h3", {}, "Failures, requests, states, incidents"), el("div", { class: "ranges", role: "group", "aria-label": "Range" }, ...ranges)),
      chart.node, lag, asTable),
    el("div", { class: "evidence" }, el("section", { class: "card", "aria-label": "What clients met" }, clients), el("section", { class: "card", "aria-label": "What its pages say" }, pages)),
    el("section", { class: "card", "aria-label": "Its last changes" }, el("h3", {}, "Its last changes"), noChanges, changes));

  function showTold(answer) {
    const { primary_weight: share, retry_budget_ms: retry, action: word } = answer.advice;
    setText(weight, `${share} %`);
    weightBar.style.inlineSize = `${share}%`;
    setText(budget, retry > 0 ? `up to ${Number((retry / 1000).toPrecision(3))} s` : "none");
    setText(action, retry > 0 ? "" : word === "fallback" ? "one attempt, then the fallback" : "one attempt");
    const expires = parseTime(answer.expires_at);
    setText(until, expires === null ? "" : `holds until ${formatMoment(expires, expires)} UTC`);
  }

  function showOverride(override, now) {
    byHand.hidden = !override;
    clearButton.hidden = !override;
    if (!override) return;
    const ends = parseTime(override.expires_at);
    keepChildren(byHand, [document.createTextNode("Set by hand by "), foreign(override.by, { class: "strong" }),
      document.createTextNode(ends === null ? ": " : ` until ${formatMinute(ends, now)} UTC (${formatSpan(ends - now)} more): `), foreign(override.reason)]);
  }

  function showEvidence(evidence, now) {
    const key = JSON.stringify(evidence) + Math.floor(now / 1000);
    if (key === evidenceKey) return;
    evidenceKey = key;
    clients.replaceChildren(...clientEvidence(evidence.passive));
    pages.replaceChildren(...pageEvidence(evidence.official, now));
  }

  function showChanges(list, now) {
    const mine = list.filter((one) => one.target === target.target).slice(0, MOST_CHANGES);
    const key = `${target.target} ${mine.map((one) => one.at).join()}`;
    setText(noChanges, mine.length === 0 ? "None in the last 24 hours." : "");
    if (key === changesKey) return;
    changesKey = key;
    changes.replaceChildren(...mine.map((one) => changeItem(one, now)));
  }

  function showChart(transitions, incidents, overrides) {
    if (!timeline) return;
    const mine = transitions.filter((one) => one.target === target.target);
    const outage = latestOutage(mine, (overrides?.history ?? []).filter((one) => one.target === target.target || one.target === target.provider));
    const about = incidents.filter((one) => one.provider === target.provider && (target.model === null || one.scope.length === 0 || one.scope.includes(target.model)));
    const spoke = outage ? pageSpoke(outage, about, timeline.until) : null;
    chart.show({
      ...timeline, outage: outage?.from ?? null, spoke, lines: thresholdLines(target.evidence.passive),
      band: segments(mine, { state: target.state, since: parseTime(target.since) ?? timeline.since }, timeline.since, timeline.until),
      incidents: incidentsOf(incidents, target, timeline.since, timeline.until),
      hint: "Point at the chart, or focus it and use the arrow keys, to read a step.",
    });
    setText(lag, outage && outage.from >= timeline.since ? lagWords(outage, about, timeline.until) : "");
    if (asTable.open) asTable.lastChild.replaceChildren(stepTable(timeline, timeline.until));
  }
  asTable.addEventListener("toggle", () => {
    if (asTable.open && timeline) asTable.lastChild.replaceChildren(stepTable(timeline, timeline.until));
  });

  return {
    /** `next` is the target's answer; null: none is chosen. */
    update({ answer, now, transitions, incidents, overrides, rangeIndex }) {
      root.hidden = !answer;
      if (!answer) return;
      if (target?.target !== answer.target) {
        timeline = null;
        chart.clear("Asking for its history\u2026");
      }
      target = answer;
      const at = parseTime(answer.since);
      setText(title, answer.target);
      setBadge(badge, answer.state);
      setText(since, at === null ? "" : `since ${formatMoment(at, now)} UTC, for ${formatSpan(now - at)}`);
      setText(why, answer.why);
      setAttribute(root, "data-state", answer.state);
      showTold(answer);
      showOverride(answer.override, now);
      showEvidence(answer.evidence, now);
      showChanges(transitions, now);
      ranges.forEach((one, i) => setAttribute(one, "aria-pressed", i === rangeIndex ? "true" : "false"));
      showChart(transitions, incidents, overrides);
    },
    showTimeline(next) {
      timeline = next;
    },
    sayNoHistory(words) {
      if (!timeline) chart.clear(words);
    },
    /** The range that shows a young outage well. */
    usualRange: (transitions, name, now) => fittingRange(latestOutage(transitions.filter((one) => one.target === name)), now),
    focus() {
      title.focus({ preventScroll: false });
    },
  };
}
