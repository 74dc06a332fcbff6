"""The binary on a database of each earlier version: state and history are kept."""
import datetime
import json
import pathlib
import sqlite3
import time
import unittest

from faults import findings_of
from harness import ONLY_FAKES, REPOSITORY, AgentTest, json_reply, statuspage, wait_for

MIGRATIONS = sorted((REPOSITORY / "schema").glob("[0-9]*.sql"))
APPLICATION_ID = 0x53674278


def rfc3339(at_s):
    return datetime.datetime.fromtimestamp(at_s, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Upgrade(AgentTest):
    def old_database(self, directory, version, at_s):
        """As an agent of that version left it, in the middle of an outage."""
        state = pathlib.Path(directory) / "state"
        state.mkdir(mode=0o750)
        connection = sqlite3.connect(state / "signalbox.db")
        for migration in MIGRATIONS[:version]:
            connection.executescript(migration.read_text())
        at = at_s * 1000
        connection.execute("UPDATE meta SET value = 41 WHERE key = 'generation'")
        connection.execute("UPDATE meta SET value = 'feedbeeffeedbeef' WHERE key = 'instance'")
        for number, (was, now) in enumerate((("unknown", "healthy"), ("healthy", "unhealthy"))):
            connection.execute("INSERT INTO transitions (at, provider, model, from_state, to_state, why, evidence, generation) "
                               "VALUES (?, 'claude', '', ?, ?, 'because', '{}', ?)", (at - 1000 + number * 1000, was, now, 40 + number))
        connection.execute("INSERT INTO incidents (provider, source, incident, name, impact, status, first_seen_at, url, scope) "
                           "VALUES ('claude', 'statuspage', 'i1', 'Elevated errors', 'major', 'investigating', ?, '', '[]')", (at,))
        health = {"state": "unhealthy", "weight": 5, "since": rfc3339(at_s), "better_since": None, "blind_since": None,
                  "step_since": rfc3339(at_s), "seen_failing": False, "rate_before": 0.0,
                  "unhealthy": {"hold_ms": 0, "left_at": None}, "degraded": {"hold_ms": 0, "left_at": None},
                  "split_seed": "2026-11-23"}
        connection.execute("INSERT INTO healths VALUES ('claude', '', ?)", (json.dumps(health),))
        connection.execute("INSERT INTO sources VALUES ('claude', 'statuspage', ?, ?)", (at, at))
        if version >= 2:
            connection.execute("INSERT INTO advice (at, provider, model, state, primary_weight) VALUES (?, 'claude', '', 'unhealthy', 5)",
                               (at,))
            connection.execute("INSERT INTO count_targets VALUES (1, 'claude', '')")
            for tier, width in (("fine_counts", 10), ("coarse_counts", 300)):
                connection.execute(f"INSERT INTO {tier} VALUES (1, ?, 7, 2, 0, 0, 0, 0, 0, 0)", (at_s // width,))
            connection.execute("INSERT INTO overrides (at, provider, model, action, by, state, primary_weight, reason, expires_at) "
                               "VALUES (?, 'other', '', 'set', 'dana', 'degraded', 50, 'INC-7', ?)", (at, at + 3600_000))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()
        connection.close()

    def test_state_and_history_of_every_earlier_version_are_kept(self):
        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        config = (ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "") + self.provider("claude", "/summary.json")
                  + self.provider("other", "/summary.json"))
        self.assertGreaterEqual(len(MIGRATIONS), 2)
        for version in range(1, len(MIGRATIONS) + 1):
            with self.subTest(version=version):
                agent = self.agent(config)
                at_s = int(time.time()) - 120
                self.old_database(agent.directory, version, at_s)
                agent.start()
                self.expect_kept(agent, version, at_s)
                agent.kill()
                agent.start()
                self.expect_kept(agent, version, at_s)
                self.assertEqual(0, agent.stop())
                self.assertEqual([], findings_of(agent.directory))

    def expect_kept(self, agent, version, at_s):
        health = agent.health("claude")
        self.assertEqual(("unhealthy", rfc3339(at_s)), (health["state"], health["since"]))
        self.assertGreaterEqual(health["generation"], 41)
        self.assertIn("feedbeeffeedbeef", agent.get("/v1/health/claude")[1]["ETag"])
        told = [(one["from"], one["to"], one["why"]) for one in agent.json("/v1/transitions?target=claude")["transitions"]]
        self.assertEqual([("healthy", "unhealthy", "because"), ("unknown", "healthy", "because")], told[-2:])
        self.assertEqual(["i1"], [one["id"] for one in agent.json("/v1/incidents")["incidents"]])
        self.assertEqual("ok", agent.json("/v1/health")["persistence"])
        self.assertIsNone(agent.json("/v1/health")["database_set_aside"])
        since = rfc3339(at_s - 600)
        steps = agent.json(f"/v1/timeline/claude?since={since}&step_s=300")["steps"]
        self.assertEqual(9 if version >= 2 else 0, sum(step["requests"] for step in steps))
        self.assertIn("unhealthy", [step["state"] for step in steps])
        if version >= 2:
            self.assertEqual("INC-7", agent.health("other")["override"]["reason"])
        wait_for(lambda: agent.json("/v1/sources")["sources"][0]["fresh"], "the page to be read")
        self.assertEqual("unhealthy", agent.health("claude")["state"])


if __name__ == "__main__":
    unittest.main()
