// What the page knows of the targets, and how an answer or an event changes it. Pure.

export const emptyModel = () => ({ health: null, targets: new Map() });

const changed = (before, after) => before !== undefined && before.state !== after.state;

/** The body of /v1/health, from a poll or as the event `snapshot`. Gives {model, changes}: {target, from, to, now}. */
export function withHealth(model, health) {
  // A poll that was under way while the stream told something newer.
  if (model.health && health.generation < model.health.generation && health.as_of < model.health.as_of) return { model, changes: [] };
  const targets = new Map();
  const changes = [];
  for (const one of health.targets) {
    const before = model.targets.get(one.target);
    const newest = before && before.as_of > one.as_of ? before : one;
    targets.set(one.target, newest);
    if (changed(before, newest)) changes.push(change(before, newest));
  }
  return { model: { health, targets }, changes };
}

/** The event `health`: one target. */
export function withTarget(model, target) {
  const before = model.targets.get(target.target);
  const targets = new Map(model.targets).set(target.target, target);
  return { model: { ...model, targets }, changes: changed(before, target) ? [change(before, target)] : [] };
}

const change = (before, after) => ({ target: after.target, from: before.state, to: after.state, answer: after });

/** Providers with their models below them: who has the worst first, in the agent's order among equals. */
export function grouped(targets, badness) {
  const groups = new Map();
  for (const one of targets) {
    if (!groups.has(one.provider)) groups.set(one.provider, []);
    groups.get(one.provider).push(one);
  }
  const worst = (group) => Math.max(...group.map((one) => badness(one.state)));
  const byModel = (a, b) => (a.model === null ? -1 : b.model === null ? 1 : badness(b.state) - badness(a.state));
  return [...groups.values()].map((group) => group.sort(byModel)).sort((a, b) => worst(b) - worst(a));
}
