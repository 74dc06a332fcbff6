#!/usr/bin/env python3
"""A million lines through `signalbox replay`, twice: how long it takes, and whether both runs give the same bytes.

    tests/bench/replay.py [--lines 1000000] [--seed 1] [--keep FILE] [build/release/signalbox]

The recording is what an agent would hear: three reporters with a batch a second, a page every thirty seconds, a tick
every ten, and now and then an outage of some minutes. Bar: under 10 s for a million lines.
"""
import argparse
import hashlib
import json
import os
import random
import subprocess
import tempfile
import time

REPORTERS = ["eu-1", "eu-2", "us-1"]


def page(status):
    return {"page": {"id": "tymt9n04zgry", "name": "Claude", "url": "https://status.claude.com"},
            "status": {"indicator": "none", "description": ""}, "incidents": [], "scheduled_maintenances": [],
            "components": [{"id": "k8w3r06qmzrp", "name": "Claude API", "status": status}]}


def recording(lines, seed):
    """Yields so many lines."""
    chance = random.Random(seed)
    written, second, failing_until = 0, 0, 0
    while written < lines:
        if chance.random() < 1 / 3600:
            failing_until = second + chance.randrange(60, 900)
        rate = 0.9 if second < failing_until else 0.01
        moment = []
        if second % 30 == 0:
            status = "major_outage" if second + 120 < failing_until else "operational"
            moment.append({"at": second, "page": {"provider": "claude", "source": "statuspage", "http_status": 200,
                                                  "body": page(status)}})
        for i, reporter in enumerate(REPORTERS):
            requests = chance.randrange(5, 15)
            failed = sum(chance.random() < rate for _ in range(requests))
            moment.append({"at": second + 0.1 * (i + 1),
                           "report": {"reporter": reporter, "batch_id": f"{reporter}-{second}",
                                      "reports": [{"provider": "claude", "model": "claude-opus-4-6",
                                                   "outcomes": {"ok": requests - failed, "overloaded": failed}}]}})
        if second % 10 == 9:
            moment.append({"at": second + 0.9, "tick": True})
        for line in moment[:lines - written]:
            yield json.dumps(line, separators=(",", ":")) + "\n"
        written += len(moment)
        second += 1


def run(binary, path):
    start = time.monotonic()
    done = subprocess.run([binary, "replay", path], stdout=subprocess.PIPE, check=True)
    seconds = time.monotonic() - start
    return seconds, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default="build/release/signalbox")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="write the recording here and leave it")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = arguments.keep or os.path.join(scratch, "recording.jsonl")
        with open(path, "w") as file:
            file.writelines(recording(arguments.lines, arguments.seed))
        print(f"{arguments.lines} lines, {os.path.getsize(path) / 1e6:.0f} MB, seed {arguments.seed}")
        outputs = []
        for _ in range(2):
            seconds, output = run(arguments.binary, path)
            outputs.append(output)
            print(f"{seconds:.2f} s, {output.count(b'advice')} answers, {output.count(b'why')} changes of state, "
                  f"sha256 {hashlib.sha256(output).hexdigest()[:16]}")
    if outputs[0] != outputs[1]:
        raise SystemExit("the same recording gave other bytes")


if __name__ == "__main__":
    main()
