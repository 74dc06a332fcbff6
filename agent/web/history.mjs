// Answers about the past as the values that the page draws. Pure.
import { parseTime } from "./words.mjs";

export const RANGES = [
  { word: "15 min", ms: 15 * 60e3, refreshMs: 5e3 },
  { word: "1 h", ms: 3600e3, refreshMs: 10e3 },
  { word: "6 h", ms: 6 * 3600e3, refreshMs: 30e3 },
  { word: "24 h", ms: 24 * 3600e3, refreshMs: 60e3 },
  { word: "7 d", ms: 7 * 24 * 3600e3, refreshMs: 300e3 },
];
const DAY = 3;

/** A young outage fills a third of what is shown; without one it is a day. Gives an index of RANGES. */
export function fittingRange(outage, now) {
  if (!outage || outage.to !== null) return DAY;
  const age = now - outage.from;
  const found = RANGES.findIndex((one) => age * 3 <= one.ms);
  return found < 0 ? RANGES.length - 1 : Math.min(found, DAY);
}

export const readTransitions = (answer) => answer.transitions.map((one) => ({
  at: parseTime(one.at), target: one.target, from: one.from, to: one.to, why: one.why, official: one.evidence?.official?.level ?? "",
})).filter((one) => one.at !== null);

export const readIncidents = (answer) => answer.incidents.map((one) => ({
  ...one, started_at: parseTime(one.started_at), first_seen_at: parseTime(one.first_seen_at), updated_at: parseTime(one.updated_at), resolved_at: parseTime(one.resolved_at),
})).filter((one) => one.first_seen_at !== null);

export function readTimeline(answer) {
  const since = parseTime(answer.since);
  const until = parseTime(answer.until);
  const span = answer.step_s * 1000;
  const steps = answer.steps.map((one) => {
    const from = parseTime(one.at);
    const to = Math.min(from + span, until);
    const seconds = Math.max(to - from, 1000) / 1000;
    return { from, to, requests: one.requests, failures: one.failures, rate: one.requests / seconds, state: one.state, weight: one.primary_weight, outcomes: one.outcomes };
  });
  return { since, until, stepS: answer.step_s, steps };
}

/** Incidents about this target within the range, the earliest first: {name, from, seen, to, open}. */
export function incidentsOf(incidents, target, since, until) {
  return incidents
    .filter((one) => one.provider === target.provider)
    .filter((one) => target.model === null || one.scope.length === 0 || one.scope.includes(target.model))
    .map((one) => ({
      name: one.name, seen: one.first_seen_at, from: Math.min(one.started_at ?? one.first_seen_at, one.first_seen_at),
      to: one.resolved_at ?? until, open: one.resolved_at === null,
    }))
    .filter((one) => one.to >= since && one.from <= until)
    .sort((a, b) => a.from - b.from);
}
