"""A real nginx on the agent's host passes requests of the internet on: none of them is taken for one of this host.

Needs Debian's nginx-light. Some seconds.
"""
import http.client
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from certificates import Authority
from harness import ONLY_FAKES, PATIENCE_S, AgentTest, json_reply, statuspage, wait_for

READER = "reader-secret-0123456789abcdef0123456789"
OPERATOR = "operator-secret-0123456789abcdef01234567"
ROUTER = "router-secret-0123456789abcdef0123456789"
TERMS = {"state": "unhealthy", "reason": "INC-1234", "by": "mallory", "ttl_s": 3600}
BATCH = {"reporter": "router-eu-1", "batch_id": "1", "reports": [{"provider": "claude", "outcomes": {"ok": 3}}]}
# What administrators write: each alone is enough for the agent to know.
WAYS = {
    "X-Forwarded-For": "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "X-Real-IP": "proxy_set_header X-Real-IP $remote_addr;",
    "Forwarded": 'proxy_set_header Forwarded "for=$remote_addr";',
    "Via": 'proxy_set_header Via "1.1 $server_name";',
    "X-Forwarded-Proto": "proxy_set_header X-Forwarded-Proto $scheme;",
}
# All that a client could try in order to look local.
DISGUISES = (
    {},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-For": "", "X-Real-IP": "", "Forwarded": "", "Via": ""},
    {"Connection": "close, X-Forwarded-For, X-Real-IP, Forwarded, Via, X-Forwarded-Proto"},
    {"Host": "127.0.0.1:9529"},
    {"Authorization": "Bearer "},
    {"X-Forwarded-Host": "localhost", "Client-IP": "127.0.0.1"},
)
# Without a word of what is in front of the agent but these, and over HTTP/1.1 kept alive as well as HTTP/1.0.
CONFIGURATION = """daemon off; worker_processes 1; pid {0}/nginx.pid; error_log {0}/error.log;
events {{}}
http {{
    access_log {0}/access.log;
    client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
    upstream agent {{ server {1}; keepalive 4; }}
    {2}
}}
"""
SERVER = """server {{
        listen unix:{0};
        server_name signalbox.example;
        location / {{
            proxy_pass {1}://agent;
            proxy_set_header Host 127.0.0.1;
            {2}
        }}
    }}"""


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class Nginx:
    """A real one, with a server for each of `ways`: name -> what it adds to requests."""

    def __init__(self, agent_address, ways, scheme="http"):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-nginx-"))
        self.sockets = {name: self.directory / f"{number}.sock" for number, name in enumerate(ways)}
        servers = "\n    ".join(SERVER.format(self.sockets[name], scheme, lines) for name, lines in ways.items())
        configuration = self.directory / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(self.directory, agent_address, servers))
        self.process = subprocess.Popen(["nginx", "-c", configuration, "-e", self.directory / "error.log"],
                                        stderr=subprocess.PIPE, text=True)
        wait_for(lambda: all(path.exists() for path in self.sockets.values()) or self.process.poll() is not None, "nginx")
        if self.process.poll() is not None:
            raise AssertionError(f"nginx did not start: {self.process.stderr.read()}")

    def ask(self, way, method, path, headers, document=None):
        """The status of a request through it, byte for byte as it is given."""
        body = json.dumps(document) if document else ""
        sent = {"Host": "signalbox.example", "Connection": "close", **headers}
        if document:
            sent.update({"Content-Type": "application/json", "Content-Length": str(len(body))})
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(3 * PATIENCE_S)
            client.connect(str(self.sockets[way]))
            lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", body]
            client.sendall("\r\n".join(lines).encode())
            answer = http.client.HTTPResponse(client)
            answer.begin()
            answer.read()
            return answer.status

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=3 * PATIENCE_S)
        self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class NginxProxy(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.providers = (ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                          + self.provider("claude", "/summary.json"))

    def start(self, lines=lambda directory: "", ways=None):
        agent = self.agent("")
        agent.write_config(lines(agent.directory) + self.providers)
        agent.start()
        nginx = Nginx(agent.address, ways or WAYS, agent.url.split(":")[0])
        self.addCleanup(nginx.close)
        return agent, nginx

    @staticmethod
    def tokens(directory):
        for name, token in (("reader", READER), ("operator", OPERATOR), ("router", ROUTER)):
            path = directory / f"{name}.token"
            path.write_text(token)
            path.chmod(0o600)
        return (f'reader_token_file = "{directory}/reader.token"\noperator_token_file = "{directory}/operator.token"\n'
                f'reporter_token_files = {{"router-eu-1" = "{directory}/router.token"}}\n')

    def test_without_tokens_nothing_that_was_passed_on_is_answered_whatever_the_client_sends(self):
        agent, nginx = self.start()
        self.assertEqual(200, agent.get("/v1/health/claude")[0])  # this host itself
        for way in WAYS:
            for disguise in DISGUISES:
                for method, path, document in (("GET", "/v1/health/claude", None), ("GET", "/v1/health", None),
                                               ("GET", "/metrics", None), ("POST", "/v1/reports", BATCH),
                                               ("PUT", "/v1/overrides/claude", TERMS)):
                    status = nginx.ask(way, method, path, disguise, document)
                    self.assertEqual(403, status, (way, disguise, method, path))
            self.assertEqual(200, nginx.ask(way, "GET", "/livez", {}))
        self.assertEqual([], agent.json("/v1/reporters")["reporters"])
        self.assertEqual([], agent.json("/v1/overrides")["overrides"])

    def test_with_tokens_those_are_answered_that_carry_one_each_with_its_right(self):
        agent, nginx = self.start(self.tokens)
        for way in WAYS:
            def ask(method, path, token=None, document=None, way=way):
                return nginx.ask(way, method, path, bearer(token) if token else {}, document)

            self.assertEqual([401, 401, 200, 200, 200], [ask("GET", "/v1/health/claude", token)
                                                         for token in (None, READER[:-1], READER, OPERATOR, ROUTER)], way)
            self.assertEqual([401, 403, 403, 200], [ask("POST", "/v1/reports", token, BATCH)
                                                    for token in (None, READER, OPERATOR, ROUTER)], way)
            self.assertEqual([401, 403, 403, 200], [ask("PUT", "/v1/overrides/claude", token, TERMS)
                                                    for token in (None, READER, ROUTER, OPERATOR)], way)
            for disguise in DISGUISES:
                self.assertEqual(401, nginx.ask(way, "GET", "/v1/health/claude", disguise), (way, disguise))
                self.assertEqual(401, nginx.ask(way, "PUT", "/v1/overrides/claude", disguise, TERMS), (way, disguise))
        agent.stop()
        told = "".join(agent.log) + (nginx.directory / "error.log").read_text()
        for token in (READER, OPERATOR, ROUTER):
            self.assertNotIn(token, told)

    def test_one_that_asks_its_clients_itself_sends_a_token_for_them(self):
        ways = {"asks": f'{WAYS["X-Forwarded-For"]} proxy_set_header Authorization "Bearer {READER}";'}
        _, nginx = self.start(self.tokens, ways)
        for disguise in DISGUISES:
            self.assertEqual(200, nginx.ask("asks", "GET", "/v1/health/claude", disguise))
            self.assertEqual(403, nginx.ask("asks", "PUT", "/v1/overrides/claude", disguise, TERMS))
        self.assertEqual(403, nginx.ask("asks", "PUT", "/v1/overrides/claude", bearer(OPERATOR), TERMS))

    def test_one_that_keeps_its_connections_to_the_agent_mixes_nobody_up(self):
        kept = 'proxy_http_version 1.1; proxy_set_header Connection "";'
        _, nginx = self.start(self.tokens, {"kept": f'{WAYS["X-Forwarded-For"]} {kept}'})
        for _ in range(20):
            self.assertEqual([200, 401, 401], [nginx.ask("kept", "GET", "/v1/health/claude", bearer(READER)),
                                               nginx.ask("kept", "GET", "/v1/health/claude", {}),
                                               nginx.ask("kept", "PUT", "/v1/overrides/claude", {}, TERMS)])

    def test_one_that_asks_the_agent_over_tls_is_told_apart_as_well(self):
        agent = self.agent("")
        authority = Authority(agent.directory)
        certificate, key = authority.issue("agent")
        agent.write_config(f'{self.tokens(agent.directory)}tls_cert_file = "{certificate}"\ntls_key_file = "{key}"\n'
                           + self.providers)
        agent.start()
        checks = (f"proxy_ssl_trusted_certificate {authority.certificate}; proxy_ssl_verify on; proxy_ssl_name localhost; "
                  "proxy_ssl_protocols TLSv1.2 TLSv1.3; proxy_http_version 1.1; "
                  'proxy_set_header Connection "";')
        nginx = Nginx(agent.address, {"tls": f'{WAYS["X-Forwarded-For"]} {checks}'}, "https")
        self.addCleanup(nginx.close)
        for _ in range(5):
            self.assertEqual([200, 401], [nginx.ask("tls", "GET", "/v1/health/claude", headers)
                                          for headers in (bearer(READER), {})])


if __name__ == "__main__":
    unittest.main()
