"""The agent beside the real OpenTelemetry SDK for JavaScript: what an application measures arrives, is counted exactly,
and changes a state. Needs npm, and its registry the first time. About a minute."""
import json
import os
import pathlib
import queue
import subprocess
import threading
import unittest

from harness import ONLY_FAKES, PATIENCE_S, AgentTest, json_reply, statuspage, wait_for
from node_packages import node_packages

PROGRAM = pathlib.Path(__file__).with_name("otel_client.mjs")
CHAT = {"gen_ai.provider.name": "anthropic", "gen_ai.operation.name": "chat"}


class Application:
    """A running otel_client.mjs that exports to `agent`."""

    def __init__(self, agent, instance="i-1", protocol="http/json", **environment):
        endpoint = f"http://{agent.address}/v1/otlp/v1/metrics"
        self.process = subprocess.Popen(
            ["node", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "NODE_PACKAGES": str(node_packages("opentelemetry")), "INSTANCE": instance,
                 "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": protocol,
                 **environment})
        self.answers = queue.Queue()
        self.warnings = []
        self.readers = [threading.Thread(target=self._read, args=arguments, daemon=True) for arguments in
                        ((self.process.stdout, self.answers.put), (self.process.stderr, self.warnings.append))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def _read(stream, take):
        for line in stream:
            take(line.strip())

    def tell(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = self.answers.get(timeout=6 * PATIENCE_S)
        if answer != "ok":
            raise AssertionError(f"{command}: {answer}; {self.warnings}")

    def record(self, times, model, error_type=None, **attributes):
        error = {"error.type": error_type} if error_type else {}
        self.tell(record={**CHAT, "gen_ai.request.model": model, **error, **attributes}, times=times)

    def export(self):
        self.tell(flush=True)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=3 * PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self.readers:
            reader.join(PATIENCE_S)
        self.process.stdout.close()
        self.process.stderr.close()


class OpenTelemetry(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        config = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "") + self.provider("claude", "/summary.json")
        self.running = self.agent(config).start()

    def application(self, **options):
        made = Application(self.running, **options)
        self.addCleanup(made.close)
        return made

    def counted(self, model):
        """The outcomes of a model since the agent began, but for those that were not met."""
        sums = {}
        for step in self.running.json(f"/v1/timeline/claude/{model}")["steps"]:
            for outcome, count in step["outcomes"].items():
                sums[outcome] = sums.get(outcome, 0) + count
        return {outcome: count for outcome, count in sums.items() if count}

    def exports_exactly(self, model, **options):
        application = self.application(**options)
        application.record(5, model)
        application.record(3, model, "529")
        application.record(2, model, "APITimeoutError")
        application.export()
        self.assertEqual({"ok": 5, "overloaded": 3, "timeout": 2}, self.counted(model))
        application.export()  # nothing new: what is cumulative is sent again
        application.record(4, model)
        application.record(1, model, "RateLimitError")
        application.export()
        self.assertEqual({"ok": 9, "overloaded": 3, "timeout": 2, "throttled": 1}, self.counted(model))
        application.close()
        self.assertEqual({"ok": 9, "overloaded": 3, "timeout": 2, "throttled": 1}, self.counted(model))
        self.assertEqual([], application.warnings)

    def test_delta_in_json_is_counted_exactly(self):
        self.exports_exactly("json-delta", OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE="delta")

    def test_cumulative_in_json_and_gzip_is_counted_exactly(self):
        self.exports_exactly("json-cumulative", OTEL_EXPORTER_OTLP_METRICS_COMPRESSION="gzip")

    def test_delta_in_protobuf_with_exponential_histograms_is_counted_exactly(self):
        self.exports_exactly("protobuf-delta", protocol="http/protobuf", HISTOGRAM="exponential",
                             OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE="delta")

    def test_cumulative_in_protobuf_and_gzip_is_counted_exactly(self):
        self.exports_exactly("protobuf-cumulative", protocol="http/protobuf",
                             OTEL_EXPORTER_OTLP_METRICS_COMPRESSION="gzip")

    def test_cumulative_exponential_histograms_in_json_are_counted_exactly(self):
        self.exports_exactly("exponential", HISTOGRAM="exponential")

    def test_what_applications_measure_makes_a_model_unhealthy_under_a_green_page(self):
        self.running.wait_state("claude", "healthy")
        applications = [self.application(instance=f"i-{number}", protocol=protocol, OTEL_METRIC_EXPORT_INTERVAL="500")
                        for number, protocol in enumerate(("http/json", "http/protobuf", "http/json"))]
        pace = threading.Event()

        def unhealthy():
            for application in applications:
                application.record(1, "opus", "overloaded_error")
            pace.wait(0.1)
            health = self.running.health("claude/opus")
            return health if health["state"] == "unhealthy" else None

        health = wait_for(unhealthy, "claude/opus to be unhealthy", 6 * PATIENCE_S)
        passive = health["evidence"]["passive"]
        self.assertEqual("failing", passive["level"])
        self.assertEqual(3, passive["reporters"])
        self.assertGreater(passive["outcomes"]["overloaded"], 0)
        names = {reporter["name"] for reporter in self.running.json("/v1/reporters")["reporters"]}
        self.assertEqual({"checkout/i-0", "checkout/i-1", "checkout/i-2"}, names)

    def test_what_cannot_be_used_is_told_in_the_applications_own_log(self):
        for protocol in ("http/json", "http/protobuf"):
            application = self.application(protocol=protocol)
            application.record(1, "known")
            application.record(1, "known", **{"gen_ai.provider.name": "cohere"})
            application.export()
            application.close()
            told = "\n".join(application.warnings)
            self.assertIn("Partial Success", told)
            self.assertIn('no provider \\"cohere\\" is configured', told)
        self.assertEqual({"ok": 2}, self.counted("known"))

    def restart_while_it_exports(self, application):
        """The agent is killed before the export and comes back during it."""
        self.running.kill()
        self.running.arguments = ["--listen", self.running.address]
        again = threading.Timer(0.5, self.running.start)
        again.start()
        application.export()
        again.join()

    def test_an_export_that_finds_nobody_is_sent_again_and_counted_once(self):
        application = self.application(OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE="delta")
        application.record(5, "again")
        application.export()
        application.record(7, "again")
        self.restart_while_it_exports(application)
        self.assertEqual({"ok": 12}, self.counted("again"))

    def test_a_restart_of_the_agent_counts_nothing_twice_and_misses_one_export(self):
        application = self.application()
        application.record(5, "since")
        application.export()
        application.record(7, "since")
        self.restart_while_it_exports(application)
        application.record(2, "since")
        application.export()
        self.assertEqual({"ok": 7}, self.counted("since"))


if __name__ == "__main__":
    unittest.main()
