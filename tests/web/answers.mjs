// What an agent answers, with the values that a test cares about.

export function target(name, state = "healthy", more = {}) {
  const [provider, ...model] = name.split("/");
  const weights = { healthy: 100, degraded: 100, unhealthy: 5, recovering: 25, unknown: 100 };
  return {
    target: name, provider, model: model.length > 0 ? model.join("/") : null, state, since: "2026-11-23T14:02:00.000Z", as_of: "2026-11-23T14:05:00.000Z",
    generation: 7, advice: { action: "primary", primary_weight: weights[state], retry_budget_ms: state === "unhealthy" ? 0 : 8000 }, why: "it says so", override: null,
    evidence: { official: { level: "none", fresh: true, sources: [], incidents: [], maintenances: [] }, passive: { level: "normal", requests: 0, failures: 0, failure_ratio: 0, reporters: 0 } },
    ...more,
  };
}

export const passive = (level, failures, requests) => ({ level, requests, failures, failure_ratio: requests > 0 ? failures / requests : 0, reporters: 3 });
export const withPassive = (one, evidence) => ({ ...one, evidence: { ...one.evidence, passive: evidence } });
