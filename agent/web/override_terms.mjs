// What a person orders, and how it is said back before it is done. Pure.
import { formatSpan } from "./words.mjs";

export const USUAL_WEIGHT = { healthy: 100, degraded: 100, unhealthy: 0 };

/** {terms} or {mistake, field}: the body of PUT /v1/overrides. */
export function readTerms({ state, weight, reason, by, ttl }) {
  const said = reason.trim();
  if (said === "") return { field: "reason", mistake: "Say why: whoever comes next reads it." };
  const share = weight.trim() === "" ? USUAL_WEIGHT[state] : Number(weight);
  if (!Number.isInteger(share) || share < 0 || share > 100) return { field: "weight", mistake: "The weight is a whole number from 0 to 100." };
  const terms = { state, primary_weight: share, reason: said, ttl_s: Number(ttl) };
  return { terms: by.trim() === "" ? terms : { ...terms, by: by.trim() } };
}

/** "Routers are told that claude and its 3 models are unhealthy, 0 % of sessions use it, for 1 h." */
export function termsWords(target, models, terms) {
  const whom = models > 0 ? `${target} and its ${models === 1 ? "model" : `${models} models`} are` : `${target} is`;
  const share = terms.primary_weight === 0 ? "no session uses it, not even a canary" : `${terms.primary_weight} % of sessions use it`;
  return `Routers are told that ${whom} ${terms.state}: ${share}, for ${formatSpan(terms.ttl_s * 1000)}, whatever clients meet and pages say.`;
}
