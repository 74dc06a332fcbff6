"""/metrics of the whole agent: complete, bounded, and what the README says of it."""
import re

from harness import ONLY_FAKES, REPOSITORY, AgentTest, json_reply, statuspage, wait_for

SAMPLE = re.compile(r'([a-z_]+)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """The text as values: families as {name: (type, labels)}, samples as {(name, frozenset of labels): value}."""

    def __init__(self, text):
        self.types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        self.samples = {}
        self.labels = {}
        for line in text.splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = SAMPLE.fullmatch(line).groups()
            pairs = {key: value for key, value in LABEL.findall(labels or "") if key != "le"}
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            family = family if self.types.get(family) == "histogram" else name
            self.labels.setdefault(family, set()).add(tuple(pairs))
            self.samples[name, frozenset(pairs.items())] = float(value)

    def value(self, name, **labels):
        return self.samples.get((name, frozenset(labels.items())))

    def families(self):
        return {(name, kind, labels) for name, kind in self.types.items() for labels in self.labels.get(name, {()})}


def documented():
    """The same of the README's table."""
    section = (REPOSITORY / "README.md").read_text().split("\n## Metrics\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_]+)` \| (\w+) \| ([a-z_, ]*) \|", section, re.M)
    return {(name, kind, tuple(filter(None, labels.strip().split(", ")))) for name, kind, labels in rows}


class MetricsTest(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.config = ONLY_FAKES + self.provider("acme", "/summary.json")

    def look(self, agent):
        return Metrics(agent.get("/metrics")[2].decode())

    def report(self, agent, batch_id, outcomes, model=None, reporter="router-1", provider="acme"):
        one = {"provider": provider, "outcomes": outcomes, **({"model": model} if model else {})}
        return agent.send("POST", "/v1/reports", {"reporter": reporter, "batch_id": batch_id, "reports": [one]})[0]

    def test_the_readme_lists_every_metric_with_its_type_and_labels(self):
        receiver = f'[[notify]]\nname = "ops"\nkind = "webhook"\nurl = "{self.page.url}/hook"\n'
        agent = self.agent(self.config + receiver).start()
        agent.wait_state("acme", "healthy")
        self.report(agent, "1", {"ok": 1})
        agent.send("PUT", "/v1/overrides/acme", {"state": "degraded", "reason": "r", "by": "b", "ttl_s": 60}, unix=True)
        wait_for(lambda: self.look(agent).labels.get("signalbox_override_set_timestamp_seconds"), "the override")
        self.assertEqual(documented(), self.look(agent).families())

    def test_what_happens_is_counted(self):
        agent = self.agent(self.config).start()
        agent.wait_state("acme", "healthy")
        for batch_id in ("1", "1", "2"):
            self.assertEqual(200, self.report(agent, batch_id, {"ok": 5, "timeout": 1}, model="m-1"))
        self.assertEqual(200, self.report(agent, "3", {"ok": 1}, provider="nobody"))
        self.assertEqual(400, self.report(agent, "4", {"okay": 1}))
        for _ in range(7):
            agent.get("/v1/health/acme")
        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        agent.wait_state("acme", "unhealthy")
        metrics = self.look(agent)
        target = {"provider": "acme", "model": "m-1"}
        self.assertEqual(10, metrics.value("signalbox_reported_outcomes_total", **target, outcome="ok"))
        self.assertEqual(2, metrics.value("signalbox_reported_outcomes_total", **target, outcome="timeout"))
        self.assertEqual(0, metrics.value("signalbox_reported_outcomes_total", provider="acme", model="", outcome="ok"))
        for result, count in (("stored", 3), ("duplicate", 1), ("invalid", 1), ("too_fast", 0)):
            self.assertEqual(count, metrics.value("signalbox_report_batches_total", result=result), result)
        self.assertEqual(1, metrics.value("signalbox_report_parts_ignored_total"))
        self.assertEqual(4, metrics.value("signalbox_report_commit_duration_seconds_count"))
        states = {state: metrics.value("signalbox_target_state", provider="acme", model="", state=state)
                  for state in ("unknown", "healthy", "degraded", "unhealthy", "recovering")}
        self.assertEqual({"unknown": 0, "healthy": 0, "degraded": 0, "unhealthy": 1, "recovering": 0}, states)
        self.assertEqual(2, metrics.value("signalbox_transitions_total", provider="acme", to="unhealthy", cause="page"))
        self.assertEqual(1, metrics.value("signalbox_source_level", provider="acme", source="statuspage", level="critical"))
        self.assertGreaterEqual(metrics.value("signalbox_http_requests_total", route="/v1/health/{target}", method="GET",
                                              code="200"), 8)
        self.assertEqual(1, metrics.value("signalbox_http_requests_total", route="/v1/reports", method="POST", code="400"))
        self.assertGreater(metrics.value("signalbox_store_database_bytes"), 0)
        self.assertEqual(1, metrics.value("signalbox_reporters_active"))

    def test_what_is_gone_has_no_series_and_what_clients_make_up_never_had_one(self):
        models = ", ".join(f'"m-{i}"' for i in range(3))
        agent = self.agent(self.config + f"[providers.gone]\nmodels = [{models}]\n").start()
        agent.wait_state("acme", "healthy")
        self.assertIsNotNone(self.look(agent).value("signalbox_target_primary_weight_ratio", provider="gone", model="m-2"))
        for i in range(50):
            agent.get(f"/v1/health/acme/made-up-{i}")
            agent.get(f"/made/up/{i}")
            agent.get(f"/v1/transitions?target=acme/made-up-{i}")
        before = self.look(agent)
        agent.write_config(self.config)
        agent.process.send_signal(1)
        wait_for(lambda: "gone" not in agent.get("/metrics")[2].decode(), "the series to go away")
        after = self.look(agent)
        self.assertLess(len(after.samples), len(before.samples))
        self.assertNotIn("made", agent.get("/metrics")[2].decode())
        self.assertEqual(50, after.value("signalbox_http_requests_total", route="none", method="GET", code="404"))
