"""What OpenTelemetry exporters meet at the HTTP front: encodings, refusals in their protocol, tokens, retries."""
import gzip
import json
import pathlib
import tempfile
import time
import unittest

from harness import ONLY_FAKES, AgentTest, json_reply, statuspage, wait_for

PATH = "/v1/otlp/v1/metrics"
JSON = {"Content-Type": "application/json"}
TOKEN = "r" * 32


def export(count, error_type=None, provider="anthropic", model="opus", temporality=1):
    """A request of one point that covers the last second."""
    now = time.time_ns()
    attributes = {"gen_ai.provider.name": provider, "gen_ai.request.model": model, "error.type": error_type}
    point = {"attributes": [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items() if value],
             "startTimeUnixNano": str(now - 1_000_000_000), "timeUnixNano": str(now), "count": str(count)}
    metric = {"name": "gen_ai.client.operation.duration",
              "histogram": {"aggregationTemporality": temporality, "dataPoints": [point]}}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return json.dumps({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}).encode()


class Otlp(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.config = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "") + self.provider("claude", "/summary.json")

    def post(self, agent, body, headers=None, chunks=None):
        """(status, headers, body); in `chunks` where they are given."""
        connection = agent.connect()
        try:
            if chunks:
                connection.request("POST", PATH, body=iter(chunks), headers={**JSON, **(headers or {})}, encode_chunked=True)
            else:
                connection.request("POST", PATH, body=body, headers={**JSON, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def counted(self, agent, target="claude/opus"):
        steps = agent.json(f"/v1/timeline/{target}")["steps"]
        return (sum(step["outcomes"]["ok"] for step in steps), sum(step["outcomes"]["overloaded"] for step in steps))

    def test_a_body_sent_twice_counts_once_also_across_a_kill(self):
        agent = self.agent(self.config).start()
        body = export(7, "529")
        self.assertEqual((200, b"{}"), self.post(agent, body)[::2])
        self.assertEqual((200, b"{}"), self.post(agent, gzip.compress(body), {"Content-Encoding": "gzip"})[::2])
        agent.kill()
        agent.start()
        self.assertEqual((200, b"{}"), self.post(agent, None, chunks=[body[:9], body[9:]])[::2])
        self.assertEqual((0, 7), self.counted(agent))

    def test_refusals_are_worded_as_the_protocol_wants(self):
        agent = self.agent(self.config).start()
        refusals = (
            (400, JSON, b'{"resourceMetrics": 7}', b'{"code":3,"message":"/resourceMetrics: must be an array"}'),
            (400, {**JSON, "Content-Encoding": "gzip"}, b"no", b"not gzip"),
            (413, JSON, b" " * (1 << 20) + b" ", None),
            (413, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b" " * (1 << 20) + b" "), b"over 1 MiB"),
            (415, {"Content-Type": "text/plain"}, b"{}", b"send it as application/x-protobuf or application/json"),
            (400, {"Content-Type": "application/x-protobuf"}, b"\x0a\x7f", b"\x08\x03\x12"),
        )
        for status, headers, body, words in refusals:
            got, said, answer = self.post(agent, body, headers)
            self.assertEqual(status, got, answer)
            if words is None:
                continue  # refused by its length, before it is known what it is for
            self.assertIn(words, answer)
            binary = headers.get("Content-Type") == "application/x-protobuf"
            self.assertEqual("application/x-protobuf" if binary else "application/json", said["Content-Type"])
            if not binary:
                self.assertEqual({"code", "message"}, set(json.loads(answer)))

    def test_a_token_names_the_reporter_and_without_one_nobody_is_heard(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "router.token"
            file.write_text(TOKEN + "\n")
            file.chmod(0o600)
            agent = self.agent(f'[server.reporter_token_files]\nrouter-1 = "{file}"\n' + self.config).start()
            status, headers, answer = self.post(agent, export(1))
            self.assertEqual((401, "Bearer"), (status, headers["WWW-Authenticate"].split()[0]))
            self.assertEqual(16, json.loads(answer)["code"])
            status, _, answer = self.post(agent, export(1), {"Authorization": f"Bearer {TOKEN}"})
            self.assertEqual((200, b"{}"), (status, answer))
            reporters = wait_for(lambda: agent.json("/v1/reporters")["reporters"], "a reporter")
            self.assertEqual(["router-1"], [reporter["name"] for reporter in reporters])

    def test_who_sends_too_often_is_told_when_to_come_again_and_loses_no_cumulative_count(self):
        agent = self.agent("reporter_batches_per_s = 1\n" + self.config).start()
        start = str(time.time_ns())
        counts = iter(range(1, 1000))

        def body(count):
            made = json.loads(export(count, temporality=2))
            point = made["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]["histogram"]["dataPoints"][0]
            point["startTimeUnixNano"] = start  # of one series
            return json.dumps(made).encode()

        refused = 0
        total = 0
        while refused < 3 and total < 200:
            total = next(counts)
            status, headers, answer = self.post(agent, body(total))
            if status == 429:
                refused += 1
                self.assertEqual(8, json.loads(answer)["code"])
                self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.assertEqual(3, refused)
        wait_for(lambda: self.post(agent, body(total))[0] == 200, "the agent to take the next export")
        self.assertEqual((total, 0), self.counted(agent))


if __name__ == "__main__":
    unittest.main()
