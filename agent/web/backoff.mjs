// How long to wait before the next try: half a second, doubling to ten, each with a random part, so that a hundred open
// pages do not come back in one moment. Pure: `random` is an argument.

const FIRST_MS = 500;
const MOST_MS = 10_000;

/** `failures` in a row, 1 for the first. */
export function retryDelay(failures, random) {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return full * (0.5 + random / 2);
}
