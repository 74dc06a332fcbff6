"""A real HAProxy with the shipped configuration, between clients and two fake providers. Needs Debian's haproxy.

About two minutes; with SIGNALBOX_FULL_STORY=1 seven (balancer_story.py).
"""
import os
import subprocess
import time
import unittest

from balancer_story import EXAMPLES, PER_S, TURN_S, BalancerTest, play, share
from harness import json_reply, statuspage, wait_for

SHIPPED = EXAMPLES / "haproxy.cfg"
SESSIONS = [f"user-{n}" for n in range(200)]
TTL_S = 4  # instead of the shipped 60 s


def on(target, met):
    return {one.session for one in met if one.target == target}


class HAProxy(BalancerTest):
    def start_haproxy(self, frontend="CHAT", **environment):
        """The shipped file as it is, with other addresses by the environment variables that it names."""
        here = self.directory / "chat.sock"
        port = lambda address: address.rsplit(":", 1)[1]  # noqa: E731
        return self.program(["haproxy", "-db", "-f", SHIPPED], here, {
            "CHAT": str(self.directory / "other.sock"), "CHAT_BY_CHECK": str(self.directory / "other-by-check.sock"),
            "CLAUDE": self.claude.address, "OPENAI": self.openai.address, "SIGNALBOX_PORT": port(self.api),
            "AGENT_CHECK_PORT": port(self.agent_check), **environment, frontend: str(here)})

    def ask_all(self, haproxy):
        met = haproxy.ask_all(SESSIONS)
        self.assert_nobody_failed(met)
        return met

    def wait_share(self, traffic, of_openai, what):
        """Until all of two seconds of traffic, or none, or most, are on the fallback: `of_openai(share)`."""
        def met():
            those = traffic.since(time.monotonic() - 2)
            return len(those) > PER_S and of_openai(share(those, "openai"))
        wait_for(met, what, TURN_S)

    def test_the_shipped_file_is_sound_with_the_addresses_that_it_names(self):
        environment = {"PATH": os.environ["PATH"]}
        said = subprocess.run(["haproxy", "-c", "-f", SHIPPED], capture_output=True, text=True, timeout=60, env=environment)
        self.assertEqual(0, said.returncode, said.stdout + said.stderr)
        self.assertNotIn("WARNING", said.stdout + said.stderr)

    def test_an_outage_moves_traffic_and_fails_no_request(self):
        self.start_agent()
        haproxy = self.start_haproxy()
        self.wait_weights_are_told(haproxy)
        play(self, haproxy)

    def wait_weights_are_told(self, haproxy):
        """Since it started both have had half."""
        wait_for(lambda: not on("openai", self.ask_all(haproxy)), "the first answers")

    def test_sessions_leave_by_the_weight_and_come_back_the_same_way(self):
        self.start_agent()
        haproxy = self.start_haproxy()
        self.wait_weights_are_told(haproxy)
        had, last = {}, None
        for weight in (100, 60, 30, 0, 30, 60, 100):
            self.override("claude", "degraded", weight)
            wait_for(lambda: abs(share(self.ask_all(haproxy), "claude") - weight / 100) < 0.12, f"weight {weight}")
            there = on("claude", self.ask_all(haproxy))
            self.assertEqual(had.setdefault(weight, there), there, "who was there at this weight is there again")
            if last is not None:
                self.assertTrue(there <= last or there >= last, f"who need not move at {weight} has moved")
            last = there
        self.assertEqual((set(SESSIONS), set()), (had[100], had[0]))

    def test_a_provider_that_takes_no_connection_is_named_to_who_reports(self):
        self.start_agent()
        haproxy = self.start_haproxy(CLAUDE=self.reserved())
        # Until the first answers the fallback may have it.
        met = wait_for(lambda: (lambda one: one if one.status == 503 else None)(haproxy.ask("user-1")), "a refused connection")
        self.assertEqual(("claude", ""), (met.target, met.provider))
        self.assertTrue(met.failed_by_switch())  # by this suite's count: no provider has answered

    def test_without_an_agent_the_weights_stay_for_a_while_and_then_the_primary_has_everything(self):
        self.start_agent()
        self.outage_on_the_page()
        traffic = self.traffic(self.start_haproxy(ANSWER_TTL_S=str(TTL_S)))
        self.wait_share(traffic, lambda there: there > 0.8, "the outage to be heard of")
        self.signalbox.kill()
        gone_at = time.monotonic()
        self.wait_share(traffic, lambda there: there == 0, "the primary to have everything")
        last = max(one.at for one in traffic.since(gone_at) if one.target == "openai") - gone_at
        print(f"\nthe last request to the fallback {last:.1f} s after the agent was gone, with answers that hold for {TTL_S} s")
        self.assertGreater(last, TTL_S - 1.5)
        self.signalbox.start()
        self.wait_share(traffic, lambda there: there > 0.8, "the agent that is back to be heard")
        traffic.stop()
        self.assert_nobody_failed(traffic.since(0))

    def test_a_haproxy_that_starts_without_an_agent_uses_the_primary(self):
        for frontend in ("CHAT", "CHAT_BY_CHECK"):
            with self.subTest(frontend):
                haproxy = self.start_haproxy(frontend)
                started = time.monotonic()
                traffic = self.traffic(haproxy)
                self.wait_share(traffic, lambda there: there == 0, "the primary to have everything")
                traffic.stop()
                self.assert_nobody_failed(traffic.since(0))
                last = max((one.at for one in traffic.since(0) if one.target == "openai"), default=started) - started
                print(f"\n{frontend}: the last request to the fallback {last:.1f} s after the start")
                self.end(self.processes[-1])

    def test_a_check_moves_everything_while_the_primary_is_unhealthy_and_nothing_without_an_agent(self):
        self.start_agent()
        traffic = self.traffic(self.start_haproxy("CHAT_BY_CHECK"))
        self.wait_share(traffic, lambda there: there == 0, "the first check")
        self.outage_on_the_page()
        self.wait_share(traffic, lambda there: there == 1, "everything to move")
        self.page.serve("/claude.json", json_reply(statuspage()))
        self.wait_share(traffic, lambda there: there == 0, "everything to come back")
        self.outage_on_the_page()
        self.wait_share(traffic, lambda there: there == 1, "everything to move again")
        self.signalbox.kill()
        self.wait_share(traffic, lambda there: there == 0, "the primary to have everything without an agent")
        traffic.stop()
        self.assert_nobody_failed(traffic.since(0))


if __name__ == "__main__":
    unittest.main()
