// The agent's clock, as seen from here: ages are told by its time, whatever this computer's clock says. Pure: local times
// are arguments.

const KEPT = 8;

export function createClock() {
  let offsets = [];
  return {
    /** The agent said at `localMs` that it was `agentMs`. An answer is up to a second old: the newest of some is nearest. */
    hear(agentMs, localMs) {
      const offset = agentMs - localMs;
      // A clock was set: what was measured before is worth nothing.
      if (offsets.length > 0 && Math.abs(offset - Math.max(...offsets)) > 30_000) offsets = [];
      offsets = [...offsets.slice(1 - KEPT), offset];
    },
    /** The agent's time at `localMs`. */
    at: (localMs) => localMs + (offsets.length > 0 ? Math.max(...offsets) : 0),
    /** How far this computer's clock is behind the agent's, in ms. */
    offset: () => (offsets.length > 0 ? Math.max(...offsets) : 0),
  };
}
