// States, times and numbers in the words that people read; the same words as the command line's (agent/render/words.h).
// Times are milliseconds since 1970 and are shown in UTC.

export const STATES = {
  unhealthy: { mark: "\u2717", badness: 4 },
  degraded: { mark: "!", badness: 3 },
  recovering: { mark: "~", badness: 2 },
  unknown: { mark: "?", badness: 1 },
  healthy: { mark: "\u2713", badness: 0 },
};

/** A word of a newer agent that we do not know is shown as it is, and counts as unknown. */
export const stateMark = (state) => (STATES[state] ?? STATES.unknown).mark;
export const badness = (state) => (STATES[state] ?? STATES.unknown).badness;

/** A class name for CSS, one of five: never a word from outside. */
export const stateClass = (state) => (state in STATES ? state : "unknown");

const NAMES = { claude: "Claude", openai: "OpenAI", gemini: "Gemini" };

/** How a target begins a sentence: providers by the name that people know, models as they are spelt. */
export const spokenName = (target) => NAMES[target] ?? target;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const twoUnits = (large, largeUnit, small, smallUnit) =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** "12 s", "14 min", "3 h 12 min", "2 d 4 h". */
export function formatSpan(ms) {
  const total = Math.floor(Math.abs(ms) / 1000);
  if (total < MINUTE) return `${total} s`;
  if (total < HOUR) return `${Math.floor(total / MINUTE)} min`;
  if (total < DAY) return twoUnits(Math.floor(total / HOUR), "h", Math.floor((total % HOUR) / MINUTE), "min");
  return twoUnits(Math.floor(total / DAY), "d", Math.floor((total % DAY) / HOUR), "h");
}

const iso = (at) => new Date(at).toISOString();

/** "14:02:31" on the day of `now`, else "11-22 14:02". */
export function formatMoment(at, now) {
  const text = iso(at);
  return text.slice(0, 10) === iso(now).slice(0, 10) ? text.slice(11, 19) : text.slice(5, 16).replace("T", " ");
}

/** "14:02", with the day before it when it is not today's. */
export function formatMinute(at, now) {
  const text = iso(at);
  return text.slice(0, 10) === iso(now).slice(0, 10) ? text.slice(11, 16) : text.slice(5, 16).replace("T", " ");
}

/** "3 min ago", "in 3 min", "never". */
export function formatAgo(at, now) {
  if (at === null) return "never";
  return at > now ? `in ${formatSpan(at - now)}` : `${formatSpan(now - at)} ago`;
}

/** "0.4 %", "62 %": a small share is not rounded to nothing. */
export function formatRatio(ratio) {
  const percent = Math.min(Math.max(ratio, 0), 1) * 100;
  return percent > 0 && percent < 9.95 ? `${percent.toFixed(1)} %` : `${percent.toFixed(0)} %`;
}

/** Requests a second: "0.05/s", "4.2/s", "41/s". */
export function formatRate(rate) {
  if (!(rate > 0)) return "0/s";
  if (rate < 1) return `${rate.toFixed(2)}/s`;
  return rate < 10 ? `${rate.toFixed(1)}/s` : `${Math.round(rate)}/s`;
}

export const countOf = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** "a", "a and b", "a, b and c". */
export function enumerate(items) {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** "5 % primary, one attempt": what a router was told. */
export function adviceWords(advice) {
  const retry = advice.retry_budget_ms > 0 ? `retry up to ${Number((advice.retry_budget_ms / 1000).toPrecision(3))} s` : "one attempt";
  return `${advice.primary_weight} % primary, ${retry}`;
}

/** A number keeps its unit beside it at the end of a line. */
export const tied = (text) => text.replace(/(\d) (%|s|min|h|d)(?![a-z])/g, "$1\u00a0$2");

/** RFC 3339 to milliseconds; null for null and for what is no time. */
export function parseTime(text) {
  const at = typeof text === "string" ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** The host of a URL, or the text as it is. */
export function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return String(url ?? "");
  }
}
