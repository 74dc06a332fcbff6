// The chart of one target: how many of its requests failed, against the detector's lines; how many there were; what routers were
// told; and what the page told when, all on one axis of time.
import { placed } from "./band.mjs";
import { BAND_HEIGHT, bandShapes } from "./band_view.mjs";
import { el, setAttribute, setText, svg } from "./dom.mjs";
import { linear, niceCeiling, timeTicks } from "./scale.mjs";
import { formatMoment, formatRate, formatRatio } from "./words.mjs";

const LEFT = 46;
const RIGHT = 10;
const RATIO = { top: 10, bottom: 130 };
const VOLUME = { top: 148, bottom: 190 };
const TOLD = { top: 212, bottom: 212 + 14 + BAND_HEIGHT };
const LANES_TOP = 256;
const LANE = 18;
const MOST_LANES = 4;
const AXIS = 20;
const TICK_WIDTH = 70;
const LETTER = 6.7; // of the small print, nearly enough to cut a name

const label = (x, y, text, attributes = {}) => svg("text", { x, y, ...attributes }, text);
const line = (x1, y1, x2, y2, name) => svg("line", { x1, y1, x2, y2, class: name });

/** Steps as stairs; a step without a value is a gap. Gives {line, area} as path data. */
export function stairs(steps, x, y, value, bottom) {
  let path = "";
  let area = "";
  let open = false;
  for (const step of steps) {
    const v = value(step);
    const from = x(step.from).toFixed(1);
    const to = x(step.to).toFixed(1);
    if (v === null) {
      if (open) area += `V${bottom}Z`;
      open = false;
      continue;
    }
    const at = y(v).toFixed(1);
    path += open ? `V${at}H${to}` : `M${from},${at}H${to}`;
    area += open ? `V${at}H${to}` : `M${from},${bottom}V${at}H${to}`;
    open = true;
  }
  return { line: path, area: open ? `${area}V${bottom}Z` : area };
}

function bars(steps, x, y, bottom) {
  return steps.filter((one) => one.requests > 0).map((one) => {
    const from = x(one.from);
    const width = Math.max(0.7, x(one.to) - from - 0.6);
    return `M${from.toFixed(1)},${bottom}V${y(one.rate).toFixed(1)}h${width.toFixed(1)}V${bottom}Z`;
  }).join("");
}

const cutTo = (text, width) => {
  const most = Math.floor(width / LETTER);
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1))}\u2026`;
};

/** The first lane that is free at `from`; places of equal incidents do not overlap. */
export function lanesOf(incidents) {
  const ends = [];
  return incidents.map((one) => {
    let lane = ends.findIndex((end) => end <= one.from);
    if (lane < 0) lane = ends.length;
    ends[lane] = one.to;
    return { ...one, lane };
  });
}

/** What one step says, in words: for the line below the chart, and for screen readers. */
export function stepWords(step, now) {
  const when = `${formatMoment(step.from, now)} to ${formatMoment(step.to, now)}`;
  const met = step.requests === 0 ? "no requests" : `${formatRatio(step.failures / step.requests)} of ${step.requests} requests failed (${formatRate(step.rate)})`;
  const told = step.state === null ? "" : `, ${step.state}, weight ${step.weight ?? "?"} %`;
  return `${when}: ${met}${told}`;
}

/** Owns an svg and the line of words under it. */
export function createChart() {
  const drawing = svg("svg", { class: "chart", role: "slider", tabindex: "0", "aria-label": "Failures, requests, states and incidents over time",
    "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0", "aria-valuetext": "" });
  const readout = el("p", { class: "readout" });
  const node = el("div", { class: "chart-box" }, drawing, readout);
  const cursor = line(0, RATIO.top, 0, RATIO.top, "cursor");
  let data = null;
  let at = -1; // the step that the reader is at; -1: none
  let x = (v) => v;

  function point(index) {
    at = index;
    const step = data?.steps[index];
    setAttribute(cursor, "visibility", step ? "visible" : "hidden");
    if (!step) return setText(readout, data ? data.hint : "");
    const place = (x(step.from) + x(step.to)) / 2;
    setAttribute(cursor, "x1", place);
    setAttribute(cursor, "x2", place);
    setText(readout, stepWords(step, data.until));
    setAttribute(drawing, "aria-valuenow", index);
    setAttribute(drawing, "aria-valuetext", readout.textContent);
  }

  function grid(width, height, ticks) {
    const parts = [];
    for (const tick of ticks) {
      parts.push(line(x(tick.at), RATIO.top, x(tick.at), height - AXIS, "grid"));
      parts.push(label(x(tick.at), height - 5, tick.label, { class: "tick", "text-anchor": "middle" }));
    }
    return parts;
  }

  function ratioRow(width) {
    const y = linear(0, 1, RATIO.bottom, RATIO.top);
    const path = stairs(data.steps, x, y, (one) => (one.requests > 0 ? one.failures / one.requests : null), RATIO.bottom);
    const axis = [0, 0.5, 1].flatMap((v) => [line(LEFT, y(v), width - RIGHT, y(v), "rule"), label(LEFT - 6, y(v) + 4, `${v * 100} %`, { class: "tick", "text-anchor": "end" })]);
    const lines = data.lines.flatMap(({ ratio, text }) => [line(LEFT, y(ratio), width - RIGHT, y(ratio), "threshold"),
      label(LEFT + 5, y(ratio) - 4, cutTo(text, width - LEFT - RIGHT), { class: "threshold-word" })]);
    const silent = data.steps.some((one) => one.requests > 0) ? [] : [label((LEFT + width) / 2, y(0.2), "no requests were reported in this time", { class: "tick", "text-anchor": "middle" })];
    return [...axis, ...silent, label(LEFT + 2, RATIO.top + 11, "failed", { class: "caption" }), svg("path", { class: "failures area", d: path.area }), svg("path", { class: "failures line", d: path.line }), ...lines];
  }

  function volumeRow(width) {
    const most = niceCeiling(Math.max(...data.steps.map((one) => one.rate), 0));
    const y = linear(0, most, VOLUME.bottom, VOLUME.top);
    return [label(LEFT + 2, VOLUME.top + 1, "requests", { class: "caption" }), line(LEFT, VOLUME.bottom, width - RIGHT, VOLUME.bottom, "rule"), label(LEFT - 6, VOLUME.top + 8, `${most}/s`, { class: "tick", "text-anchor": "end" }),
      svg("path", { class: "volume", d: bars(data.steps, x, y, VOLUME.bottom) })];
  }

  function toldRow(width) {
    const places = placed(data.band, data.since, data.until, width - LEFT - RIGHT, 2).map((one) => ({ ...one, x: one.x + LEFT }));
    return [label(LEFT + 2, TOLD.top - 4, "told: weight, state", { class: "caption" }), label(LEFT - 6, TOLD.top + 5, "100 %", { class: "tick", "text-anchor": "end" }), ...bandShapes(places, TOLD.bottom)];
  }

  function weightLine() {
    const y = linear(0, 100, TOLD.bottom, TOLD.top);
    return svg("path", { class: "weight-line", d: stairs(data.steps, x, y, (one) => one.weight, TOLD.bottom).line });
  }

  function incidentShapes(width) {
    const shown = lanesOf(data.incidents).filter((one) => one.lane < MOST_LANES);
    const parts = [];
    for (const one of shown) {
      const top = LANES_TOP + one.lane * LANE;
      const from = Math.max(LEFT, x(one.from));
      const seen = Math.max(LEFT, Math.min(x(one.seen), width - RIGHT));
      const to = Math.min(width - RIGHT, Math.max(x(one.to), seen + 3));
      if (seen > from) parts.push(svg("rect", { class: "incident claimed", x: from, y: top, width: seen - from, height: LANE - 6 }));
      parts.push(svg("rect", { class: `incident ${one.open ? "open" : "over"}`, x: seen, y: top, width: to - seen, height: LANE - 6 }));
      const room = width - RIGHT - from;
      // On the side where there is more of it to be read.
      const before = room < one.name.length * LETTER && room < from - LEFT;
      parts.push(label(before ? from - 4 : from + 4, top + 10, cutTo(one.name, before ? from - LEFT : room), { class: "incident-word", "text-anchor": before ? "end" : "start" }));
    }
    const word = data.incidents.length > 0 ? "page" : "";
    return [label(LEFT - 6, LANES_TOP + 10, word, { class: "tick", "text-anchor": "end" }), ...parts];
  }

  /** Where we said it, from top to bottom; and what lies between that and the page's first word. */
  function marks(height) {
    if (data.outage === null || data.outage < data.since) return [];
    const mark = (at, top, name, words) => {
      const place = at > LEFT + 120 ? { x: at - 4, anchor: "end" } : { x: at + 4, anchor: "start" };
      return [line(at, RATIO.top, at, height - AXIS, name), label(place.x, RATIO.top + top, words, { class: `${name}-word`, "text-anchor": place.anchor })];
    };
    const theirs = data.spoke !== null && data.spoke > data.since ? mark(x(data.spoke), 26, "theirs", "its page") : [];
    return [...mark(x(data.outage), 11, "ours", "our evidence"), ...theirs];
  }

  function draw() {
    const width = Math.floor(node.clientWidth);
    if (!data || width < 80) return;
    const lanes = Math.min(MOST_LANES, Math.max(0, ...lanesOf(data.incidents).map((one) => one.lane + 1)));
    const height = LANES_TOP + lanes * LANE + AXIS;
    x = linear(data.since, data.until, LEFT, width - RIGHT);
    setAttribute(drawing, "viewBox", `0 0 ${width} ${height}`);
    setAttribute(drawing, "width", width);
    setAttribute(drawing, "height", height);
    setAttribute(cursor, "y2", height - AXIS);
    const ticks = timeTicks(data.since, data.until, Math.max(2, Math.floor((width - LEFT) / TICK_WIDTH)))
      .filter((one) => x(one.at) > LEFT + 16 && x(one.at) < width - RIGHT - 14);
    drawing.replaceChildren(...grid(width, height, ticks), ...ratioRow(width), ...volumeRow(width), ...toldRow(width), weightLine(),
      ...incidentShapes(width), ...marks(height), cursor);
    setAttribute(drawing, "aria-valuemax", data.steps.length - 1);
    point(Math.min(at, data.steps.length - 1));
  }

  function stepAt(event) {
    const place = event.clientX - drawing.getBoundingClientRect().left;
    return data ? data.steps.findIndex((one) => x(one.from) <= place && place < x(one.to)) : -1;
  }

  const KEYS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12 };
  function onKey(event) {
    if (!data || data.steps.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = data.steps.length - 1;
    const wanted = event.key === "Home" ? 0 : event.key === "End" ? last : event.key in KEYS ? (at < 0 ? last : at + KEYS[event.key]) : null;
    if (wanted === null) return;
    event.preventDefault();
    point(Math.min(Math.max(wanted, 0), last));
  }

  drawing.addEventListener("pointermove", (event) => point(stepAt(event)));
  drawing.addEventListener("pointerleave", () => point(-1));
  drawing.addEventListener("keydown", onKey);
  drawing.addEventListener("blur", () => point(-1));
  new ResizeObserver(draw).observe(node);

  return {
    node,
    /** {since, until, steps, band, incidents, lines, outage, spoke, hint}; see detail.mjs. */
    show(next) {
      data = next;
      draw();
    },
    clear(hint) {
      data = null;
      at = -1;
      drawing.replaceChildren();
      setText(readout, hint);
    },
  };
}
