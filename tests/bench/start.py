#!/usr/bin/python3
"""Start to first answer: from exec to the first byte of `GET /v1/health/claude` with an empty database, and with one that
holds a year of transitions and payloads. Beside it, for scale, what `nginx` needs to its first answer.

    tests/bench/start.py [--runs 20]        after: cmake --build --preset release --target signalbox
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
os.environ.setdefault("SIGNALBOX_BINARY", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/signalbox"))
import harness  # noqa: E402

YEAR_MS = 365 * 24 * 3600 * 1000
TRANSITIONS, PAYLOADS, INCIDENTS = 20_000, 5_000, 2_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_answer_ms(command, port, path):
    """From exec to the first byte of an answer; the connection is tried again without a pause."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            if time.perf_counter() - started > 10:
                raise SystemExit(f"{command[0]} did not answer")
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                    if connection.recv(1):
                        return (time.perf_counter() - started) * 1000
            except ConnectionRefusedError:
                continue
    finally:
        process.terminate()
        process.wait()


def fill_a_year(directory):
    """What a year leaves behind, put into the schema that the agent made."""
    agent = harness.Agent(harness.ONLY_FAKES, directory=directory).start()
    agent.stop()
    chance = random.Random(1)
    now = int(time.time() * 1000)
    evidence = json.dumps({"official": {"level": "major", "sources": [{"name": "statuspage"}] * 4}, "passive": {}}) * 2
    page = json.dumps({"components": [{"id": f"{chance.random()}", "status": "operational"} for _ in range(60)]})
    with sqlite3.connect(directory / "state/signalbox.db") as database:
        database.executemany(
            "INSERT INTO transitions (at, provider, model, from_state, to_state, why, evidence, generation) "
            "VALUES (?, ?, '', 'healthy', 'unhealthy', ?, ?, ?)",
            ((now - YEAR_MS + i * YEAR_MS // TRANSITIONS, chance.choice(("claude", "openai", "gemini")), "w" * 150,
              evidence, i) for i in range(TRANSITIONS)))
        database.executemany(
            "INSERT INTO payloads (provider, source, document, at, raw_bytes, stored_bytes, body) VALUES (?, 'statuspage', "
            "'summary', ?, ?, ?, ?)",
            ((chance.choice(("claude", "openai")), now - 29 * 86_400_000 + i * 1000, len(page), len(body), body)
             for i in range(PAYLOADS) for body in (zlib.compress(page.replace("0.1", f"0.{i}").encode()),)))
        database.executemany(
            "INSERT INTO incidents (provider, source, incident, name, impact, status, first_seen_at, url, scope) VALUES "
            "('claude', 'statuspage', ?, 'Elevated errors', 'minor', 'resolved', ?, '', '[]')",
            ((f"i{i}", now - i * 1000) for i in range(INCIDENTS)))
    database.close()
    return (directory / "state/signalbox.db").stat().st_size


def agent_times(directory, runs):
    times = []
    for _ in range(runs):
        port = free_port()
        times.append(first_answer_ms([harness.BINARY, "serve", "--config", str(directory / "signalbox.toml"), "--listen",
                                      f"127.0.0.1:{port}"], port, "/v1/health"))
    return times


def nginx_times(directory, runs):
    times = []
    for _ in range(runs):
        port = free_port()
        config = directory / "nginx.conf"
        config.write_text(f"daemon off; master_process off; pid {directory}/nginx.pid; error_log /dev/null; events {{}}\n"
                          f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; return 200 'x'; }} }}")
        times.append(first_answer_ms(["nginx", "-c", str(config)], port, "/"))
    return times


def show(name, times):
    print(f"{name:38} median {statistics.median(times):7.1f} ms   worst {max(times):7.1f} ms   of {len(times)}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=20)
    runs = arguments.parse_args().runs
    directory = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-start-"))
    try:
        harness.Agent(harness.ONLY_FAKES, directory=directory)  # writes the configuration
        empty = []
        for _ in range(runs):
            shutil.rmtree(directory / "state", ignore_errors=True)
            empty += agent_times(directory, 1)
        show("empty database (bar 50 ms)", empty)
        size = fill_a_year(directory)
        show(f"a year, {size / 1e6:.0f} MB (bar 200 ms)", agent_times(directory, runs))
        if shutil.which("nginx"):
            show("nginx, for scale", nginx_times(directory, runs))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
