"""The agent beside a real Prometheus: what it scrapes, what the shipped alerts say, what the dashboard asks for.

Needs Debian's prometheus (and its promtool). About ten seconds.
"""
import itertools
import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

from harness import ONLY_FAKES, REPOSITORY, AgentTest, json_reply, statuspage, wait_for

SHIPPED = REPOSITORY / "systemd" / "prometheus"
RULES = SHIPPED / "signalbox.rules.yml"
STORY = pathlib.Path(__file__).with_name("outage_story.yml")
DASHBOARD = json.loads((SHIPPED / "grafana-dashboard.json").read_text())
# What a healthy agent has none of.
MAY_BE_EMPTY = re.compile(r"\[\$__rate_interval\]\)\) > 0$")


def promtool(*arguments, given=None):
    done = subprocess.run(["promtool", *map(str, arguments)], input=given, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def dashboard_queries():
    """(where, PromQL) of every panel and annotation, with Grafana's variables filled in."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


def filled(expression):
    return expression.replace("$instance", ".*").replace("$__rate_interval", "1m")


def names_in(text):
    """The metrics that PromQL names; what Prometheus makes itself is not ours."""
    return set(re.findall(r"\b(?:signalbox|process)_[a-z_]+\b", text)) - {"signalbox"}


class Prometheus:
    """A real one, with the shipped configuration sped up."""

    def __init__(self, agent_address):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-prometheus-"))
        config = (SHIPPED / "prometheus.yml").read_text()
        for shipped, here in (("127.0.0.1:9529", agent_address), ("15s", "500ms"), ("signalbox.rules.yml", str(RULES))):
            assert shipped in config, shipped
            config = config.replace(shipped, here)
        (self.directory / "prometheus.yml").write_text(config)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        with (self.directory / "log").open("w") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={self.directory}/prometheus.yml", f"--web.listen-address={self.address}",
                 f"--storage.tsdb.path={self.directory}/data"], stdout=log, stderr=log)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        shutil.rmtree(self.directory)

    def ask(self, path, **parameters):
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            if error.code == 503:
                return {}  # it is starting
            raise AssertionError(f"{parameters}: {error.read()!r}") from None
        except OSError:
            return {}  # it is starting

    def query(self, expression):
        return self.ask("query", query=expression).get("result", [])

    def alerts(self):
        return {(one["labels"]["alertname"], one["labels"].get("provider")) for one in self.ask("alerts").get("alerts", [])}


class Shipped(unittest.TestCase):
    """What needs no agent."""

    def test_the_rules_and_the_configuration_are_sound(self):
        self.assertEqual(0, promtool("check", "rules", RULES)[0])
        self.assertEqual(0, promtool("check", "config", SHIPPED / "prometheus.yml")[0])

    def test_the_alerts_tell_the_story_of_an_outage(self):
        code, output = promtool("test", "rules", STORY)
        self.assertEqual(0, code, output)

    def test_every_alert_has_its_part_in_the_story(self):
        alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
        fires = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n", STORY.read_text()))
        self.assertEqual(alerts, fires)

    def test_the_story_notices_an_alert_that_is_another(self):
        with tempfile.TemporaryDirectory() as directory:
            rules = pathlib.Path(directory) / "rules.yml"
            rules.write_text(RULES.read_text().replace('{model="",state="unhealthy"} == 1\n        for: 1m', '{model="",state="degraded"} == 1\n        for: 1m'))
            story = pathlib.Path(directory) / "story.yml"
            story.write_text(STORY.read_text().replace("../../systemd/prometheus/signalbox.rules.yml", str(rules)))
            self.assertNotEqual(0, promtool("test", "rules", story)[0])

    def test_the_dashboards_panels_have_ids_and_places_of_their_own(self):
        panels = DASHBOARD["panels"]
        self.assertEqual(len(panels), len({panel["id"] for panel in panels}))
        for one, other in itertools.combinations([panel["gridPos"] for panel in panels], 2):
            apart = (one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
                     or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"])
            self.assertTrue(apart, (one, other))
        self.assertTrue(all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels))


class RealPrometheus(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.agent_under_test = self.agent(ONLY_FAKES + self.provider("acme", "/summary.json")).start()
        self.agent_under_test.wait_state("acme", "healthy")
        self.prometheus = Prometheus(self.agent_under_test.address)
        self.addCleanup(self.prometheus.close)
        self.stop = threading.Event()
        traffic = threading.Thread(target=self.report)
        traffic.start()
        self.addCleanup(traffic.join)
        self.addCleanup(self.stop.set)

    def report(self):
        for number in itertools.count():
            if self.stop.wait(0.2) or self.agent_under_test.process.poll() is not None:
                return
            try:
                self.agent_under_test.send("POST", "/v1/reports", {"reporter": "router-1", "batch_id": str(number), "reports": [
                    {"provider": "acme", "model": "m-1", "outcomes": {"ok": 9, "timeout": 1}}]})
                self.agent_under_test.get("/v1/nothing")
            except OSError:
                return  # the test stops the agent

    def wait_for_query(self, expression, what=None):
        return wait_for(lambda: self.prometheus.query(expression), what or expression, 30)

    def test_it_scrapes_the_agent_and_alerts_by_what_it_saw(self):
        agent, prometheus = self.agent_under_test, self.prometheus
        self.wait_for_query('up{job="signalbox"} == 1')
        self.wait_for_query('signalbox_target_state{provider="acme",model="",state="healthy"} == 1')
        wait_for(lambda: not prometheus.alerts(), "no alert: the agent is well, and scraped", 30)
        text = agent.get("/metrics")[2].decode()
        code, output = promtool("check", "metrics", given=text)
        self.assertEqual((0, ""), (code, output))

        families = set(re.findall(r"^# TYPE (\S+)", text, re.M))
        served = families | {f"{name}_{part}" for name in families for part in ("bucket", "count", "sum")}
        self.assertEqual(set(), names_in(re.sub(r"- name: .*", "", RULES.read_text())) - served)
        for where, expression in dashboard_queries():
            self.assertEqual(set(), names_in(expression) - served, where)

        for where, expression in dashboard_queries():
            if MAY_BE_EMPTY.search(expression) or "changes(" in expression:
                prometheus.query(filled(expression))
            else:
                self.wait_for_query(filled(expression), f"{where}: {expression}")

        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        agent.wait_state("acme", "degraded")  # clients are well
        agent.send("PUT", "/v1/overrides/acme", {"state": "unhealthy", "reason": "r", "by": "b", "ttl_s": 600}, unix=True)
        self.wait_for_query('signalbox_target_primary_weight_ratio{provider="acme",model=""} == 0')
        wait_for(lambda: ("SignalboxProviderUnhealthy", "acme") in prometheus.alerts(), "the alert to be pending", 30)
        self.wait_for_query('increase(signalbox_transitions_total{provider="acme",cause="person"}[1m]) > 0')

        self.stop.set()
        agent.stop()
        self.wait_for_query('up{job="signalbox"} == 0')
        wait_for(lambda: ("SignalboxDown", None) in prometheus.alerts(), "the alert to be pending", 30)


if __name__ == "__main__":
    unittest.main()
