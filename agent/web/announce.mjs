// Tells screen readers what changed, a sentence at a time; many at once become one.
import { byId } from "./dom.mjs";

const TOGETHER_MS = 200;
const MOST = 3;
let waiting = [];

function speak() {
  const more = waiting.length - MOST;
  byId("announcer").textContent = waiting.slice(0, MOST).join(" ") + (more > 0 ? ` And ${more} more changed.` : "");
  waiting = [];
}

export function announce(sentence) {
  if (waiting.length === 0) setTimeout(speak, TOGETHER_MS);
  waiting.push(sentence);
}
