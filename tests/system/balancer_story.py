"""What the tests of load balancers share: the agent between two fake providers, and the story of an outage, measured.

The story: the provider's page stays green, its API answers 529 to everything; the balancer's clients report it; traffic
moves to the fallback but for the canary; the provider recovers; traffic comes back by the ramp. The bars (of the README):
90 % on the fallback within 15 s of the first failing second, all back within 5 min of the recovery, at 20 requests/s, and
no request that fails by the switch itself.

Every day hold_s and ramp_step_s are short. SIGNALBOX_FULL_STORY=1 plays it with the defaults, in about five minutes.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from harness import ONLY_FAKES, PATIENCE_S, REPOSITORY, AgentTest, json_reply, statuspage, wait_for
from providers import Balancer, Provider, Traffic

EXAMPLES = REPOSITORY / "systemd" / "examples"
FULL = os.environ.get("SIGNALBOX_FULL_STORY") == "1"
TURN_S = 300 if FULL else 30  # within which traffic goes, or has come back
POLICY = "" if FULL else "[policy]\nhold_s = 5\nramp_step_s = 5\n"
WARM_UP_S, OUTAGE_S = (30, 60) if FULL else (8, 20)  # the outage from its first failing second
PER_S = 20
MOVED_S, BACK_S, MOVED_SHARE = 15, 300, 0.9
ROUTE = '[routes.chat]\nprimary = "claude"\nfallbacks = ["openai"]\n'


class BalancerTest(AgentTest):
    """An agent with a route "chat" from claude to openai, and the two as providers of the test's own."""

    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-balancer-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.processes = []
        for path in ("/claude.json", "/openai.json"):
            self.page.serve(path, json_reply(statuspage()))
        self.claude, self.openai = self.provider_of("claude"), self.provider_of("openai")
        enabled = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n[providers.openai]\nenabled = false\n", "")
        self.assertNotEqual(ONLY_FAKES, enabled)
        self.api, self.agent_check = self.reserved(), self.reserved()
        self.signalbox = self.agent(f'agent_check_listen = "{self.agent_check}"\n' + POLICY + enabled + ROUTE
                                    + self.provider("claude", "/claude.json") + self.provider("openai", "/openai.json"),
                                    arguments=["--listen", self.api])

    def reserved(self):
        """An address at which nobody else can listen: balancers know it before the agent is there, and while it is not."""
        holder = socket.socket()
        self.addCleanup(holder.close)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{holder.getsockname()[1]}"

    def provider_of(self, name):
        made = Provider(name)
        self.addCleanup(made.close)
        return made

    def start_agent(self):
        self.signalbox.start()
        self.signalbox.wait_state("claude", "healthy")
        self.signalbox.wait_state("openai", "healthy")

    def program(self, command, path, environment=None, **options):
        """A balancer as a process that listens on the unix socket `path`; it is gone when the test is."""
        path.unlink(missing_ok=True)  # another one's before
        log = open(self.directory / "log", "a", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                   env={**os.environ, **(environment or {})}, **options)
        self.processes.append(process)
        self.addCleanup(self.end, process)
        wait_for(lambda: listens(path) or process.poll() is not None, f"{command[0]} to listen", 6 * PATIENCE_S)
        self.assertIsNone(process.poll(), (self.directory / "log").read_text())
        balancer = Balancer(path)
        self.addCleanup(balancer.close)
        return balancer

    @staticmethod
    def end(process):
        process.terminate()
        process.wait(timeout=3 * PATIENCE_S)

    def traffic(self, balancer, reported=False):
        made = Traffic(balancer, PER_S, self.report if reported else None)
        self.addCleanup(made.stop)
        return made

    def report(self, document):
        status, _, answer = self.signalbox.send("POST", "/v1/reports", document)
        self.assertEqual((200, []), (status, answer["ignored"]))

    def outage_on_the_page(self):
        self.page.serve("/claude.json", json_reply(statuspage("major_outage")))
        self.signalbox.wait_state("claude", "unhealthy")

    def override(self, target, state, weight):
        status, _, answer = self.signalbox.send("PUT", f"/v1/overrides/{target}", {
            "state": state, "primary_weight": weight, "reason": "a test", "by": "test", "ttl_s": 600}, unix=True)
        self.assertEqual(200, status, answer)

    def assert_nobody_failed(self, met):
        self.assertEqual([], [one for one in met if one.failed_by_switch() or one.status != 200][:5])


def listens(path):
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            return True
    except OSError:
        return False


def share(met, target):
    return sum(one.target == target for one in met) / max(1, len(met))


def in_seconds(met, origin):
    """Second after `origin` -> what was met in it."""
    seconds = {}
    for one in met:
        seconds.setdefault(int(one.at - origin), []).append(one)
    return seconds


def seconds_to_move(met):
    """From the start of the first failing second to the end of the first one with 90 % on the fallback; None: never."""
    origin = next((one.at for one in met if one.status == 529), None)
    if origin is None:
        return None
    for second, those in sorted(in_seconds(met, origin).items()):
        if len(those) >= PER_S / 2 and share(those, "openai") >= MOVED_SHARE:
            return second + 1
    return None


class Weights:
    """The route's weights as they were told: (from when, primary's weight)."""

    def __init__(self, agent):
        self.agent = agent
        self.told = []

    def look(self):
        weight = self.agent.json("/v1/routes/chat")["primary_weight"]
        if not self.told or self.told[-1][1] != weight:
            self.told.append((time.monotonic(), weight))
        return weight


def play(test, balancer, settled_s=2):
    """The story, asserted by `test` and printed; `settled_s` after a change of weight its share is held against it."""
    weights, traffic = Weights(test.signalbox), test.traffic(balancer, reported=True)
    looking = lambda what: lambda: (weights.look(), what())[1]  # noqa: E731
    began = time.monotonic()
    wait_for(looking(lambda: time.monotonic() >= began + WARM_UP_S), "the warm-up", WARM_UP_S + PATIENCE_S)
    test.assert_nobody_failed(traffic.since(began))
    test.assertEqual(1, share(traffic.since(began), "claude"))

    test.claude.down = True
    down_at = time.monotonic()
    wait_for(looking(lambda: seconds_to_move(traffic.since(down_at))), "traffic to move", 60)
    wait_for(looking(lambda: time.monotonic() >= down_at + OUTAGE_S), "the outage to last", OUTAGE_S + PATIENCE_S)
    test.claude.down = False
    up_at = time.monotonic()
    wait_for(looking(lambda: weights.look() == 100), "the weight to be 100 again", BACK_S)
    full_at = time.monotonic()
    wait_for(looking(lambda: time.monotonic() >= full_at + 5), "traffic that is back", 5 + PATIENCE_S)
    traffic.stop()
    met = traffic.since(began)
    tell(test, met, weights.told, down_at, up_at, settled_s)


def tell(test, met, told, down_at, up_at, settled_s):
    moved = seconds_to_move([one for one in met if one.at >= down_at])
    back = max(one.at for one in met if one.target == "openai") - up_at
    by_provider = [one for one in met if one.status == 529 and not one.failed_by_switch()]
    by_switch = [one for one in met if one.failed_by_switch()]
    print(f"\n{len(met)} requests at {PER_S}/s{'' if FULL else ', ' + POLICY.split(chr(10), 1)[1].strip().replace(chr(10), ', ')}: "
          f"{len(by_provider)} failed by the provider (529), {len(by_switch)} by the switch\n"
          f"90 % on the fallback {moved} s after the first failing second; all back {back:.1f} s after the recovery")
    for (since, weight), (until, _) in zip(told, told[1:] + [(met[-1].at, None)]):
        those = [one for one in met if since + settled_s <= one.at < until]
        there = share(those, "claude")
        print(f"  {since - down_at:7.1f} s  weight {weight:3}  {100 * there:5.1f} % of {len(those)} on the primary")
        # Four standard deviations of so many requests, and what a hash is off.
        far = 4 * (weight / 100 * (1 - weight / 100) / max(1, len(those))) ** 0.5 + 0.04
        test.assertLessEqual(abs(there - weight / 100), far if len(those) >= PER_S else 1, (weight, len(those)))
    test.assertEqual([], by_switch[:5])
    test.assertEqual([100, 5, 25, 50, 75, 100], [weight for _, weight in told])
    test.assertLessEqual(moved, MOVED_S)
    test.assertLessEqual(back, BACK_S)
