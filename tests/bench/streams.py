#!/usr/bin/python3
"""A thousand readers of /v1/stream: how soon a change reaches all of them, and what they cost in memory.

    streams.py BINARY [--readers 1000] [--changes 20]

Starts the agent with a status page on loopback whose answer changes. A change's delay is from the moment that the
agent decided it (`as_of` in the event) until the last reader has it: storing it is in, waiting for a poll is not.
Exit 1 when a change took over 100 ms to reach all, or memory grew by 30 MB or more.
"""
import argparse
import datetime
import pathlib
import re
import resource
import selectors
import socket
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import harness  # noqa: E402

MOST_MS = 100
MOST_MB = 30
REQUEST = b"GET /v1/stream HTTP/1.0\r\nHost: localhost\r\n\r\n"


def resident_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def open_readers(address, count):
    host, port = address.split(":")
    readers = []
    for _ in range(count):
        reader = socket.create_connection((host, int(port)))
        reader.sendall(REQUEST)
        reader.setblocking(False)
        readers.append(reader)
    return readers


def hear(readers, event, patience_s):
    """What each reader had when it had `event`, and when the last had it."""
    selector = selectors.DefaultSelector()
    for reader in readers:
        selector.register(reader, selectors.EVENT_READ, bytearray())
    heard = []
    deadline = time.monotonic() + patience_s
    while len(heard) < len(readers):
        ready = selector.select(deadline - time.monotonic())
        if not ready:
            raise SystemExit(f"only {len(heard)} of {len(readers)} readers heard of it")
        for key, _ in ready:
            piece = key.fileobj.recv(65536)
            if not piece:
                raise SystemExit("a reader was dropped")
            key.data.extend(piece)
            if event in key.data and key.data.endswith(b"\n\n"):
                heard.append(bytes(key.data))
                selector.unregister(key.fileobj)
    selector.close()
    return heard, time.time()


def decided_at(piece):
    text = re.search(rb'"as_of":"([^"]+)Z"', piece).group(1).decode()
    return datetime.datetime.fromisoformat(text + "+00:00").timestamp()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=20)
    options = parser.parse_args()
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    harness.BINARY = options.binary

    page = harness.FakePage()
    page.serve("/summary.json", harness.json_reply(harness.statuspage()))
    config = harness.ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "") + (
        "[policy]\nhold_s = 1\nhold_max_s = 1\nramp_step_s = 1\n"
        f'[[providers.claude.sources]]\nname = "statuspage"\nkind = "statuspage"\nurls = ["{page.url}/summary.json"]\n'
        'page_id = "page"\ncomponents = ["api"]\ninterval_s = 1\n')
    agent = harness.Agent(config)
    try:
        agent.start()
        agent.wait_state("claude", "healthy")
        before = resident_mb(agent.process.pid)
        readers = open_readers(agent.address, options.readers)
        hear(readers, b"event: snapshot", 30)
        delays = []
        states = ["major_outage", "operational"]
        for change in range(options.changes):
            # Each of hold, ramp and page makes its own change: whatever comes next is measured.
            page.serve("/summary.json", harness.json_reply(harness.statuspage(states[change % 2])))
            heard, last_at = hear(readers, b"event: health", 30)
            delays.append((last_at - decided_at(heard[-1])) * 1000)
        grown = resident_mb(agent.process.pid) - before
    finally:
        agent.remove()
        page.close()
    worst = max(delays)
    print(f"{options.readers} readers, {options.changes} changes: from the decision to the last reader "
          f"{statistics.median(delays):.1f} ms median, {worst:.1f} ms at most; memory {before:.1f} MB before, "
          f"+{grown:.1f} MB")
    sys.exit(0 if worst <= MOST_MS and grown < MOST_MB else 1)


if __name__ == "__main__":
    main()
