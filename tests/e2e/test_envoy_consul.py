"""What Envoy and Consul read in our answers, by their documentation (systemd/examples names the pages), asked as the
shipped examples ask. Debian has neither.
"""
import json
import os
import pathlib
import re
import subprocess
import unittest

import yaml

from harness import BINARY, ONLY_FAKES, REPOSITORY, AgentTest, json_reply, statuspage

EXAMPLES = REPOSITORY / "systemd" / "examples"
ENVOY = yaml.safe_load((EXAMPLES / "envoy.yaml").read_text())
CONSUL = (EXAMPLES / "consul.hcl").read_text()
SHIPPED_ADDRESS = "127.0.0.1:9529"


def envoy_reads(status, headers):
    """One check of a host, without expected_statuses of one's own: 200 is healthy, or degraded by a header."""
    if status != 200:
        return "unhealthy"
    return "degraded" if "x-envoy-degraded" in {name.lower() for name in headers} else "healthy"


def consul_reads(status):
    if 200 <= status <= 299:
        return "passing"
    return "warning" if status == 429 else "critical"


def consul_reads_exit(code):
    return {0: "passing", 1: "warning"}.get(code, "critical")


def envoy_checks():
    """Cluster -> (its health check's settings, host:port of it) of those that are checked."""
    checks = {}
    for cluster in ENVOY["static_resources"]["clusters"]:
        for check in cluster.get("health_checks", ()):
            endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
            address = endpoint["health_check_config"]["address"]["socket_address"]
            checks[cluster["name"]] = check, f"{address['address']}:{address['port_value']}"
    return checks


def consul_http():
    return re.search(r'http += "http://([^/"]+)(/[^"]+)"', CONSUL).groups()


class EnvoyAndConsul(AgentTest):
    def setUp(self):
        super().setUp()
        for name in ("claude", "openai"):
            self.page.serve(f"/{name}.json", json_reply(statuspage()))
        enabled = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n[providers.openai]\nenabled = false\n", "")
        self.agent_here = self.agent("[policy]\nhold_s = 1\nramp_step_s = 600\n" + enabled + self.provider("claude", "/claude.json")
                                     + self.provider("openai", "/openai.json")).start()

    def shown(self, status, state):
        """The pages of both providers show `status`, until the agent says `state`."""
        for name in ("claude", "openai"):
            self.page.serve(f"/{name}.json", json_reply(statuspage(status)))
            self.agent_here.wait_state(name, state)

    def envoy_asks(self, cluster):
        settings, address = envoy_checks()[cluster]
        self.assertEqual(SHIPPED_ADDRESS, address)
        check = settings["http_health_check"]
        status, headers, _ = self.agent_here.get(check["path"], {"Host": check["host"], "User-Agent": "Envoy/HC"})
        return envoy_reads(status, headers)

    def consul_asks(self):
        address, path = consul_http()
        self.assertEqual(SHIPPED_ADDRESS, address)
        status, _, _ = self.agent_here.get(path, {"User-Agent": "Consul Health Check", "Accept": "text/plain, text/*, */*"})
        return consul_reads(status)

    def consul_runs(self):
        arguments = json.loads(re.search(r"args += (\[.*\])\n", CONSUL).group(1))
        path = {**os.environ, "PATH": f"{pathlib.Path(BINARY).parent}:{os.environ['PATH']}",
                "SIGNALBOX_URL": f"http://{self.agent_here.address}"}
        return consul_reads_exit(subprocess.run(arguments, env=path, capture_output=True, timeout=30).returncode)

    def asked(self):
        return self.envoy_asks("claude"), self.envoy_asks("openai"), self.consul_asks(), self.consul_runs()

    def test_each_state_is_read_as_it_is_meant(self):
        for status, state, expected in (
                ("operational", "healthy", ("healthy", "healthy", "passing", "passing")),
                ("degraded_performance", "degraded", ("degraded", "degraded", "warning", "warning")),
                ("partial_outage", "unhealthy", ("unhealthy", "unhealthy", "critical", "critical")),
                ("operational", "recovering", ("healthy", "healthy", "passing", "warning"))):
            self.shown(status, state)
            self.assertEqual(expected, self.asked(), state)

    def test_unknown_takes_nothing_away(self):
        self.page.serve("/claude.json", json_reply({}))
        self.page.serve("/openai.json", json_reply({}))
        self.agent_here.wait_state("claude", "unknown")
        self.agent_here.wait_state("openai", "unknown")
        self.assertEqual(("healthy", "healthy", "passing", "passing"), self.asked())

    def test_without_an_agent_the_script_keeps_the_primary_and_envoy_waits_as_long_as_an_answer_holds(self):
        self.shown("partial_outage", "unhealthy")
        self.agent_here.kill()
        self.assertEqual("passing", self.consul_runs())
        with self.assertRaises(OSError):
            self.consul_asks()
        for settings, _ in envoy_checks().values():
            self.assertEqual(("1s", 60, 1), (settings["interval"], settings["unhealthy_threshold"], settings["healthy_threshold"]))

    def test_envoy_keeps_its_connection_and_every_answer_on_it_is_whole(self):
        self.shown("degraded_performance", "degraded")
        connection = self.agent_here.connect()
        self.addCleanup(connection.close)
        connection.connect()
        first = connection.sock
        for _ in range(3):
            connection.request("GET", "/v1/check/claude", headers={"Host": "localhost", "User-Agent": "Envoy/HC"})
            answer = connection.getresponse()
            self.assertEqual("claude", json.loads(answer.read())["target"])
            self.assertEqual("degraded", envoy_reads(answer.status, dict(answer.getheaders())))
            self.assertIs(first, connection.sock)

    def test_the_name_that_envoy_sends_without_a_host_of_its_own_is_refused(self):
        self.assertEqual(403, self.agent_here.get("/v1/check/claude", {"Host": "claude", "User-Agent": "Envoy/HC"})[0])

    def test_envoy_uses_the_primary_first(self):
        clusters = {cluster["name"]: cluster for cluster in ENVOY["static_resources"]["clusters"]}
        in_order = clusters["chat"]["cluster_type"]["typed_config"]["clusters"]
        self.assertEqual(["claude", "openai"], in_order)
        self.assertEqual(set(in_order), set(envoy_checks()))
        # What the comments of both files promise to be all of the addresses.
        self.assertEqual({"8080", "9001", "9002", "9529"}, set(re.findall(r"port_value: (\d+)", (EXAMPLES / "envoy.yaml").read_text())))
        self.assertEqual({"9001", "9002", "9529"}, set(re.findall(r"(?:port +=|127\.0\.0\.1:) ?(\d+)", CONSUL)))


if __name__ == "__main__":
    unittest.main()
