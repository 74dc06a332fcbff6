// The list of targets: a line each with state, weight, what clients meet now, and a band of the last 24 hours.
import { createBand } from "./band_view.mjs";
import { el, foreign, keepChildren, setAttribute, setText } from "./dom.mjs";
import { grouped } from "./model.mjs";
import { setBadge, stateBadge } from "./state_mark.mjs";
import { badness, formatRate, formatRatio, formatSpan, parseTime, stateClass } from "./words.mjs";

export const targetHash = (target) => `#/${target}`;

/** "62 % of 41/s": what is met now; a rate alone where nothing fails. */
function trafficWords(passive) {
  if (passive.requests === 0) return passive.reporters === 0 ? "no reports" : "no requests";
  return `${formatRatio(passive.failure_ratio)} fail of ${formatRate(passive.requests_per_s ?? 0)}`;
}

function createRow(target) {
  const badge = stateBadge("unknown");
  const age = el("span", { class: "age" });
  const weight = el("span", { class: "weight" });
  const traffic = el("span", { class: "traffic" });
  const hand = el("span", { class: "hand" });
  const band = createBand();
  const name = target.model ?? target.provider;
  const link = el("a", { href: targetHash(target.target), class: "target", draggable: "false" },
    badge, el("span", { class: "name" }, foreign(name)), hand, age, weight, band.node, traffic);
  const node = el("li", { class: target.model === null ? "row provider" : "row model" }, link);

  return {
    node, link,
    update(now, answer, selected) {
      const since = parseTime(answer.since);
      setBadge(badge, answer.state);
      setAttribute(node, "data-state", stateClass(answer.state));
      setText(age, since === null ? "" : formatSpan(now - since));
      setText(weight, `${answer.advice.primary_weight} %`);
      setText(traffic, trafficWords(answer.evidence.passive));
      setText(hand, answer.override ? "by hand" : "");
      setAttribute(link, "aria-current", selected ? "true" : null);
    },
    band,
  };
}

/** `root` is a list; gives {update, neighbour, focus}. */
export function createRows(root, empty) {
  const rows = new Map();
  let order = [];

  function rowOf(target) {
    if (!rows.has(target.target)) rows.set(target.target, createRow(target));
    return rows.get(target.target);
  }

  return {
    /** `bands(target)` gives the segments of its last 24 hours, or null while they are not known. */
    update({ targets, now, selected, filter, bands, bandSince, bandUntil }) {
      const wanted = targets.filter((one) => one.target.toLowerCase().includes(filter));
      order = grouped(wanted, badness).flat();
      for (const one of order) {
        const row = rowOf(one);
        row.update(now, one, one.target === selected);
        const list = bands(one);
        if (list) row.band.draw(list, bandSince, bandUntil);
      }
      const known = new Set(targets.map((one) => one.target));
      for (const name of rows.keys()) if (!known.has(name)) rows.delete(name);
      keepChildren(root, order.map((one) => rows.get(one.target).node));
      setText(empty, order.length === 0 && targets.length > 0 ? "No target has this in its name." : "");
    },
    /** The target `step` lines from `selected`. */
    neighbour(selected, step) {
      const at = order.findIndex((one) => one.target === selected);
      const next = order[Math.min(Math.max(at + step, 0), order.length - 1)];
      return next ? next.target : null;
    },
    focus(target) {
      rows.get(target)?.link.focus();
    },
  };
}
