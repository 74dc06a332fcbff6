// A state as people see it: a shape and a word, and colour only beside them.
import { el } from "./dom.mjs";
import { stateClass, stateMark } from "./words.mjs";

export const stateBadge = (state) =>
  el("span", { class: `badge ${stateClass(state)}` }, el("span", { class: "mark", "aria-hidden": "true" }, stateMark(state)), state);

/** Changes a badge in place. */
export function setBadge(badge, state) {
  if (badge.lastChild.textContent === state) return;
  badge.className = `badge ${stateClass(state)}`;
  badge.firstChild.textContent = stateMark(state);
  badge.lastChild.textContent = state;
}
