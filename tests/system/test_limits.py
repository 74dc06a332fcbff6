"""The bar: whoever is slow, silent, hostile or many, an ordinary router's p99 stays under 50 ms, nobody of the routers
is refused or closed, and memory and descriptors stay within what README promises.

One agent meets every attack of attacks.py, one after the other, while routers ask on connections that they keep and on
new ones, and a person changes an override once a second over the unix socket. Agent and routers stand before the
attacker at the processor: he has a machine of his own where it is not a test. SIGNALBOX_ATTACK_S sets how long each
attack lasts; SIGNALBOX_ATTACKS names some of them, parted by semicolons; SIGNALBOX_LIMITS_BINARY is another agent than
the package's.
"""
import asyncio
import itertools
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

import package

os.environ["SIGNALBOX_BINARY"] = os.environ.get("SIGNALBOX_LIMITS_BINARY") or str(package.BUILD / "signalbox")
import harness  # noqa: E402
from attacks import ATTACKS  # noqa: E402

sys.path.append(str(harness.REPOSITORY / "tests" / "bench" / "soak"))
import clients  # noqa: E402

LEAD_S = 2.5  # each router has asked twice, and is a regular
PATIENCE_S = 60
SECONDS = float(os.environ.get("SIGNALBOX_ATTACK_S", "6"))
CHOSEN = [one for one in os.environ.get("SIGNALBOX_ATTACKS", "").split(";") if one] or list(ATTACKS)
P99_S = 0.050
ROUTERS, NEW_PER_S = 40, 10
# 15 MiB of its own, 64 MiB of bodies and 64 MiB of answers that nobody takes; a body of 1 MiB is parsed at a time.
MEMORY_MIB = 192
# 64 KiB of answers at most that are on their way to each client, and what these send.
TCP_MIB = 512
SEATS = 4096
DESCRIPTORS = SEATS + 512 + 256
ATTACKER = pathlib.Path(__file__).with_name("attacker.py")
CONFIG = harness.ONLY_FAKES + """
[providers.a]
models = ["model-1"]
[providers.b]
models = ["model-1"]
[routes.chat]
primary = "a"
fallbacks = ["b"]
"""


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def newcomer(connect, tally):
    """A router that connects for one request."""
    asked = time.monotonic()
    try:
        connection = await connect()
        status, _, _ = await connection.ask("GET", "/v1/health/a", "Connection: close\r\n")
        connection.close()
        tally.latencies.append(time.monotonic() - asked)
        if status != 200:
            tally.fail(f"a new connection: {status}")
    except (OSError, EOFError, asyncio.TimeoutError) as error:
        tally.fail(f"a new connection: {type(error).__name__} {error}")


async def newcomers(connect, tally):
    running, due = set(), time.monotonic()
    while True:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        running = {one for one in running if not one.done()} | {asyncio.ensure_future(newcomer(connect, tally))}
        due += 1 / NEW_PER_S


class Watch:
    """The agent's memory and descriptors while an attack lasts."""

    def __init__(self, pid):
        self.directory = pathlib.Path(f"/proc/{pid}")
        self.tcp_mib = 0.0
        self.descriptors = 0
        (self.directory / "clear_refs").write_text("5")  # the peak begins anew

    @staticmethod
    def tcp_mib_now():
        """What the kernel keeps for all TCP connections of the machine, both ends of loopback's."""
        pages = re.search(r"^TCP: .* mem (\d+)", pathlib.Path("/proc/net/sockstat").read_text(), re.MULTILINE)[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2 ** 20

    async def run(self):
        before = self.tcp_mib_now()
        while True:
            self.descriptors = max(self.descriptors, len(os.listdir(self.directory / "fd")))
            self.tcp_mib = max(self.tcp_mib, self.tcp_mib_now() - before)
            await asyncio.sleep(0.2)

    def peak_mib(self):
        return int(re.search(r"VmHWM:\s+(\d+)", (self.directory / "status").read_text())[1]) / 1024


class Limits(unittest.TestCase):
    def setUp(self):
        if "SIGNALBOX_LIMITS_BINARY" not in os.environ:
            package.build()
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -10)
            self.addCleanup(os.setpriority, os.PRIO_PROCESS, 0, 0)
        except PermissionError:
            print("at the ordinary priority, for lack of a right to another")
        self.agent = harness.Agent(CONFIG)
        self.addCleanup(self.agent.remove)
        self.agent.start()

    async def change(self, tally):
        """Wakes every long poll and stream once a second, as an outage does."""
        for turn in itertools.count():
            body = {"state": "degraded", "primary_weight": 50 + turn % 50, "reason": "a test", "by": "test", "ttl_s": 60}
            status, _, answer = await asyncio.to_thread(self.agent.send, "PUT", "/v1/overrides/a", body, unix=True)
            if status != 200:
                tally.fail(f"an override: {status} {answer}")
            await asyncio.sleep(1)

    async def under(self, name):
        """What the routers, the agent's process and the attacker met."""
        host, port = self.agent.address.split(":")
        made = []

        async def connect():
            made.append(await clients.Connection(host, int(port)).open())
            return made[-1]

        tally, watch = clients.Tally(), Watch(self.agent.process.pid)
        routers = [clients.guarded(clients.poller, connect, i * 100 // ROUTERS, math.inf, tally) for i in range(ROUTERS)]
        crowd = [asyncio.ensure_future(one) for one in (*routers, newcomers(connect, tally), self.change(tally), watch.run())]
        await asyncio.sleep(LEAD_S)
        tally.take_latencies()
        attacker = await asyncio.create_subprocess_exec("/usr/bin/python3", ATTACKER, name, self.agent.address,
                                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(b"ready\n", await asyncio.wait_for(attacker.stdout.readline(), PATIENCE_S))
            await asyncio.sleep(SECONDS)
            met = json.loads((await asyncio.wait_for(attacker.communicate(b""), PATIENCE_S))[0])
        finally:
            if attacker.returncode is None:
                attacker.kill()
                await attacker.wait()
            for one in crowd:
                one.cancel()
            await asyncio.gather(*crowd, return_exceptions=True)
            for one in made:
                one.close()
        return tally, watch, met

    def row(self, name):
        tally, watch, met = asyncio.run(self.under(name))
        took = tally.take_latencies()
        statuses = " ".join(f"{count}x{status}" for status, count in sorted(met["statuses"].items()))
        print(f"{name:38} {met['most']:6} {met['opened']:7} {len(took):4} {1000 * quantile(took, .5):7.1f} "
              f"{1000 * quantile(took, .99):7.1f} {1000 * took[-1]:7.1f} {watch.peak_mib():6.0f} {watch.tcp_mib:6.0f} {watch.descriptors:5} "
              f"{met['cpu_s'] / SECONDS:5.2f}  {statuses}", flush=True)
        return took, tally, watch, met

    def test_no_attack_takes_a_routers_time_or_place(self):
        print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; ms, MiB")
        print(f"{'attack':38} {'held':>6} {'opened':>7} {'asked':>4} {'p50':>7} {'p99':>7} {'max':>7} {'memory':>6} {'tcp':>6} {'fds':>5} {'cpu':>5}  its answers")
        for name in CHOSEN:
            with self.subTest(name):
                took, tally, watch, met = self.row(name)
                if quantile(took, .99) >= P99_S:  # us, or the machine: it is not met twice
                    took, tally, watch, met = self.row(name)
                self.assertEqual([], tally.failures[:5])
                self.assertLess(quantile(took, .99), P99_S)
                self.assertLess(watch.peak_mib(), MEMORY_MIB)
                self.assertLess(watch.tcp_mib, TCP_MIB)
                self.assertLessEqual(watch.descriptors, DESCRIPTORS)
                self.was_one(ATTACKS[name], met)

    def was_one(self, attack, met):
        """The attack, really; and what it hid behind another request was never served."""
        self.assertGreaterEqual(met["opened"], attack.connections)
        self.assertGreaterEqual(met["most"], min(attack.connections, SEATS) // 2)
        self.assertEqual([], [status for status in attack.answers if status not in met["statuses"]])
        if attack.hides:
            self.assertEqual(0, met["served_twice"])
            self.assertNotIn("200", met["statuses"])


if __name__ == "__main__":
    unittest.main()
