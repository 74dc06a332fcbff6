"""Faults that a test switches on and off under the running agent, and clients that know what they were told."""
import http.client
import itertools
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import threading

from harness import SANITIZED, wait_for

SOURCE = pathlib.Path(__file__).resolve().parent / "faults.c"


class Faults:
    """A disk whose syncs take long, and names whose lookup fails, hangs or takes long (faults.c)."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-faults-"))
        self.library = self.directory / "faults.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", str(self.library), str(SOURCE)], check=True)
        self.sync = self.directory / "sync"
        self.names = self.directory / "names"

    def environment(self):
        made = {"LD_PRELOAD": str(self.library), "SIGNALBOX_TEST_SYNC": str(self.sync), "SIGNALBOX_TEST_NAMES": str(self.names)}
        if SANITIZED:
            made["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return made

    def slow_sync(self, ms):
        """0: as fast as the disk."""
        if ms == 0:
            self.sync.unlink(missing_ok=True)
        else:
            replace(self.sync, str(ms))

    def set_names(self, names):
        """name -> "hang", "dead" or "ADDRESS MS"."""
        replace(self.names, "".join(f"{name} {what}\n" for name, what in names.items()))

    def close(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def replace(path, text):
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


class Client:
    """Reports `ok`, one a batch, and repeats each until it is acknowledged, as README tells clients to.

    Of a provider without a page: what it says changes nothing of what a page says of another."""

    def __init__(self, agent, provider="mistral", name="router"):
        self.agent = agent
        self.provider = provider
        self.name = name
        self.acknowledged = 0
        self.refusals = []  # (status, Retry-After)
        self.errors = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        """Ends after the batch in hand; how many were acknowledged."""
        self.stopping.set()
        self.thread.join()
        if self.errors:
            raise AssertionError(f"a report was answered {self.errors}")
        return self.acknowledged

    def wait_acknowledged(self, more=1):
        wanted = self.acknowledged + more
        wait_for(lambda: self.acknowledged >= wanted, "a report to be acknowledged", 60)

    def wait_refused(self):
        wanted = len(self.refusals) + 1
        wait_for(lambda: len(self.refusals) >= wanted, "a report to be refused", 60)

    def _run(self):
        pace = threading.Event()
        for number in itertools.count():
            while not self._send(number):
                if self.stopping.is_set():
                    return
                pace.wait(0.05)
            self.acknowledged += 1
            if self.stopping.wait(0.02):
                return

    def _send(self, number):
        batch = {"reporter": self.name, "batch_id": f"{self.name}-{number}",
                 "reports": [{"provider": self.provider, "outcomes": {"ok": 1}}]}
        try:
            status, headers, _ = self.agent.send("POST", "/v1/reports", batch)
        except (OSError, http.client.HTTPException, json.JSONDecodeError, AttributeError):
            return False  # no agent, or none that listens yet
        if status in (429, 503):
            self.refusals.append((status, headers.get("Retry-After")))
        elif status != 200:
            self.errors.append(status)
        return status == 200


def stored_oks(directory, provider="mistral"):
    """In the database's file, as another process finds it."""
    connection = sqlite3.connect(f"file:{directory}/state/signalbox.db?mode=ro", uri=True)
    try:
        return connection.execute("SELECT coalesce(sum(ok), 0) FROM fine_counts JOIN count_targets ON count_targets.id = target "
                                  "WHERE provider = ? AND model = ''", (provider,)).fetchone()[0]
    finally:
        connection.close()


def findings_of(directory):
    connection = sqlite3.connect(f"file:{directory}/state/signalbox.db?mode=ro", uri=True)
    try:
        return [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    finally:
        connection.close()
