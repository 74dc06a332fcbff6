// How fresh what is shown is, in words. Pure: times are arguments, in ms.
import { formatSpan } from "./words.mjs";

/** The engine publishes each second; polls are a few seconds apart. */
const STALE_MS = 12_000;
/** A stream that was cut is mostly back at once, and the polls go on meanwhile. */
const LOST_MS = 3000;

/**
 * `live`: {word, retryAt} of live.mjs. `heardAt`: when the last answer came (performance.now()), null: none yet; `behindMs`: how old
 * that answer was by the agent's own clock. Gives {word, detail, stale}.
 */
export function freshness({ live, heardAt, behindMs, nowMs }) {
  if (live.word === "denied") return { word: "no token", detail: "The agent asks for a token.", stale: true };
  if (heardAt === null) {
    const trying = live.word === "lost" ? `The agent does not answer. Next try in ${retryWords(live, nowMs)}.` : "";
    return { word: live.word === "lost" ? "no agent" : "connecting", detail: trying, stale: live.word === "lost" };
  }
  const age = nowMs - heardAt + behindMs;
  const old = `What is shown is ${formatSpan(age)} old.`;
  if (live.word === "lost" && age > LOST_MS) return { word: "stale", detail: `The agent does not answer. ${old} Next try in ${retryWords(live, nowMs)}.`, stale: true };
  if (age > STALE_MS && behindMs > STALE_MS) return { word: "stale", detail: `The agent answers, but decides nothing: ${old}`, stale: true };
  if (age > STALE_MS && live.word !== "paused") return { word: "stale", detail: old, stale: true };
  return { word: live.word === "live" ? "live" : live.word === "paused" ? "paused" : "connecting", detail: "", stale: false };
}

const retryWords = (live, nowMs) => formatSpan(Math.max(0, live.retryAt - nowMs) + 999);
