// How far the provider's page was behind our own evidence, or ahead of it. Pure.
import { formatSpan, parseTime } from "./words.mjs";

const RED = new Set(["major", "critical"]);
/** An incident that the page had told this long before is another story. */
const BEFORE_MS = 2 * 3600 * 1000;

/** A person's word and the change that it made are one event. */
const SAME_MS = 2000;
const setThen = (overrides, at) => overrides.some((one) => one.action === "set" && Math.abs(parseTime(one.at) - at) < SAME_MS);

/**
 * The latest outage in `transitions` (newest first, times in ms): {from, to}, `to` null while it lasts. What a person set, by the
 * history of `overrides`, is no evidence.
 */
export function latestOutage(transitions, overrides = []) {
  let to = null;
  for (const one of transitions) {
    if (one.to === "unhealthy" && one.from !== "recovering" && !setThen(overrides, one.at)) return { from: one.at, to, official: one.official };
    if (one.to === "healthy" || one.to === "unknown" || one.to === "degraded") to = one.at;
  }
  return null;
}

/** When the page first said something of that outage, by our clock: the earliest incident that overlaps it; null: none. */
export function pageSpoke(outage, incidents, now) {
  const end = outage.to ?? now;
  const seen = incidents
    .filter((one) => one.first_seen_at >= outage.from - BEFORE_MS && one.first_seen_at <= end)
    .filter((one) => one.resolved_at === null || one.resolved_at >= outage.from)
    .map((one) => one.first_seen_at);
  return seen.length > 0 ? Math.min(...seen) : null;
}

/** A sentence on who knew first; empty without an outage. */
export function lagWords(outage, incidents, now) {
  if (!outage) return "";
  const spoke = pageSpoke(outage, incidents, now);
  if (RED.has(outage.official)) return "The page was red when we called it unhealthy.";
  if (spoke === null && outage.to === null) return `Its page has told no incident of it so far, ${formatSpan(now - outage.from)} in.`;
  if (spoke === null) return "Its page never told an incident of it.";
  const behind = spoke - outage.from;
  if (Math.abs(behind) < 1000) return "Its page told of it in the same second.";
  return behind > 0 ? `Its page told of it ${formatSpan(behind)} after we did.` : `Its page told of it ${formatSpan(behind)} before our own evidence did.`;
}
