"""Routes, the stream of events and the timeline, as a router and a dashboard meet them through the whole binary."""
import hashlib
import json
import time
import unittest

from harness import ONLY_FAKES, PATIENCE_S, AgentTest, json_reply, statuspage

ROUTE = ('[routes.chat]\nprimary = "claude/claude-opus-4-6"\nfallbacks = ["claude/claude-haiku-4-5", "openai"]\n'
         'notice = "We are temporarily using a backup model."\n')
SESSIONS = [f"session-{number}" for number in range(200)]


def number_of(seed, route, key):
    """As api.md tells routers to compute it."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{route}/{key}".encode()).digest()[:8], "big") % 100


class Stream:
    """A reader of server-sent events."""

    def __init__(self, agent, last_event_id=None):
        self.connection = agent.connect()
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        self.connection.request("GET", "/v1/stream", headers=headers)
        self.answer = self.connection.getresponse()

    def next(self):
        """(name, id, data) of the next event; None at the end."""
        fields = {}
        while True:
            line = self.answer.readline()
            if not line:
                return None
            text = line.decode().rstrip("\n")
            if not text and fields:
                return fields["event"], fields.get("id"), json.loads(fields["data"])
            if text and not text.startswith(":"):
                name, value = text.split(": ", 1)
                fields[name] = value

    def close(self):
        self.answer.close()
        self.connection.close()


class Routes(AgentTest):
    def setUp(self):
        super().setUp()
        enabled = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "").replace(
            "[providers.openai]\nenabled = false\n", "")
        self.config = (enabled + self.provider("claude", "/claude.json") + self.provider("openai", "/openai.json") + ROUTE)
        for path in ("/claude.json", "/openai.json"):
            self.page.serve(path, json_reply(statuspage()))

    def started(self):
        agent = self.agent(self.config).start()
        agent.wait_state("claude", "healthy")
        agent.wait_state("openai", "healthy")
        return agent

    def stream(self, agent, last_event_id=None):
        stream = Stream(agent, last_event_id)
        self.addCleanup(stream.close)
        return stream

    def test_sessions_leave_a_primary_that_is_down_as_anybody_can_compute(self):
        agent = self.started()
        before = agent.json("/v1/routes/chat?key=session-1")
        self.assertEqual(("claude/claude-opus-4-6", False, None, 100),
                         tuple(before[name] for name in ("target", "degraded", "notice", "primary_weight")))
        self.page.serve("/claude.json", json_reply(statuspage("major_outage")))
        agent.wait_state("claude", "unhealthy")

        common = agent.json("/v1/routes/chat")
        self.assertEqual(("openai", True, False, "We are temporarily using a backup model."),
                         tuple(common[name] for name in ("target", "degraded", "sticky", "notice")))
        self.assertEqual([{"target": "claude/claude-opus-4-6", "share": 5}, {"target": "openai", "share": 95}],
                         common["choices"])
        for key in SESSIONS:
            answer = agent.json(f"/v1/routes/chat?key={key}")
            canary = number_of(answer["split_seed"], "chat", key) < 5
            self.assertEqual("claude/claude-opus-4-6" if canary else "openai", answer["target"], key)
            self.assertEqual(0 if canary else 8000, answer["advice"]["retry_budget_ms"])

        self.page.serve("/openai.json", json_reply(statuspage("major_outage")))
        agent.wait_state("openai", "unhealthy")
        panic = agent.json("/v1/routes/chat?key=session-1")
        self.assertEqual((True, False, "claude/claude-opus-4-6"),
                         tuple(panic[name] for name in ("panic", "degraded", "target")))

    def test_the_hot_answer_and_the_slow_one_are_the_same(self):
        agent = self.started()
        for path in ("/v1/routes/chat", "/v1/routes/chat?key=user-1"):
            def twice():
                status, headers, body = agent.get(path)
                slow_status, slow_headers, slow_body = agent.get(path, {"Range": "bytes=0-"})
                return ((status, {**headers, "Date": ""}, body), (slow_status, {**slow_headers, "Date": ""}, slow_body))
            # As of the same second, which one of a few tries is.
            self.assertTrue(any(hot == slow for hot, slow in (twice() for _ in range(5))), path)
        status, headers, _ = agent.get("/v1/routes/chat?key=user-1")
        self.assertEqual(304, agent.get("/v1/routes/chat?key=user-2", {"If-None-Match": headers["ETag"]})[0])
        self.assertEqual(404, agent.get("/v1/routes/chats")[0])
        self.assertEqual(400, agent.get("/v1/routes/chat?key=")[0])

    def test_a_long_poll_of_a_route_hears_of_the_outage(self):
        agent = self.started()
        generation = agent.json("/v1/routes/chat")["generation"]
        self.page.serve("/claude.json", json_reply(statuspage("major_outage")))
        answer = agent.json(f"/v1/routes/chat?wait_s=30&generation={generation}")
        self.assertEqual("openai", answer["target"])

    def test_the_stream_tells_each_change_and_goes_on_from_an_id(self):
        agent = self.started()
        stream = self.stream(agent)
        name, start, health = stream.next()
        self.assertEqual(("snapshot", str(health["generation"])), (name, start))
        self.assertEqual(["claude", "openai"], [target["target"] for target in health["targets"]])
        self.page.serve("/claude.json", json_reply(statuspage("major_outage")))
        name, outage, target = stream.next()
        self.assertEqual(("health", "claude", "unhealthy"), (name, target["target"], target["state"]))
        self.assertEqual(outage, str(target["generation"]))
        self.page.serve("/openai.json", json_reply(statuspage("partial_outage")))
        target = stream.next()[2]
        self.assertEqual(("openai", "unhealthy"), (target["target"], target["state"]))

        resumed = self.stream(agent, outage)
        name, _, target = resumed.next()
        self.assertEqual(("health", "openai"), (name, target["target"]))
        self.assertEqual("snapshot", self.stream(agent, int(outage) + 1000).next()[0])
        self.assertEqual("snapshot", self.stream(agent, "nonsense").next()[0])

        self.assertEqual(0, agent.stop())
        self.assertIsNone(stream.next())

        # The next process does not know what the one before told.
        agent.start()
        self.assertEqual("snapshot", self.stream(agent, outage).next()[0])

    def test_the_timeline_shows_when_an_outage_was(self):
        agent = self.started()
        begun = time.time()
        self.page.serve("/claude.json", json_reply(statuspage("major_outage")))
        agent.wait_state("claude", "unhealthy")
        deadline = time.monotonic() + PATIENCE_S
        steps = []
        while not any(step["state"] == "unhealthy" for step in steps) and time.monotonic() < deadline:
            since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begun - 60))
            timeline = agent.json(f"/v1/timeline/claude?step_s=10&since={since}")
            steps = timeline["steps"]
        self.assertEqual(("unhealthy", 5), (steps[-1]["state"], steps[-1]["primary_weight"]))
        self.assertIsNone(steps[0]["state"])
        self.assertEqual(10, timeline["step_s"])
        self.assertEqual(0, int(timeline["since"][17:19]) % 10)
        self.assertEqual(404, agent.get("/v1/timeline/nobody")[0])
        self.assertIn(len(agent.json("/v1/timeline/openai")["steps"]), (288, 289))


if __name__ == "__main__":
    unittest.main()
