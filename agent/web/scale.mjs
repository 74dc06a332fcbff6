// Axes: from values to places, and where their ticks are. Pure.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ROUND = [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR,
  3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];

export const linear = (from, to, start, end) => {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
};

/** At most `most` round times in UTC within [from, to]: [{at, label}]. */
export function timeTicks(from, to, most) {
  const step = ROUND.find((one) => (to - from) / one <= most) ?? ROUND[ROUND.length - 1];
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push({ at, label: tickLabel(at, step) });
  return ticks;
}

function tickLabel(at, step) {
  const text = new Date(at).toISOString();
  if (step >= DAY || at % DAY === 0) return text.slice(5, 10);
  return step < MINUTE ? text.slice(11, 19) : text.slice(11, 16);
}

/** 1, 2 or 5 times a power of ten, not less than `value`. */
export function niceCeiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= value * (1 - 1e-9));
}
