"""The word of a person: over the unix socket alone, above all evidence, for a while, also over a crash."""
import os
import unittest

from harness import ONLY_FAKES, AgentTest, json_reply, statuspage, wait_for

TERMS = {"state": "unhealthy", "reason": "INC-1234, finance closes at 18:00", "by": "dana", "ttl_s": 3600}


class Overrides(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.config = (ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                       + self.provider("claude", "/summary.json"))
        self.served = self.agent(self.config).start()
        self.served.wait_state("claude", "healthy")

    def put(self, target, terms=None, **options):
        return self.served.send("PUT", f"/v1/overrides/{target}", terms or TERMS, **{"unix": True, **options})

    def test_an_override_is_told_at_once_and_survives_kill_9_until_it_is_cleared(self):
        agent = self.served
        status, _, answer = self.put("claude/claude-opus-4-6")
        self.assertEqual(200, status)
        by = f"dana (uid {os.getuid()})"
        self.assertEqual(("claude/claude-opus-4-6", "unhealthy", 0, TERMS["reason"], by, True),
                         tuple(answer[key] for key in ("target", "state", "primary_weight", "reason", "by", "stored")))
        in_force = {key: value for key, value in answer.items() if key != "stored"}

        def told():
            self.assertEqual([in_force], agent.json("/v1/overrides")["overrides"])
            model = agent.health("claude/claude-opus-4-6")
            self.assertEqual(("unhealthy", 0), (model["state"], model["advice"]["primary_weight"]))
            self.assertEqual(TERMS["reason"], model["override"]["reason"])

        told()
        agent.kill()
        agent.start()
        told()
        self.assertEqual("healthy", agent.wait_state("claude", "healthy")["state"])

        status, _, cleared = agent.send("DELETE", "/v1/overrides/claude/claude-opus-4-6", unix=True)
        self.assertEqual((200, f"uid {os.getuid()}", True), (status, cleared["by"], cleared["stored"]))
        self.assertEqual([], agent.json("/v1/overrides")["overrides"])
        self.assertIsNone(agent.health("claude/claude-opus-4-6")["override"])
        self.assertEqual(404, agent.send("DELETE", "/v1/overrides/claude/claude-opus-4-6", unix=True)[0])
        agent.kill()
        agent.start()
        listed = agent.json("/v1/overrides")
        self.assertEqual([], listed["overrides"])
        self.assertEqual([("cleared", f"uid {os.getuid()}"), ("set", by)],
                         [(change["action"], change["by"]) for change in listed["history"]])

    def test_an_override_ends_by_itself(self):
        self.assertEqual(200, self.put("claude", {**TERMS, "ttl_s": 1})[0])
        self.assertEqual("unhealthy", self.served.health("claude")["state"])
        wait_for(lambda: not self.served.json("/v1/overrides")["overrides"], "the override to end")
        self.assertIsNone(self.served.health("claude")["override"])

    def test_who_may_not_is_told_and_changes_nothing(self):
        self.assertEqual(403, self.put("claude", unix=False)[0])
        self.assertEqual(403, self.put("claude", headers={"X-Forwarded-For": "127.0.0.1"})[0])
        self.assertEqual(403, self.served.send("DELETE", "/v1/overrides/claude")[0])
        self.assertEqual(404, self.put("acme")[0])
        self.assertEqual(415, self.put("claude", headers={"Content-Type": "text/plain"})[0])
        status, _, problem = self.put("claude", {**TERMS, "ttl_s": 604801})
        self.assertEqual((400, "/ttl_s"), (status, problem["pointer"]))
        status, headers, _ = self.served.send("POST", "/v1/overrides", TERMS, unix=True)
        self.assertEqual((405, "GET, HEAD"), (status, headers["Allow"]))
        self.assertEqual([], self.served.json("/v1/overrides")["overrides"])


if __name__ == "__main__":
    unittest.main()
