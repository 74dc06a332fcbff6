#!/usr/bin/python3
"""From a page's change to the changed answer of a long poll. The bar: the poll interval and 100 ms at most.

    tests/bench/long_poll.py [--changes 20]     after: cmake --build --preset release --target signalbox
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
os.environ.setdefault("SIGNALBOX_BINARY", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/signalbox"))
import harness  # noqa: E402

INTERVAL_S = 1.0


class Page(harness.FakePage):
    """Remembers when it was first asked after a change: what lies before is the interval's, what lies after is ours."""

    status = "operational"
    asked_at = None

    def answer(self, handler):
        if self.asked_at is None:
            self.asked_at = time.perf_counter()
        harness.json_reply(harness.statuspage(self.status))(handler)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--changes", type=int, default=20)
    changes = arguments.parse_args().changes
    page = Page()
    page.serve("/s", page.answer)
    config = harness.ONLY_FAKES + (f'[[providers.fake.sources]]\nname = "s"\nurls = ["{page.url}/s"]\n'
                                   f'components = ["api"]\ninterval_s = {INTERVAL_S:.0f}\n')
    agent = harness.Agent(config).start()
    whole, ours = [], []
    try:
        generation = agent.wait_state("fake", "healthy")["generation"]
        # Each status has a weight of its own while the target is unhealthy, so that every change is told.
        for i in range(changes):
            threading.Event().wait(random.random() * INTERVAL_S)
            connection = agent.connect()
            connection.request("GET", f"/v1/health/fake?wait_s=30&generation={generation}")
            page.status, page.asked_at = ("major_outage" if i % 2 == 0 else "partial_outage"), None
            changed = time.perf_counter()
            answer = json.loads(connection.getresponse().read())
            done = time.perf_counter()
            connection.close()
            assert answer["generation"] != generation, "the long poll ended without a change"
            generation = answer["generation"]
            whole.append(done - changed)
            ours.append(done - page.asked_at)
    finally:
        agent.stop()
        agent.remove()
        page.close()
    bar = INTERVAL_S + 0.1
    print(f"page changes -> long poll answers: median {statistics.median(whole) * 1000:.0f} ms, worst "
          f"{max(whole) * 1000:.0f} ms of {changes}; bar {bar * 1000:.0f} ms at an interval of {INTERVAL_S:.0f} s")
    print(f"page is read -> long poll answers: median {statistics.median(ours) * 1000:.1f} ms, worst {max(ours) * 1000:.1f} ms")
    sys.exit(0 if max(whole) <= bar else 1)


if __name__ == "__main__":
    main()
