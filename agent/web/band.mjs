// A band of states over time: from transitions and the present state to segments, which need no steps and lose nothing. Pure.
import { badness } from "./words.mjs";

/**
 * [{from, to, state}] over [since, until], oldest first, without gaps. `transitions` newest first, as the agent answers,
 * `current` is {state, since}. Before the oldest transition its `from` was in force.
 */
export function segments(transitions, current, since, until) {
  const result = [];
  let to = until;
  let state = current.state;
  if (transitions.length > 0 && transitions[0].to !== state && current.since > transitions[0].at) {
    // The newest change has not been asked for yet.
    result.push({ from: Math.max(current.since, since), to, state });
    to = current.since;
    state = transitions[0].to;
  }
  for (const one of transitions) {
    if (one.at <= since || to <= since) break;
    if (one.at < to) result.push({ from: one.at, to, state });
    to = Math.min(to, one.at);
    state = one.from;
  }
  if (to > since) result.push({ from: since, to, state });
  return merged(result.reverse());
}

function merged(list) {
  const result = [];
  for (const one of list) {
    const last = result[result.length - 1];
    if (last && last.state === one.state) last.to = one.to;
    else result.push({ ...one });
  }
  return result;
}

/** Segments as places on a line of `width`. What is not healthy is at least `least` wide, and the worst lies on top. */
export function placed(list, since, until, width, least) {
  const scale = width / (until - since);
  return list
    .map(({ from, to, state }) => {
      const x = (from - since) * scale;
      const natural = (to - from) * scale;
      const wide = state === "healthy" ? natural : Math.max(natural, least);
      return { x: Math.max(0, Math.min(x, width - wide)), width: wide, state };
    })
    .sort((a, b) => badness(a.state) - badness(b.state));
}

/** How long each state was in force, longest first: for who cannot see the band. */
export function totals(list) {
  const sums = new Map();
  for (const { from, to, state } of list) sums.set(state, (sums.get(state) ?? 0) + (to - from));
  return [...sums].sort((a, b) => b[1] - a[1]);
}
