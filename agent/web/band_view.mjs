// A band of states drawn: each state has a height of its own as well as a colour, so that a bad hour stands out like a tower.
import { placed, totals } from "./band.mjs";
import { setAttribute, svg } from "./dom.mjs";
import { formatSpan, stateClass } from "./words.mjs";

export const BAND_HEIGHT = 18;
const HEIGHTS = { healthy: 4, unknown: 2, degraded: 9, recovering: 9, unhealthy: 18 };

/** Rectangles for `places`, their feet on `bottom`. */
export function bandShapes(places, bottom) {
  return places.map(({ x, width, state }) => {
    const name = stateClass(state);
    return svg("rect", { class: `state ${name}`, x: x.toFixed(2), y: bottom - HEIGHTS[name], width: width.toFixed(2), height: HEIGHTS[name] });
  });
}

const WIDTH = 1000;
const LEAST = 7; // about two pixels of a usual band

/** "last 24 h: healthy 23 h 50 min, unhealthy 10 min". */
export const bandWords = (list) => `last 24 h: ${totals(list).map(([state, ms]) => `${state} ${formatSpan(ms)}`).join(", ")}`;

export function createBand() {
  const node = svg("svg", { class: "band", viewBox: `0 0 ${WIDTH} ${BAND_HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": "last 24 h" });
  let drawn = "";
  return {
    node,
    draw(list, since, until) {
      const places = placed(list, since, until, WIDTH, LEAST);
      const key = places.map((one) => `${Math.round(one.x)},${Math.round(one.width)},${one.state}`).join();
      if (key === drawn) return;
      drawn = key;
      node.replaceChildren(...bandShapes(places, BAND_HEIGHT));
      setAttribute(node, "aria-label", bandWords(list));
    },
  };
}
