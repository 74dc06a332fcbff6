"""The host's clock is set forward and back under the running agent: nothing that is measured notices."""
import datetime
import glob
import itertools
import pathlib
import tempfile
import threading
import time
import unittest

from faults import replace
from harness import ONLY_FAKES, SANITIZED, AgentTest, json_reply, statuspage, wait_for

HOUR, DAY = 3600, 24 * 3600
STEPS = (HOUR, 0, DAY, 0, -HOUR, 0, -DAY, 0)


def seconds_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@unittest.skipIf(SANITIZED, "a sanitizer and libfaketime want the same functions")
class Clock(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.page.serve("/down.json", json_reply(statuspage("major_outage")))
        self.config = ("reporter_batches_per_s = 0\nanswer_ttl_s = 60\n"
                       + ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "").replace(
                           "[providers.openai]\nenabled = false\n", "")
                       + self.provider("claude", "/summary.json") + self.provider("openai", "/down.json"))
        directory = tempfile.TemporaryDirectory(prefix="signalbox-clock-")
        self.addCleanup(directory.cleanup)
        self.offset = pathlib.Path(directory.name) / "offset"
        self.set_clock(0)
        library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        self.assertTrue(library, "Debian's package faketime is not installed")
        self.environment = {"LD_PRELOAD": library[0], "FAKETIME_TIMESTAMP_FILE": str(self.offset), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}

    def set_clock(self, offset_s):
        replace(self.offset, f"{offset_s:+d}")
        self.offset_s = offset_s

    def started(self):
        agent = self.agent(self.config, environment=self.environment).start()
        agent.wait_state("claude", "healthy")
        agent.wait_state("openai", "unhealthy")
        return agent

    def wait_stepped(self, agent):
        """The agent's answers carry the new time."""
        return wait_for(lambda: (lambda health: health if self.is_now(health["as_of"]) else None)(agent.json("/v1/health")),
                        "an answer by the new clock")

    def is_now(self, text):
        return abs(seconds_of(text) - time.time() - self.offset_s) < HOUR / 2

    def test_states_hold_freshness_and_what_a_person_said_do_not_notice(self):
        agent = self.started()
        said = agent.send("PUT", "/v1/overrides/claude",
                          {"state": "degraded", "reason": "INC-7", "by": "dana", "ttl_s": 1800}, unix=True)
        self.assertEqual(200, said[0])
        agent.wait_state("claude", "degraded")
        before = agent.json("/v1/transitions?limit=1000")["transitions"]
        for step in STEPS:
            with self.subTest(step=step):
                polls = self.page.count("/summary.json")
                self.set_clock(step)
                health = self.wait_stepped(agent)
                self.assertAlmostEqual(60, seconds_of(health["expires_at"]) - seconds_of(health["as_of"]), delta=0.01)
                self.assertEqual(["degraded", "unhealthy"], [target["state"] for target in health["targets"]])
                # Polled on time, and what was read counts.
                wait_for(lambda: self.page.count("/summary.json") >= polls + 3, "three polls", 20)
                for source in agent.json("/v1/sources")["sources"]:
                    self.assertTrue(source["fresh"], source)
                    self.assertTrue(self.is_now(source["last_good_at"]), source)
        self.assertEqual(before, agent.json("/v1/transitions?limit=1000")["transitions"])
        self.assertEqual("INC-7", agent.health("claude")["override"]["reason"])
        self.assertEqual(0, agent.stop())

    def test_a_hold_lasts_as_long_as_it_lasts(self):
        self.config += "[policy]\nhold_s = 10\n"
        agent = self.started()
        self.set_clock(DAY)
        self.wait_stepped(agent)
        began = time.monotonic()
        self.page.serve("/down.json", json_reply(statuspage()))
        agent.wait_state("openai", "recovering", 60)
        self.assertGreater(time.monotonic() - began, 8)
        self.assertEqual(0, agent.stop())

    def test_reports_stay_evidence_and_a_batch_is_known_again(self):
        agent = self.started()
        numbers = itertools.count()
        pace = threading.Event()
        for step in (DAY, -DAY):
            self.set_clock(step)
            self.wait_stepped(agent)

            def passive():
                for reporter in ("a", "b", "c"):
                    status, _, answer = agent.send("POST", "/v1/reports", self.batch(next(numbers), reporter))
                    self.assertEqual((200, False), (status, answer["duplicate"]))
                pace.wait(0.1)
                return agent.health("claude")["evidence"]["passive"]["requests"]

            wait_for(lambda: passive() > 100, "reports to be evidence", 30)
        for number in range(3):
            self.assertTrue(agent.send("POST", "/v1/reports", self.batch(number, "abc"[number]))[2]["duplicate"])
        self.assertEqual(0, agent.stop())

    @staticmethod
    def batch(number, reporter):
        return {"reporter": reporter, "batch_id": f"b{number}", "reports": [{"provider": "claude", "outcomes": {"ok": 10}}]}

    def test_history_over_steps_is_whole_and_its_pages_fit_together(self):
        agent = self.started()
        for step in (0, DAY, 0, -HOUR, 0):
            self.set_clock(step)
            self.wait_stepped(agent)
            for method in ("PUT", "DELETE"):
                told = agent.send(method, "/v1/overrides/claude",
                                  {"state": "unhealthy", "reason": "INC-7", "by": "dana", "ttl_s": 1800} if method == "PUT" else None,
                                  unix=True)
                self.assertEqual(200, told[0])
        for _ in range(2):
            whole = agent.json("/v1/transitions?limit=1000")["transitions"]
            self.assertEqual(whole, sorted(whole, key=lambda one: one["at"], reverse=True))
            pages, cursor = [], ""
            while cursor is not None:
                page = agent.json(f"/v1/transitions?limit=1&cursor={cursor}")
                pages += page["transitions"]
                cursor = page["next_cursor"]
            self.assertEqual(whole, pages)
            # In which order a target changed is known by the generation, whatever the clock said; of one moment are several
            # targets' changes.
            generations = [one["generation"] for one in whole if one["target"] == "claude"]
            self.assertEqual(len(set(generations)), len(generations))
            chain = [(one["from"], one["to"]) for one in sorted(whole, key=lambda one: one["generation"]) if one["target"] == "claude"]
            self.assertGreaterEqual(len(chain), 10)
            self.assertTrue(all(before[1] == after[0] for before, after in zip(chain, chain[1:])), chain)
            agent.kill()
            agent.start()
        self.assertEqual(0, agent.stop())


if __name__ == "__main__":
    unittest.main()
