"""The story of an outage, as its users live it: routers, people on call, a crash in the middle."""
import json
import pathlib
import re
import time
import unittest

from harness import ONLY_FAKES, SANITIZED, AgentTest, json_reply, statuspage, wait_for


class Outage(AgentTest):
    def enabled(self):
        return ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")

    def setUp(self):
        super().setUp()
        self.config = self.enabled() + self.provider("claude", "/summary.json")
        self.page.serve("/summary.json", json_reply(statuspage()))

    def test_an_outage_is_told_held_and_survives_kill_9(self):
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "healthy")
        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        before = agent.wait_state("claude", "unhealthy")
        self.assertEqual({"action": "fallback", "primary_weight": 5, "retry_budget_ms": 0}, before["advice"])
        status, headers, _ = agent.get("/v1/check/claude")
        self.assertEqual(503, status)
        self.assertEqual("unhealthy", headers["X-Signalbox-State"])
        self.assertGreaterEqual(int(headers["Retry-After"]), 59)

        agent.kill()
        # The page is gone as well: what the agent knows it knows from its database.
        self.page.serve("/summary.json", lambda handler: handler.connection.close())
        agent.start()
        after = agent.health("claude")
        self.assertEqual("unhealthy", after["state"])
        self.assertEqual(before["since"], after["since"])
        self.assertEqual(5, after["advice"]["primary_weight"])
        self.assertGreaterEqual(after["generation"], before["generation"])
        self.assertEqual(0, agent.stop())

    def test_hold_and_ramp_go_on_over_a_crash(self):
        config = "[policy]\nhold_s = 3\nramp_step_s = 2\n" + self.config
        self.page.serve("/summary.json", json_reply(statuspage("partial_outage")))
        agent = self.agent(config).start()
        agent.wait_state("claude", "unhealthy")
        self.page.serve("/summary.json", json_reply(statuspage()))
        agent.wait_state("claude", "recovering")
        agent.kill()
        agent.start()
        resumed = agent.health("claude")
        self.assertIn(resumed["state"], ("recovering", "healthy"))
        agent.wait_state("claude", "healthy")
        states = [change["to"] for change in agent.json("/v1/transitions?target=claude")["transitions"]]
        self.assertEqual(["healthy", "recovering", "unhealthy"], states[:3])

    def test_a_change_of_the_page_ends_a_long_poll_within_an_interval(self):
        agent = self.agent(self.config).start()
        generation = agent.wait_state("claude", "healthy")["generation"]
        connection = agent.connect()
        self.addCleanup(connection.close)
        connection.request("GET", f"/v1/health/claude?wait_s=30&generation={generation}")
        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        changed = time.monotonic()
        answer = json.loads(connection.getresponse().read())
        self.assertEqual("unhealthy", answer["state"])
        if not SANITIZED:
            # The interval and 0.1 s are the bar; the rest is for a busy test machine. bench/long_poll.py measures.
            self.assertLess(time.monotonic() - changed, 1.0 + 0.1 + 0.4)

    def test_a_quiet_agents_answer_never_expires_and_a_304_renews(self):
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "healthy")
        status, headers, body = agent.get("/v1/health/claude")
        first = json.loads(body)
        self.assertEqual(200, status)
        renewed = wait_for(lambda: (lambda h: h if h["as_of"] > first["as_of"] else None)(agent.health("claude")),
                           "a newer answer")
        self.assertGreater(renewed["expires_at"], first["expires_at"])
        status, again, body = agent.get("/v1/health/claude", {"If-None-Match": headers["ETag"]})
        self.assertEqual((304, b""), (status, body))
        self.assertGreaterEqual(again["X-Signalbox-Expires-At"], renewed["expires_at"])

    def test_health_json_is_the_same_answer_without_http(self):
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "healthy")
        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        agent.wait_state("claude", "unhealthy")
        file = pathlib.Path(agent.directory, "run", "health.json")
        told = wait_for(lambda: (lambda h: h if h["targets"][0]["state"] == "unhealthy" else None)(
            json.loads(file.read_text())), "health.json to tell")
        self.assertEqual(agent.json("/v1/health").keys(), told.keys())
        self.assertEqual(0o644, file.stat().st_mode & 0o777)

    def test_people_on_call_read_it_over_tcp_and_over_the_unix_socket(self):
        incident = {"id": "i1", "name": "Elevated errors \x1b[31mon\u202e everything", "status": "investigating",
                    "impact": "major", "created_at": "2026-11-23T10:00:00Z", "updated_at": "2099-11-23T10:00:00Z",
                    "components": [{"id": "api"}]}
        self.page.serve("/summary.json", json_reply(statuspage("major_outage", [incident])))
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "unhealthy")
        for url in (None, f"unix:{agent.directory}/run/signalbox.sock"):
            status = agent.cli("status", url=url)
            self.assertEqual(2, status.returncode, status.stderr)
            self.assertIn("claude", status.stdout)
            self.assertRegex(status.stdout.lower(), "unhealthy")
            self.assertNotRegex(status.stdout, "[\x00-\x09\x0b-\x1f\x7f\u202e]")
        why = agent.cli("why", "claude")
        self.assertEqual(0, why.returncode, why.stderr)
        self.assertIn("Elevated errors", why.stdout)
        self.assertNotRegex(why.stdout, "[\x00-\x09\x0b-\x1f\x7f\u202e]")
        history = agent.cli("history", "claude", "--json")
        self.assertEqual("unhealthy", json.loads(history.stdout)["transitions"][0]["to"])
        machine = json.loads(agent.cli("status", "--json").stdout)
        self.assertEqual("unhealthy", machine["targets"][0]["state"])

    def test_nobody_there_is_unknown(self):
        agent = self.agent(self.config).start()
        agent.stop()
        status = agent.cli("status")
        self.assertEqual(3, status.returncode)
        self.assertIn("cannot reach", status.stderr)


if __name__ == "__main__":
    unittest.main()
