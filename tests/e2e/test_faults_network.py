"""Names that are not resolved, certificates that are wrong, feeds that dribble or flip, no descriptor left: that source is
unknown, all others go on, and the agent stops as fast as ever."""
import json
import os
import pathlib
import resource
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from faults import Faults
from harness import ONLY_FAKES, PATIENCE_S, SANITIZED, AgentTest, json_reply, statuspage, wait_for

STOP_S = 5 if not SANITIZED else 20


def run(*command, directory, at=None):
    subprocess.run([*(("faketime", at) if at else ()), *command], cwd=directory, check=True, capture_output=True)


class Authority:
    """A certificate authority of a test's own."""

    def __init__(self, directory):
        self.directory = directory
        self.file = pathlib.Path(directory) / "ca.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
            "-out", "ca.pem", "-subj", "/CN=test", "-days", "20000", directory=directory, at="2020-01-01 00:00:00")

    def certificate(self, label, names, at=None):
        """A server's context; `at` is when it was made, for 30 days."""
        (pathlib.Path(self.directory) / f"{label}.ext").write_text(f"subjectAltName={names}\n")
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{label}.key", "-out",
            f"{label}.csr", "-subj", f"/CN={label}", directory=self.directory)
        run("openssl", "x509", "-req", "-in", f"{label}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
            f"{label}.pem", "-days", "30", "-extfile", f"{label}.ext", directory=self.directory, at=at)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.directory}/{label}.pem", f"{self.directory}/{label}.key")
        return context


class TlsPage:
    """A status page over TLS."""

    def __init__(self, context):
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        body = json.dumps(statuspage()).encode()
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            try:
                connection.settimeout(PATIENCE_S)
                with self.context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(65536)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                                   b"Content-Length: %d\r\n\r\n" % len(body) + body)
                    secure.unwrap()
            except OSError:  # refused by the agent, as it should be
                connection.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


class NetworkTest(AgentTest):
    def setUp(self):
        super().setUp()
        self.faults = Faults()
        self.addCleanup(self.faults.close)
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.config = ONLY_FAKES + self.provider("well", "/summary.json")

    def source_at(self, name, url):
        return self.provider(name, "/").replace(f"{self.page.url}/", url)

    def sources(self, agent):
        return {source["provider"]: source for source in agent.json("/v1/sources")["sources"]}

    def wait_error(self, agent, name, words, patience_s=30):
        source = wait_for(lambda: (lambda one: one if words in (one["last_error"] or "") else None)(self.sources(agent)[name]),
                          f'{name} to say "{words}"; it says {self.sources(agent)[name]}', patience_s)
        self.assertFalse(source["fresh"])
        return source

    def still_polled(self, agent):
        polls = self.page.count("/summary.json")
        began = time.monotonic()
        wait_for(lambda: self.page.count("/summary.json") >= polls + 4, "four polls of the page that is well", 30)
        self.assertLess(time.monotonic() - began, 8 if not SANITIZED else 30)  # 4 s and a busy machine
        self.assertEqual("healthy", agent.health("well")["state"])

    def stop_in_time(self, agent):
        began = time.monotonic()
        self.assertEqual(0, agent.stop())
        took = time.monotonic() - began
        self.assertLess(took, STOP_S)
        return took


class Names(NetworkTest):
    def test_a_name_that_is_not_resolved_makes_its_source_unknown_and_holds_nobody(self):
        self.faults.set_names({"status.dead.test": "dead", "status.hang.test": "hang"})
        config = (self.config + self.source_at("dead", "https://status.dead.test/")
                  + self.source_at("hanging", "https://status.hang.test/"))
        agent = self.agent(config, environment=self.faults.environment()).start()
        agent.wait_state("well", "healthy")
        self.wait_error(agent, "dead", "status.dead.test: the name cannot be resolved")
        self.wait_error(agent, "hanging", "status.hang.test: no answer from DNS in time")
        for name in ("dead", "hanging"):
            self.assertEqual("unknown", agent.health(name)["state"])
        self.still_polled(agent)
        # Stopped in the middle of the lookup, which nothing can interrupt.
        self.stop_in_time(agent)

    def test_a_reload_does_not_wait_for_a_name_that_hangs(self):
        self.faults.set_names({"status.hang.test": "hang"})
        agent = self.agent(self.config + self.source_at("hanging", "https://status.hang.test/"),
                           environment=self.faults.environment()).start()
        agent.wait_state("well", "healthy")
        agent.write_config(self.config + self.source_at("another", "https://status.hang.test/"))
        agent.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "another" in self.sources(agent), "the reload")
        self.still_polled(agent)
        self.stop_in_time(agent)

    def test_a_name_that_is_slow_is_read_late_and_a_name_that_comes_back_is_read(self):
        directory = tempfile.TemporaryDirectory(prefix="signalbox-ca-")
        self.addCleanup(directory.cleanup)
        authority = Authority(directory.name)
        page = TlsPage(authority.certificate("both", "DNS:status.slow.test,DNS:status.back.test"))
        self.addCleanup(page.close)
        self.faults.set_names({"status.slow.test": "127.0.0.1 1500", "status.back.test": "hang"})
        config = (self.config + self.source_at("slow", f"https://status.slow.test:{page.port}/")
                  + self.source_at("back", f"https://status.back.test:{page.port}/"))
        agent = self.agent(config, environment={**self.faults.environment(), "SSL_CERT_FILE": str(authority.file)}).start()
        agent.wait_state("slow", "healthy", 30)
        self.assertGreaterEqual(self.sources(agent)["slow"]["latency_ms"], 1500)
        self.wait_error(agent, "back", "no answer from DNS in time")
        self.faults.set_names({"status.slow.test": "127.0.0.1 1500", "status.back.test": "127.0.0.1 0"})
        agent.wait_state("back", "healthy", 60)
        self.stop_in_time(agent)


class Certificates(NetworkTest):
    def test_one_that_is_expired_for_another_host_or_of_nobody_is_named_and_the_page_is_unknown(self):
        directory = tempfile.TemporaryDirectory(prefix="signalbox-ca-")
        self.addCleanup(directory.cleanup)
        stranger = tempfile.TemporaryDirectory(prefix="signalbox-ca-")
        self.addCleanup(stranger.cleanup)
        authority = Authority(directory.name)
        contexts = {"good": authority.certificate("good", "IP:127.0.0.1"),
                    "expired": authority.certificate("expired", "IP:127.0.0.1", at="2024-01-01 00:00:00"),
                    "elsewhere": authority.certificate("elsewhere", "DNS:status.elsewhere.test"),
                    "stranger": Authority(stranger.name).certificate("stranger", "IP:127.0.0.1")}
        config = self.config
        for name, context in contexts.items():
            page = TlsPage(context)
            self.addCleanup(page.close)
            config += self.source_at(name, f"https://127.0.0.1:{page.port}/")
        agent = self.agent(config, environment={"SSL_CERT_FILE": str(authority.file)}).start()
        agent.wait_state("good", "healthy")
        for name, words in (("expired", "the certificate is not trusted: certificate has expired"),
                            ("elsewhere", "the certificate is not trusted: IP address mismatch"),
                            ("stranger", "the certificate is not trusted: ")):
            with self.subTest(name):
                self.wait_error(agent, name, words)
                self.assertEqual("unknown", agent.health(name)["state"])
        self.still_polled(agent)
        self.stop_in_time(agent)


class Feeds(NetworkTest):
    def test_a_byte_a_second_ends_at_the_deadline_and_holds_nobody(self):
        gone = threading.Event()
        self.addCleanup(gone.set)

        def dribble(handler):
            handler.send_response(200)
            handler.end_headers()
            for byte in json.dumps(statuspage()).encode():
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                if gone.wait(1):
                    return

        self.page.serve("/dribble.json", dribble)
        agent = self.agent(self.config + self.provider("dribbling", "/dribble.json")).start()
        agent.wait_state("well", "healthy")
        self.still_polled(agent)
        source = self.wait_error(agent, "dribbling", "timed out", 60)
        self.assertGreaterEqual(source["latency_ms"], 9_900)
        self.assertLess(source["latency_ms"], 13_000 if not SANITIZED else 30_000)
        self.assertEqual("unknown", agent.health("dribbling")["state"])
        self.stop_in_time(agent)

    def test_a_page_that_flips_at_every_poll_moves_traffic_once(self):
        asked = []

        def flip(handler):
            asked.append(len(asked))
            json_reply(statuspage("major_outage" if len(asked) % 2 else "operational"))(handler)

        self.page.serve("/flip.json", flip)
        agent = self.agent(self.config + self.provider("flipping", "/flip.json")).start()
        agent.wait_state("flipping", "unhealthy")
        wait_for(lambda: len(asked) >= 16, "sixteen polls", 60)
        changes = agent.json("/v1/transitions?target=flipping&limit=1000")["transitions"]
        self.assertLessEqual(len(changes), 2, changes)
        self.assertEqual("unhealthy", agent.health("flipping")["state"])
        self.stop_in_time(agent)


class Descriptors(NetworkTest):
    def cpu_s(self, agent):
        fields = pathlib.Path(f"/proc/{agent.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def long_poll(self, agent, generation):
        return self.asking(agent, f"/v1/health/well?wait_s=30&generation={generation}")

    def test_without_a_descriptor_left_nothing_spins_and_who_is_connected_is_answered(self):
        agent = self.agent(self.config).start()
        generation = agent.wait_state("well", "healthy")["generation"]
        # They are busy: nobody may close them to make room.
        before = [self.long_poll(agent, generation) for _ in range(3)]
        kept = agent.connect()

        def ask(path):
            kept.request("GET", path)
            answer = kept.getresponse()
            self.assertEqual(200, answer.status)
            return json.loads(answer.read())

        ask("/v1/health")
        limits = resource.prlimit(agent.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(agent.process.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        error = wait_for(lambda: ask("/v1/sources")["sources"][0]["last_error"], "polls to fail", 30)
        self.assertIn("Too many open files", error)
        self.assertEqual("healthy", ask("/v1/health/well")["state"])
        kept.close()
        waiting = [self.long_poll(agent, generation) for _ in range(20)]
        began, cpu = time.monotonic(), self.cpu_s(agent)
        wait_for(lambda: time.monotonic() - began > 3, "three seconds to pass")
        share = (self.cpu_s(agent) - cpu) / (time.monotonic() - began)
        self.assertLess(share, 0.6)
        self.assertIsNone(agent.process.poll())
        resource.prlimit(agent.process.pid, resource.RLIMIT_NOFILE, limits)
        wait_for(lambda: self.sources(agent)["well"]["last_error"] is None, "polls to work again", 30)
        self.page.serve("/summary.json", json_reply(statuspage("major_outage")))
        for one in before + waiting:
            told = one.recv(65536)
            self.assertTrue(told.startswith(b"HTTP/1.1 200 "), told)
        agent.wait_state("well", "unhealthy")
        print(f"without descriptors, {len(waiting)} connections waiting: {share * 100:.0f} % of a core")
        self.stop_in_time(agent)


if __name__ == "__main__":
    unittest.main()
