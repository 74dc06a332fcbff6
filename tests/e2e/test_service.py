"""The agent under a service manager: what it tells it, the sockets it takes from it, and a restart that loses nobody.

The manager is a fake of a few lines; tests/system has the real one.
"""
import fcntl
import http.client
import os
import pathlib
import signal
import socket
import tempfile
import threading
import time
import unittest

from harness import ONLY_FAKES, PATIENCE_S, SANITIZED, AgentTest, UnixConnection, json_reply, statuspage, wait_for


class FakeManager:
    """Hears notifications and owns listening sockets, as systemd does."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="signalbox-manager-"))
        self.hears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.hears.bind(str(self.directory / "notify"))
        self.messages = []
        self.sockets = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            message = self.hears.recv(65536).decode()
            if message == "the end":
                return
            self.messages.append((time.monotonic(), dict(line.split("=", 1) for line in message.split("\n"))))

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"the end", str(self.directory / "notify"))
        self.reader.join()
        self.hears.close()
        for one in self.sockets:
            one.close()
        for left in self.directory.iterdir():
            left.unlink()
        self.directory.rmdir()

    def listen(self, family, address, kind=socket.SOCK_STREAM):
        made = socket.socket(family, kind)
        made.bind(address)
        if kind == socket.SOCK_STREAM:
            made.listen(4096)
        self.sockets.append(made)
        return made

    def options(self, watchdog_s=0, variables=""):
        """For an Agent: the environment and the sockets that systemd would give it."""
        given = [fcntl.fcntl(one, fcntl.F_DUPFD, 20 + i) for i, one in enumerate(self.sockets)]
        moves = "; ".join(f"exec {3 + i}<&{one} {one}<&-" for i, one in enumerate(given)) or ":"
        handed_over = f"LISTEN_PID=$$ LISTEN_FDS={len(given)}" if given else ""
        environment = {"NOTIFY_SOCKET": str(self.directory / "notify")}
        if watchdog_s:
            environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1e6))
        return {"launcher": ["bash", "-c", f'{moves}; export {handed_over} {variables}; exec "$@"', "bash"],
                "descriptors": given, "environment": environment}

    def status(self):
        return next((m["STATUS"] for _, m in reversed(self.messages) if "STATUS" in m), None)

    def heard(self, field):
        return [(at, m) for at, m in self.messages if field in m]


class Service(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.config = ONLY_FAKES + self.provider("fake", "/summary.json")
        self.manager = FakeManager()
        self.addCleanup(self.manager.close)

    def served(self, config=None, variables="", watchdog_s=0, environment=None):
        options = self.manager.options(watchdog_s, variables)
        options["environment"].update(environment or {})
        for one in options["descriptors"]:
            self.addCleanup(os.close, one)
        return self.agent(config or self.config, **options)

    def test_it_says_when_it_answers_reloads_refuses_and_stops(self):
        agent = self.served().start()
        wait_for(lambda: self.manager.heard("READY"), "READY")
        self.assertEqual(200, agent.get("/livez")[0])
        self.assertIn("watching 1 provider", self.manager.status())

        began = time.monotonic()
        agent.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(self.manager.heard("READY")) == 2, "READY after the reload")
        _, reloading = self.manager.heard("RELOADING")[0]
        self.assertLessEqual(began, int(reloading["MONOTONIC_USEC"]) / 1e6)

        agent.write_config(self.config + "[policy]\nhold_seconds = 60\n")
        agent.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(self.manager.heard("READY")) == 3, "READY after the refused reload")
        self.assertIn("refused", self.manager.status())
        self.assertIn('unknown key "hold_seconds"', self.manager.status())

        self.assertEqual(0, agent.stop())
        wait_for(lambda: self.manager.heard("STOPPING"), "STOPPING")

    def test_why_it_cannot_start_is_its_status(self):
        agent = self.served("[policy]\nhold_seconds = 60\n")
        with self.assertRaises(AssertionError):
            agent.start()
        self.assertEqual(78, agent.process.returncode)
        wait_for(self.manager.status, "a status")
        self.assertIn("cannot start", self.manager.status())
        self.assertIn('unknown key "hold_seconds"', self.manager.status())
        self.assertFalse(self.manager.heard("READY"))

    def test_its_sockets_are_those_of_the_manager_and_stay_the_managers(self):
        tcp = self.manager.listen(socket.AF_INET, ("127.0.0.1", 0))
        path = str(self.manager.directory / "given.sock")
        self.manager.listen(socket.AF_UNIX, path)
        agent = self.served().start()
        self.assertEqual("%s:%d" % tcp.getsockname(), agent.address)
        self.assertEqual(200, agent.get("/livez")[0])
        connection = UnixConnection(path)
        connection.request("GET", "/livez")
        self.assertEqual(200, connection.getresponse().status)
        connection.close()
        # None was bound beside them, and a child would not inherit them.
        self.assertFalse((agent.directory / "run" / "signalbox.sock").exists())
        for one in (3, 4):
            flags = pathlib.Path(f"/proc/{agent.process.pid}/fdinfo/{one}").read_text()
            self.assertTrue(int(flags.split("flags:")[1].split()[0], 8) & os.O_CLOEXEC, flags)
        self.assertEqual(0, agent.stop())
        self.assertTrue(os.path.exists(path))
        agent.start()
        self.assertEqual(200, agent.get("/livez")[0])

    def test_only_tcp_handed_over_leaves_the_unix_socket_to_the_agent(self):
        self.manager.listen(socket.AF_INET, ("127.0.0.1", 0))
        agent = self.served().start()
        self.assertEqual(200, agent.send("GET", "/v1/health", unix=True)[0])
        self.assertEqual(0, agent.stop())
        self.assertFalse((agent.directory / "run" / "signalbox.sock").exists())

    def test_sockets_for_another_process_are_not_taken(self):
        self.manager.listen(socket.AF_INET, ("127.0.0.1", 0))
        agent = self.served(variables="LISTEN_PID=1").start()
        self.assertNotEqual("%s:%d" % self.manager.sockets[0].getsockname(), agent.address)

    def refused(self, agent):
        with self.assertRaises(AssertionError) as failed:
            agent.start()
        return agent.process.returncode, str(failed.exception)

    def test_a_handed_over_address_in_the_open_is_refused_as_a_configured_one(self):
        self.manager.listen(socket.AF_INET, ("0.0.0.0", 0))
        code, why = self.refused(self.served())
        self.assertEqual(78, code, why)
        self.assertIn("0.0.0.0", why)
        self.assertIn("allow_plaintext", why)

    def test_what_is_no_listening_stream_is_refused(self):
        self.manager.listen(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_DGRAM)
        code, why = self.refused(self.served())
        self.assertEqual(69, code, why)
        self.assertIn("descriptor 3", why)
        self.assertIn("descriptor 3", self.manager.status())

    def test_a_configured_address_that_is_not_used_is_said(self):
        self.manager.listen(socket.AF_INET, ("127.0.0.1", 0))
        agent = self.served().start()  # the harness configures 127.0.0.1:0
        self.assertTrue(any('listen = "127.0.0.1:0" is not used' in line for line in agent.log), agent.log)

    def test_a_stalled_engine_feeds_no_watchdog_although_it_answers(self):
        agent = self.served(watchdog_s=0.3, environment={"SIGNALBOX_TEST_STALL": str(self.manager.directory / "stall")})
        agent.start()
        first = wait_for(lambda: self.manager.heard("WATCHDOG"), "a beat")[0][0]
        agent.wait_state("fake", "healthy")
        # An idle engine beats once a second: as often as it turns.
        wait_for(lambda: self.manager.heard("WATCHDOG")[-1][0] - first > 2, "it to beat on", 3 * PATIENCE_S)
        (self.manager.directory / "stall").touch()
        wait_for(lambda: not (self.manager.directory / "stall").exists(), "the engine to stall")
        beats = len(self.manager.heard("WATCHDOG"))
        before = agent.json("/v1/health")["as_of"]
        until = time.monotonic() + 2.5
        while time.monotonic() < until:
            self.assertEqual(200, agent.get("/livez")[0])
        self.assertEqual(before, agent.json("/v1/health")["as_of"])
        self.assertLessEqual(len(self.manager.heard("WATCHDOG")), beats + 1)
        agent.kill()  # it can no longer stop by itself

    def test_restarts_lose_no_request(self):
        tcp = self.manager.listen(socket.AF_INET, ("127.0.0.1", 0))
        path = str(self.manager.directory / "given.sock")
        self.manager.listen(socket.AF_UNIX, path)
        answered, failures, stop = [], [], threading.Event()

        def ask(connect):
            while not stop.is_set():
                try:
                    connection = connect()
                    connection.request("GET", "/v1/health/fake")
                    status = connection.getresponse().status
                    connection.close()
                    (answered if status == 200 else failures).append(status)
                except OSError as error:
                    failures.append(repr(error))
                except http.client.HTTPException as error:
                    failures.append(repr(error))

        host, port = tcp.getsockname()
        connects = [lambda: http.client.HTTPConnection(host, port, timeout=6 * PATIENCE_S),
                    lambda: UnixConnection(path)]
        agent = self.served().start()
        clients = [threading.Thread(target=ask, args=(connect,)) for connect in 2 * connects]
        for client in clients:
            client.start()
        try:
            for _ in range(3 if SANITIZED else 10):
                seen = len(answered)
                wait_for(lambda: len(answered) > seen + 20, "requests between restarts", 3 * PATIENCE_S)
                self.assertEqual(0, agent.stop())
                agent.start()
        finally:
            stop.set()
            for client in clients:
                client.join()
        self.assertEqual([], failures)


if __name__ == "__main__":
    unittest.main()
