#!/usr/bin/python3
"""Half an hour of a busy host: 200 routers that poll, wait and stream, 50 reporters at a batch a second each, and three
pages that change. After it nothing may have grown, failed, been missed or got lost.

    tests/bench/soak.py [--minutes 30]     after: cmake --build --preset release --target signalbox

Prints a line a minute and a verdict; exit 1 when a bar is missed.
"""
import argparse
import asyncio
import os
import pathlib
import re
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "soak"), str(HERE.parent / "e2e")]
os.environ.setdefault("SIGNALBOX_BINARY", str(HERE.parents[1] / "build/release/signalbox"))
import clients  # noqa: E402
import harness  # noqa: E402
import pages as fake  # noqa: E402

PROVIDERS = ("a", "b", "c")
POLLERS, LONG_POLLERS, STREAMS, REPORTERS = 140, 40, 20, 50
SAMPLE_S = 2.0
# The first batches, streams and pages of a table's cache are no leak.
WARM_UP_S = 300.0
# Beside the ids of batches, which are known for an hour: eight bytes each, five times as many while their slice is open.
GROWTH_KIB = 1024
BATCH_ID_BYTES = 8
# This program shares two cores with the agent: what it sees late was not always late.
SLACK_S = 1.0
# Clients that have nothing to ask until the end close before it.
LEAVING_S = 2.0


class Watch:
    """Memory and descriptors of the process, sampled."""

    def __init__(self, pid):
        self.pid, self.samples = pid, []

    def sample(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        ticks = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        self.samples.append({
            "at": time.monotonic(), "rss": int(re.search(r"VmRSS:\s+(\d+)", status).group(1)),
            "fds": len(os.listdir(f"/proc/{self.pid}/fd")),
            "cpu_s": sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")})
        return self.samples[-1]

    def between(self, since, until):
        return [one for one in self.samples if since <= one["at"] < until]


async def sample(watch, until):
    while time.monotonic() < until:
        watch.sample()
        await asyncio.sleep(SAMPLE_S)


async def print_minutes(watch, pages, tally, started, until):
    heads = ("minute", "rss_kib", "fds", "cpu_%", "answers", "304", "p50_ms", "p99_ms", "long_polls", "events", "batches",
             "polls", "failed")
    print("  ".join(f"{head:>10}" for head in heads), flush=True)
    before, minute = watch.sample(), 0
    while time.monotonic() < until:
        minute += 1
        await asyncio.sleep(max(0.0, min(started + 60 * minute, until) - time.monotonic()))
        now, latencies, counts = watch.sample(), tally.take_latencies() or [0.0], tally.counts
        cpu = 100 * (now["cpu_s"] - before["cpu_s"]) / max(0.001, now["at"] - before["at"])
        before = now
        row = (f"{(time.monotonic() - started) / 60:.1f}", now["rss"], now["fds"], f"{cpu:.1f}", counts["answers"],
               counts["not_modified"], f"{1000 * latencies[len(latencies) // 2]:.2f}",
               f"{1000 * latencies[int(0.99 * (len(latencies) - 1))]:.2f}", counts["long_polls"], counts["events"],
               counts["batches"], pages.count(), len(tally.failures))
        print("  ".join(f"{cell:>10}" for cell in row), flush=True)


def sums_of_timeline(agent, provider, since):
    steps = agent.json(f"/v1/timeline/{provider}?since={since}&step_s=10")["steps"]
    return {outcome: sum(step["outcomes"][outcome] for step in steps) for outcome in clients.OUTCOMES}


def judge(agent, watch, pages, tally, span, since):
    """(what, whether it holds, in figures), a row a bar."""
    warm, until = span
    samples = watch.between(warm, until - LEAVING_S)
    part = max(1, len(samples) // 5)
    first, last = (statistics.mean(one["rss"] for one in some) for some in (samples[:part], samples[-part:]))
    minutes = (samples[-1]["at"] - samples[0]["at"]) / 60
    allowed = GROWTH_KIB + REPORTERS * minutes * 60 * BATCH_ID_BYTES / 1024
    slope = statistics.linear_regression([one["at"] / 60 for one in samples], [one["rss"] for one in samples]).slope
    yield "memory is flat", last - first <= allowed, \
        f"{first:.0f} to {last:.0f} KiB in {minutes:.1f} min, slope {slope:+.1f} KiB/min; allowed {allowed:.0f} KiB"
    fds = [one["fds"] for one in samples]
    # A poll in flight has a socket, and a resolver's or an event queue's beside it.
    few = 4 * len(PROVIDERS)
    half = len(fds) // 2
    yield "descriptors are flat", max(fds) - min(fds) <= few and min(fds[half:]) <= min(fds[:half]), \
        f"{min(fds)} to {max(fds)}, at least {min(fds[:half])} in the first half, {min(fds[half:])} in the second"
    late = pages.missed(pages.started, until, SLACK_S)
    yield "no poll was missed", not late, f"{pages.count()} polls, {pages.changes(until - pages.started)} changes" + \
        "".join("; " + one for one in late[:3])
    stored = {name: sums_of_timeline(agent, name, since) for name in tally.acknowledged}
    yield "no report was lost", bool(stored) and stored == tally.acknowledged, \
        f"acknowledged {tally.acknowledged}, in the timeline {'the same' if stored == tally.acknowledged else stored}"
    newest = agent.json("/v1/health")["generation"]
    behind = [index for index, told in tally.last_event.items() if told < newest - 1]
    yield "streams are up to date", len(tally.last_event) == STREAMS and not behind and newest > 2, \
        f"{len(tally.last_event)} of {STREAMS} at generation {newest}, {len(behind)} behind"
    yield "no request failed", not tally.failures, \
        f"{sum(tally.counts.values())} answers, events and batches, {len(tally.failures)} failed" + \
        "".join("; " + one for one in tally.failures[:5])


async def soak(minutes):
    pages = fake.Pages(PROVIDERS, 60 * minutes)
    server = await pages.serve()
    config = harness.ONLY_FAKES + "".join(
        f'[providers.{name}]\nmodels = ["model-1"]\n[[providers.{name}.sources]]\nname = "page"\ncomponents = ["api"]\n'
        f'urls = ["{pages.url}/{name}/summary.json"]\ninterval_s = {fake.INTERVAL_S:.0f}\n' for name in PROVIDERS)
    config += '[routes.chat]\nprimary = "a"\nfallbacks = ["b", "c"]\n'
    agent = harness.Agent(config)
    try:
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        await asyncio.to_thread(agent.start)
        host, port = agent.address.split(":")

        async def connect():
            return await clients.Connection(host, int(port)).open()

        tally, watch = clients.Tally(), Watch(agent.process.pid)
        pages.started = started = time.monotonic()
        until = started + 60 * minutes
        warm = started + min(WARM_UP_S, (until - started) / 3)
        crowd = [(clients.poller, POLLERS), (clients.long_poller, LONG_POLLERS), (clients.stream, STREAMS),
                 (clients.reporter, REPORTERS)]
        await asyncio.gather(
            sample(watch, until), print_minutes(watch, pages, tally, started, until),
            *(clients.guarded(client, connect, i, until, tally) for client, count in crowd for i in range(count)))
        verdict = await asyncio.to_thread(lambda: list(judge(agent, watch, pages, tally, (warm, until), since)))
        ended = await asyncio.to_thread(agent.stop)
        verdict.append(("it ends when asked", ended == 0, f"exit {ended}"))
    finally:
        agent.remove()
        server.close()
    for what, holds, figures in verdict:
        print(f"{'ok    ' if holds else 'MISSED'} {what}: {figures}")
    return 0 if all(holds for _, holds, _ in verdict) else 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--minutes", type=float, default=30)
    return asyncio.run(soak(arguments.parse_args().minutes))


sys.exit(main())
