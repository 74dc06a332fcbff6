// Asking the agent. Paths are relative, so that the page also works below a prefix of a proxy.
import { authorization } from "./token.mjs";

/** What the agent refused, in its own words (RFC 9457). */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `the agent answered ${status}`);
    this.status = status;
    this.pointer = problem?.pointer ?? "";
  }
}

const TIMEOUT_MS = 10_000;
let onUnauthorised = () => {};

/** `listener` is called whenever an answer is 401. */
export function whenUnauthorised(listener) {
  onUnauthorised = listener;
}

const targetPath = (target) => target.split("/").map(encodeURIComponent).join("/");

async function refuse(response) {
  const problem = await response.json().catch(() => null);
  if (response.status === 401) onUnauthorised();
  throw new Refusal(response.status, problem);
}

async function ask(path, options = {}) {
  const response = await fetch(path, {
    ...options, cache: "no-store", redirect: "error", credentials: "omit", signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { ...authorization(), ...options.headers },
  });
  return response.ok ? response.json() : refuse(response);
}

const query = (parameters) => {
  const set = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  return set.length > 0 ? `?${new URLSearchParams(set)}` : "";
};

export const getHealth = () => ask("v1/health");
export const getReporters = () => ask("v1/reporters");
export const getSources = () => ask("v1/sources");
export const getOverrides = () => ask("v1/overrides?limit=20");
export const getTransitions = (parameters) => ask(`v1/transitions${query(parameters)}`);
export const getIncidents = (parameters) => ask(`v1/incidents${query(parameters)}`);
export const getTimeline = (target, parameters) => ask(`v1/timeline/${targetPath(target)}${query(parameters)}`);

/** The agent about itself: 503 is an answer too. */
export async function getReady() {
  const response = await fetch("readyz", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS), headers: authorization() });
  return response.ok || response.status === 503 ? response.json() : refuse(response);
}

export const putOverride = (target, terms) =>
  ask(`v1/overrides/${targetPath(target)}`, { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(terms) });
export const deleteOverride = (target) => ask(`v1/overrides/${targetPath(target)}`, { method: "DELETE" });

/** The stream's answer, its body unread. Throws a Refusal. */
export async function openStream(lastEventId, signal) {
  const resume = lastEventId ? { "Last-Event-ID": lastEventId } : {};
  const response = await fetch("v1/stream", {
    cache: "no-store", redirect: "error", credentials: "omit", signal, headers: { Accept: "text/event-stream", ...authorization(), ...resume },
  });
  return response.ok ? response : refuse(response);
}
