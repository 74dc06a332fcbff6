"""What clients report: judged within seconds, on disk before it is acknowledged, counted once whatever happens."""
import gzip
import http.client
import itertools
import json
import random
import sqlite3
import threading
import unittest

from harness import ONLY_FAKES, PATIENCE_S, SANITIZED, AgentTest, json_reply, statuspage, wait_for

KILLS = 3 if SANITIZED else 10
CLIENTS = 8


def batch(batch_id, outcomes=None, reporter="router-1", **report):
    reports = [] if outcomes is None else [{"provider": "claude", "outcomes": outcomes, **report}]
    return {"reporter": reporter, "batch_id": batch_id, "reports": reports}


class Reports(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        # No limit of batches: the first lines belong to [server].
        self.config = ("reporter_batches_per_s = 0\n" + ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                       + self.provider("claude", "/summary.json"))

    def stored(self, agent, model=""):
        """The outcomes of the target in the database: both tiers must say the same."""
        path = f"file:{agent.directory}/state/signalbox.db?mode=ro"
        connection = sqlite3.connect(path, uri=True)
        try:
            sums = [connection.execute(
                f"SELECT coalesce(sum(ok), 0), coalesce(sum(overloaded), 0) FROM {tier} "
                "JOIN count_targets ON count_targets.id = target WHERE provider = 'claude' AND model = ?",
                (model,)).fetchone() for tier in ("fine_counts", "coarse_counts")]
        finally:
            connection.close()
        self.assertEqual(sums[0], sums[1])
        return sums[0]

    def test_failures_that_clients_see_make_a_provider_unhealthy_under_a_green_page(self):
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "healthy")
        numbers = itertools.count()
        pace = threading.Event()

        def report(outcomes):
            for reporter in ("a", "b", "c"):
                status, _, _ = agent.send("POST", "/v1/reports", batch(f"n{next(numbers)}", outcomes, reporter))
                self.assertEqual(200, status)
            pace.wait(0.1)

        for _ in range(30):
            report({"ok": 10})
        self.assertEqual("healthy", agent.health("claude")["state"])

        def unhealthy():
            report({"overloaded": 10, "ok": 1})
            health = agent.health("claude")
            return health if health["state"] == "unhealthy" else None

        health = wait_for(unhealthy, "claude to be unhealthy", max(15, PATIENCE_S))
        self.assertEqual("none", health["evidence"]["official"]["level"])
        self.assertEqual("failing", health["evidence"]["passive"]["level"])
        self.assertEqual(3, health["evidence"]["passive"]["reporters"])
        reporters = agent.json("/v1/reporters")["reporters"]
        self.assertEqual(["a", "b", "c"], sorted(one["name"] for one in reporters))

    def test_an_acknowledged_batch_is_on_disk_and_sent_again_counts_nothing(self):
        agent = self.agent(self.config).start()
        one = batch("b1", {"ok": 7, "overloaded": 2}, model="claude-opus-4-6")
        first = agent.send("POST", "/v1/reports", one)
        self.assertEqual((200, {"accepted": 1, "duplicate": False, "ignored": []}), (first[0], first[2]))
        self.assertEqual((7, 2), self.stored(agent, "claude-opus-4-6"))
        self.assertEqual((7, 2), self.stored(agent))

        again = {"accepted": 0, "duplicate": True, "ignored": []}
        self.assertEqual(again, agent.send("POST", "/v1/reports", one)[2])
        agent.kill()
        agent.start()
        self.assertEqual(again, agent.send("POST", "/v1/reports", one)[2])
        self.assertEqual((7, 2), self.stored(agent))
        other = agent.send("POST", "/v1/reports", {**one, "reporter": "router-2"})
        self.assertFalse(other[2]["duplicate"])
        self.assertEqual((14, 4), self.stored(agent))

    def test_gzip_heartbeats_and_what_nobody_configured(self):
        agent = self.agent(self.config).start()
        packed = gzip.compress(b'{"reporter": "z", "batch_id": "1", "reports": [{"provider": "claude", "status": {"200": 3}}]}')
        status, _, answer = agent.send("POST", "/v1/reports", packed, {"Content-Encoding": "gzip"})
        self.assertEqual((200, 1), (status, answer["accepted"]))
        self.assertEqual((3, 0), self.stored(agent))
        self.assertEqual(0, agent.send("POST", "/v1/reports", batch("heartbeat"))[2]["accepted"])
        mixed = {"reporter": "z", "batch_id": "2", "reports": [
            {"provider": "claude", "status": {"200": 1}}, {"provider": "acme", "status": {"200": 1}}]}
        answer = agent.send("POST", "/v1/reports", mixed)[2]
        self.assertEqual(1, answer["accepted"])
        self.assertEqual(["/reports/1/provider"], [part["pointer"] for part in answer["ignored"]])
        # A body that is parsed beside the event loop.
        large = {"reporter": "z", "batch_id": "3", "reports": [
            {"provider": "claude", "model": f"model-{index % 50}", "status": {"200": 1}} for index in range(1000)]}
        self.assertEqual(1000, agent.send("POST", "/v1/reports", large)[2]["accepted"])
        self.assertEqual((1004, 0), self.stored(agent))

    def test_every_mistake_is_told_and_nothing_of_it_is_counted(self):
        agent = self.agent(self.config).start()
        good = batch("b", {"ok": 1})
        for document, headers, status, pointer in (
                (b"{", {}, 400, ""),
                ({**good, "reprots": []}, {}, 400, "/reprots"),
                (batch("b", {"okay": 1}), {}, 400, "/reports/0/outcomes/okay"),
                (batch("b", {"ok": -1}), {}, 400, "/reports/0/outcomes/ok"),
                ({**good, "sent_at": "2020-01-01T00:00:00Z"}, {}, 400, "/sent_at"),
                ({**good, "reports": good["reports"] * 1001}, {}, 413, "/reports"),
                (b" " * (1024 * 1024 + 1), {}, 413, None),
                (gzip.compress(b" " * (1024 * 1024 + 1)), {"Content-Encoding": "gzip"}, 413, ""),
                (b"no gzip", {"Content-Encoding": "gzip"}, 400, ""),
                (good, {"Content-Encoding": "zstd"}, 415, None),
                (good, {"Content-Type": "text/plain"}, 415, None),
                (good, {"X-Forwarded-For": "192.0.2.1"}, 403, None)):
            with self.subTest(status=status, pointer=pointer):
                answered, answer_headers, problem = agent.send("POST", "/v1/reports", document, headers)
                self.assertEqual(status, answered)
                self.assertEqual("application/problem+json", answer_headers["Content-Type"])
                self.assertEqual(pointer, problem.get("pointer"))
        status, headers, _ = agent.get("/v1/reports")
        self.assertEqual((405, "POST"), (status, headers["Allow"]))
        self.assertEqual((0, 0), self.stored(agent))

    def test_a_reporter_in_haste_is_slowed_down_and_nobody_else(self):
        agent = self.agent(self.config.replace("per_s = 0", "per_s = 2")).start()
        answers = [agent.send("POST", "/v1/reports", batch(f"h{number}", {"ok": 1})) for number in range(12)]
        refused = [headers for status, headers, _ in answers if status == 429]
        self.assertTrue(refused)
        self.assertEqual({"1"}, {headers["Retry-After"] for headers in refused})
        self.assertEqual((12 - len(refused), 0), self.stored(agent))
        self.assertEqual(200, agent.send("POST", "/v1/reports", batch("h", {"ok": 1}, "router-2"))[0])

    def test_kill_9_under_load_loses_no_acknowledged_batch_and_counts_none_twice(self):
        agent = self.agent(self.config).start()
        rounds = []
        for number in range(KILLS):
            model = f"model-{number}"
            acknowledged, unknown = self.load_and_kill(agent, model)
            agent.start()
            self.assertTrue(acknowledged)
            stored = self.stored(agent, model)[0]
            self.assertGreaterEqual(stored, len(acknowledged), model)
            self.assertLessEqual(stored, len(acknowledged) + len(unknown), model)
            rounds.append((model, acknowledged, unknown, stored))
        for model, acknowledged, unknown, stored in rounds:
            self.assertEqual({True}, self.replay(agent, model, acknowledged))
            self.assertEqual((stored, 0), self.stored(agent, model))
            self.replay(agent, model, unknown)
            self.assertEqual((len(acknowledged) + len(unknown), 0), self.stored(agent, model))

    def load_and_kill(self, agent, model):
        """Clients that report until the agent is gone: the ids that were acknowledged, and those that were not answered."""
        acknowledged, unknown = [], []
        enough = threading.Event()
        wanted = random.randint(20, 200)

        def client(name):
            connection = agent.connect()
            for number in itertools.count():
                batch_id = f"{model}-{name}-{number}"
                try:
                    connection.request("POST", "/v1/reports", headers={"Content-Type": "application/json"},
                                       body=json.dumps(batch(batch_id, {"ok": 1}, model=model)))
                    answer = connection.getresponse()
                    answer.read()
                except (OSError, http.client.HTTPException):
                    unknown.append(batch_id)
                    return
                (acknowledged if answer.status == 200 else unknown).append(batch_id)
                if len(acknowledged) >= wanted:
                    enough.set()

        clients = [threading.Thread(target=client, args=(name,)) for name in range(CLIENTS)]
        for one in clients:
            one.start()
        self.assertTrue(enough.wait(6 * PATIENCE_S))
        agent.kill()
        for one in clients:
            one.join()
        return acknowledged, unknown

    def replay(self, agent, model, batch_ids):
        """What the answers say of being duplicates."""
        said = set()
        for batch_id in batch_ids:
            status, _, answer = agent.send("POST", "/v1/reports", batch(batch_id, {"ok": 1}, model=model))
            self.assertEqual(200, status)
            said.add(answer["duplicate"])
        return said


if __name__ == "__main__":
    unittest.main()
