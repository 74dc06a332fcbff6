"""The database is taken away or damaged under the running agent, or the disk is slow: the signal goes on, and what was
acknowledged is there afterwards. A disk that is full or read-only needs a mount: tests/system/test_faults_full_disk.py."""
import shutil
import statistics
import threading
import time
import unittest

from faults import Client, Faults, findings_of, stored_oks
from harness import ONLY_FAKES, SANITIZED, AgentTest, json_reply, statuspage, wait_for


class DiskTest(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.config = ("reporter_batches_per_s = 0\n" + ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                       + self.provider("claude", "/summary.json") + "[providers.mistral]\n")

    def changes(self, agent):
        return [(one["at"], one["to"]) for one in agent.json("/v1/transitions?target=claude&limit=1000")["transitions"]]

    def turn(self, agent, status, state):
        self.page.serve("/summary.json", json_reply(statuspage(status)))
        agent.wait_state("claude", state, 30)


class TakenAway(DiskTest):
    def taken_away(self, take):
        """The agent after `take(its state directory)`, and a kill and a start: with all that it had."""
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "healthy")
        client = Client(agent).start()
        client.wait_acknowledged(20)
        self.turn(agent, "major_outage", "unhealthy")
        before = self.changes(agent)
        state = agent.directory / "state"
        take(state)
        client.wait_acknowledged(20)
        wait_for((state / "signalbox.db").exists, "the database to be there again")
        self.assertEqual(before, self.changes(agent))
        # From here on the path has everything: what is acknowledged now outlives a kill.
        client.wait_acknowledged(20)
        self.assertIn("all of it is written anew", "".join(agent.log))
        agent.kill()
        acknowledged = client.stop()
        # The batch in hand at the kill may be stored and not acknowledged.
        self.assertIn(stored_oks(agent.directory) - acknowledged, (0, 1))
        self.assertEqual([], findings_of(agent.directory))
        agent.start()
        self.assertEqual("unhealthy", agent.health("claude")["state"])
        self.assertEqual(before, self.changes(agent)[-len(before):])
        self.assertEqual([], [path.name for path in state.iterdir() if "corrupt" in path.name or "partial" in path.name])
        self.assertEqual(0, agent.stop())

    def test_a_database_that_is_deleted_is_written_anew(self):
        self.taken_away(lambda state: (state / "signalbox.db").unlink())

    def test_its_log_and_the_logs_index_deleted_as_well(self):
        self.taken_away(lambda state: [(state / f"signalbox.db{suffix}").unlink() for suffix in ("", "-wal", "-shm")])

    def test_its_log_alone_deleted(self):
        self.taken_away(lambda state: (state / "signalbox.db-wal").unlink())

    def test_the_state_directory_replaced(self):
        def replace(state):
            state.rename(state.with_name("before"))
            state.mkdir(mode=0o750)

        self.taken_away(replace)

    def test_the_state_directory_removed(self):
        self.taken_away(shutil.rmtree)


class Damaged(DiskTest):
    def test_a_database_overwritten_in_place_is_set_aside_and_what_memory_has_is_kept(self):
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "healthy")
        client = Client(agent).start()
        client.wait_acknowledged(20)
        self.turn(agent, "major_outage", "unhealthy")
        answer = agent.send("PUT", "/v1/overrides/claude", {"state": "degraded", "reason": "INC-7", "by": "dana", "ttl_s": 3600},
                            unix=True)
        self.assertEqual(200, answer[0])
        database = agent.directory / "state" / "signalbox.db"
        for path in (database, database.with_name("signalbox.db-wal")):
            size = path.stat().st_size
            with open(path, "r+b") as file:
                file.write(b"\xa5" * size)
        # A reader or the writer meets it, whoever comes first.
        set_aside = wait_for(lambda: agent.get("/v1/transitions") and agent.json("/v1/health")["database_set_aside"],
                             "the database to be set aside", 60)
        self.assertTrue(set_aside.startswith("signalbox.db.corrupt-"), set_aside)
        self.assertTrue((database.parent / set_aside).exists())
        client.wait_acknowledged(20)
        self.assertEqual("ok", agent.json("/v1/health")["persistence"])
        said = agent.json("/readyz")["checks"]["store:persistence"][0]
        self.assertEqual("warn", said["status"])
        self.assertIn(set_aside, said["output"])
        wait_for(lambda: any("the database was corrupt" in line and "the new one has" in line for line in agent.log),
                 "the log to say what was lost")
        since = stored_oks(agent.directory)
        client.wait_acknowledged(20)
        agent.kill()
        client.stop()
        self.assertGreaterEqual(stored_oks(agent.directory), since + 19)
        self.assertEqual([], findings_of(agent.directory))
        agent.start()
        health = agent.health("claude")
        self.assertEqual(("degraded", "INC-7"), (health["state"], health["override"]["reason"]))
        agent.send("DELETE", "/v1/overrides/claude", unix=True)
        agent.wait_state("claude", "unhealthy")
        self.assertEqual(0, agent.stop())


class Slow(DiskTest):
    def setUp(self):
        super().setUp()
        self.faults = Faults()
        self.addCleanup(self.faults.close)

    def test_a_sync_that_takes_seconds_holds_reports_and_nobody_else(self):
        agent = self.agent(self.config, environment=self.faults.environment()).start()
        agent.wait_state("claude", "healthy")
        usual = self.latencies(agent, 200)
        self.faults.slow_sync(60_000)
        asked = time.monotonic()
        answers = []
        batch = {"reporter": "r", "batch_id": "held", "reports": [{"provider": "claude", "outcomes": {"ok": 7}}]}
        report = threading.Thread(target=lambda: answers.append((agent.send("POST", "/v1/reports", batch), time.monotonic())))
        report.start()
        slow = self.latencies(agent, 200)
        self.turn(agent, "major_outage", "unhealthy")
        told = time.monotonic() - asked
        health = wait_for(lambda: (lambda body: body if body["persistence"] == "failing" else None)(agent.json("/v1/health")),
                          "persistence to be failing")
        self.assertEqual("unhealthy", health["targets"][0]["state"])
        held = not answers
        released = time.monotonic()
        self.faults.slow_sync(0)
        report.join()
        (status, headers, _), answered = answers[0]
        if held:
            self.assertGreater(answered, released)
        else:  # a machine so busy that the 5 s for a commit were over
            self.assertEqual((503, True), (status, "Retry-After" in headers))
        again = agent.send("POST", "/v1/reports", batch)
        self.assertEqual(200, again[0])
        wait_for(lambda: agent.json("/v1/health")["persistence"] == "ok", "persistence to be ok")
        agent.kill()
        self.assertEqual(7, stored_oks(agent.directory, "claude"))
        # Nobody waited for the disk, which would not have answered: all of it is the machine's own.
        self.assertLess(max(slow), 2 if not SANITIZED else 10)
        self.assertLess(told, 5 if not SANITIZED else 20)
        print(f"GET: median {statistics.median(usual) * 1e3:.1f} ms, with a stuck sync {statistics.median(slow) * 1e3:.1f} ms; "
              f"an outage told {told:.2f} s after the page could have said so")

    def test_a_report_that_the_disk_does_not_take_in_time_is_not_acknowledged_and_counts_once_when_it_is_repeated(self):
        agent = self.agent(self.config, environment=self.faults.environment()).start()
        agent.wait_state("claude", "healthy")
        self.faults.slow_sync(60_000)
        batch = {"reporter": "r", "batch_id": "late", "reports": [{"provider": "claude", "outcomes": {"ok": 5}}]}
        status, headers, _ = agent.send("POST", "/v1/reports", batch)
        self.assertEqual(503, status)
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.faults.slow_sync(0)
        wait_for(lambda: agent.send("POST", "/v1/reports", batch)[0] == 200, "the report to be taken", 30)
        agent.kill()
        self.assertEqual(5, stored_oks(agent.directory, "claude"))

    @staticmethod
    def latencies(agent, count):
        connection = agent.connect()
        took = []
        for _ in range(count):
            began = time.monotonic()
            connection.request("GET", "/v1/health/claude")
            connection.getresponse().read()
            took.append(time.monotonic() - began)
        connection.close()
        return took


if __name__ == "__main__":
    unittest.main()
