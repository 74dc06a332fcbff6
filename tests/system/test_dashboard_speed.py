"""The dashboard's bars: first paint under 200 ms on loopback, under 100 kB, 60 targets with a day of history stay smooth."""
import math
import statistics
import unittest

from dashboard import DashboardTest, ahead_of_others
from day import write_day
from harness import ONLY_FAKES, PATIENCE_S, json_reply, statuspage

FIRST_PAINT_MS, MOST_BYTES = 200, 100_000
LOADS = 9
TRIES = 5  # on a machine that is busy with other things the first may say more about those
PROVIDERS, MODELS = 4, 14  # 60 targets
SCROLL_S = 8
# What holds on a busy machine is the time that our code takes, not the time that others take from it.
MOST_TASK_CPU_MS, MOST_BUSY = 120, 0.5
PAINT = """(() => new Promise((done) => new PerformanceObserver((list) => {
  const first = list.getEntries().find((one) => one.name === 'first-contentful-paint');
  if (first) done(first.startTime);
}).observe({ type: 'paint', buffered: true })))()"""
# Scrolls down and up for some seconds: the times between frames, and the browser's long tasks.
SCROLL = """(() => new Promise((done) => {
  const frames = [], long = [];
  new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
  const begun = performance.now(), room = document.documentElement.scrollHeight - innerHeight;
  let last = begun;
  requestAnimationFrame(function frame(now) {
    frames.push(now - last);
    last = now;
    scrollTo(0, room * Math.abs(((now - begun) / 2000) % 2 - 1));
    if (now - begun < SECONDS * 1000) requestAnimationFrame(frame);
    else done({ frames: frames.slice(1), long, room });
  });
}))()"""


def quantile(values, share):
    return sorted(values)[math.ceil(share * len(values)) - 1]


class Speed(DashboardTest):
    launcher = ahead_of_others()

    def test_the_first_paint_comes_within_200_ms_and_all_of_it_is_under_100_kb(self):
        agent = self.claude()
        tab = self.open(agent)
        own = [one for one in tab.traffic() if "/v1/" not in one["url"] and not one["url"].endswith("/readyz")]
        bodies, heads = sum(one["bodyBytes"] for one in own), sum(one["headBytes"] for one in own)
        print(f"\n{len(own)} files, {bodies} bytes, and {heads} of headers")
        self.assertGreater(bodies, 20_000)
        self.assertLess(bodies + heads, MOST_BYTES)
        medians = []
        for _ in range(TRIES):
            paints = [self.first_paint_ms(agent, tab) for _ in range(LOADS)]
            medians.append(statistics.median(paints))
            print(f"first paint: median {medians[-1]:.0f} ms of {sorted(round(one) for one in paints)}")
            if medians[-1] < FIRST_PAINT_MS:
                break
        self.assertLess(min(medians), FIRST_PAINT_MS)

    def first_paint_ms(self, agent, tab):
        tab.goto("about:blank")
        tab.goto(f"http://{agent.address}/")
        self.wait_live(tab)
        return tab.evaluate(PAINT)

    def sixty(self):
        """60 targets with a day of history: their agent, and the targets."""
        config, targets = ONLY_FAKES, []
        for number in range(PROVIDERS):
            models = [f"model-{number}-{model}" for model in range(MODELS)]
            targets += [f"acme-{number}", *(f"acme-{number}/{model}" for model in models)]
            self.page.serve(f"/{number}.json", json_reply(statuspage()))
            config += f"[providers.acme-{number}]\nmodels = {models}\n".replace("'", '"') + self.provider(f"acme-{number}", f"/{number}.json")
        agent = self.agent(config, launcher=self.launcher).start()
        agent.wait_state("acme-0", "healthy")
        agent.stop()
        changes = {name: [(1300 - 9 * at, "healthy", "degraded", 100), (1200 - 9 * at, "degraded", "unhealthy", 5),
                          (1100 - 9 * at, "unhealthy", "recovering", 25), (1050 - 9 * at, "recovering", "healthy", 100)] for at, name in enumerate(targets)}
        write_day(agent.directory / "state" / "signalbox.db", targets, changes, [(1300, 1100, 0.6), (400, 390, 0.2)])
        return agent.start(), targets

    def test_sixty_targets_with_a_day_of_history_stay_smooth_while_they_change(self):
        agent, targets = self.sixty()
        clients = self.clients(agent, [one for one in targets if "/" in one])
        tab = self.open(agent)
        tab.until("document.querySelectorAll('#list .band .state.unhealthy').length >= 50", 3 * PATIENCE_S)
        self.picture(tab, "sixty")
        self.picture(tab, "sixty-top", whole=False)
        self.assert_fits(tab)
        clients.outcomes = {"ok": 2, "overloaded": 38}
        told = tab.trace(SCROLL.replace("SECONDS", str(SCROLL_S)))
        frames, tasks = told["value"]["frames"], told["tasks"]
        cpu = [one["cpuMs"] for one in tasks]
        print(f"\n{len(targets)} targets, {SCROLL_S} s of scrolling: {len(frames)} frames, p95 {quantile(frames, 0.95):.0f} ms, worst {max(frames):.0f} ms; "
              f"{len(told['value']['long'])} long tasks, worst {max(told['value']['long'], default=0):.0f} ms; "
              f"CPU: worst task {max(cpu):.0f} ms, {sum(cpu) / SCROLL_S / 10:.0f} % of the time")
        self.assertGreater(told["value"]["room"], 500)
        self.assertLess(max(cpu), MOST_TASK_CPU_MS)
        self.assertLess(sum(cpu) / 1000 / SCROLL_S, MOST_BUSY)
        tab.until("document.querySelectorAll('#list [data-state=unhealthy]').length >= 50", 6 * PATIENCE_S)
        self.picture(tab, "sixty-outage-top", whole=False)


if __name__ == "__main__":
    unittest.main()
