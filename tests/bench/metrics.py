#!/usr/bin/python3
"""What a scrape of /metrics takes: time and bytes with 3 providers of 20 models (the bar: 10 ms, 200 kB), and at the caps,
256 models each; and what routers wait while somebody scrapes all the time.

    tests/bench/metrics.py [--scrapes 50]     after: cmake --build --preset release --target signalbox
"""
import argparse
import os
import pathlib
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
os.environ.setdefault("SIGNALBOX_BINARY", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/signalbox"))
import harness  # noqa: E402

PROVIDERS = ("claude", "openai", "gemini")
BAR_MS, BAR_BYTES = 10, 200_000


def start(page, models):
    names = [f"a-model-of-usual-length-{i}" for i in range(models)]
    listed = ", ".join(f'"{name}"' for name in names)
    config = "".join(f'[providers.{provider}]\nmodels = [{listed}]\n[[providers.{provider}.sources]]\nname = "statuspage"\n'
                     f'urls = ["{page.url}/s"]\npage_id = "page"\ncomponents = ["api"]\n' for provider in PROVIDERS)
    agent = harness.Agent(config).start()
    agent.wait_state("claude", "healthy")
    outcomes = {outcome: 123456 for outcome in ("ok", "overloaded", "timeout", "throttled")}
    for provider in PROVIDERS:
        status, _, _ = agent.send("POST", "/v1/reports", {"reporter": "router-eu-1", "batch_id": provider, "reports": [
            {"provider": provider, "model": name, "outcomes": outcomes} for name in names]})
        assert status == 200, status
    for i in range(60):
        agent.send("POST", "/v1/reports", {"reporter": f"router-{i}", "batch_id": "1", "reports": []})
    return agent


def timed(connection, path):
    began = time.perf_counter()
    connection.request("GET", path)
    body = connection.getresponse().read()
    return (time.perf_counter() - began) * 1000, body


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


def routers(agent, requests, pause_s):
    connection = agent.connect()
    took = []
    for _ in range(requests):
        took.append(timed(connection, "/v1/health/claude")[0])
        time.sleep(pause_s)
    return took


def measure(agent, scrapes):
    connection = agent.connect()
    timed(connection, "/metrics")
    took = [timed(connection, "/metrics") for _ in range(scrapes)]
    return [ms for ms, _ in took], len(took[-1][1])


def while_scraping(agent, requests):
    """What a router waits while scrapes follow one another without a pause."""
    done = threading.Event()

    def scrape():
        connection = agent.connect()
        while not done.is_set():
            timed(connection, "/metrics")

    scraper = threading.Thread(target=scrape)
    scraper.start()
    try:
        return routers(agent, requests, 0.005)
    finally:
        done.set()
        scraper.join()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--scrapes", type=int, default=50)
    scrapes = arguments.parse_args().scrapes
    page = harness.FakePage()
    page.serve("/s", harness.json_reply(harness.statuspage()))
    missed = False
    try:
        for models in (20, 256):
            agent = start(page, models)
            try:
                took, size = measure(agent, scrapes)
                print(f"3 providers x {models} models: median {statistics.median(took):.1f} ms, p99 {percentile(took, 0.99):.1f} ms, "
                      f"{size / 1000:.0f} kB" + (f"; bar {BAR_MS} ms, {BAR_BYTES // 1000} kB" if models == 20 else ""))
                if models == 20:
                    missed = statistics.median(took) > BAR_MS or size > BAR_BYTES
                alone, beside = routers(agent, 400, 0.005), while_scraping(agent, 400)
                print(f"  /v1/health/claude: p99 {percentile(alone, 0.99):.2f} ms alone, {percentile(beside, 0.99):.2f} ms "
                      f"(worst {max(beside):.2f}) while somebody scrapes without a pause; resident {agent.resident_kib() // 1024} MiB")
            finally:
                agent.stop()
                agent.remove()
    finally:
        page.close()
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
