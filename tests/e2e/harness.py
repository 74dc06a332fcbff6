"""What the end-to-end tests share: a fake status page, the agent as a process, and ways to ask it.

Everything listens on loopback at a port that the kernel chooses; nothing sleeps for a fixed time: waits
poll a condition until a deadline.
"""
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = REPOSITORY / "tests" / "data"
SAMPLES = REPOSITORY.parent / "shared" / "samples"
BINARY = os.environ.get("SIGNALBOX_BINARY", str(REPOSITORY / "build" / "debug" / "signalbox"))
# Sanitized builds are several times slower: they get more time, never other expectations.
PATIENCE_S = float(os.environ.get("SIGNALBOX_PATIENCE_S", "10"))
SANITIZED = bool(os.environ.get("SIGNALBOX_SANITIZE"))


def wait_for(condition, what, patience_s=None):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + (patience_s or PATIENCE_S)
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        pause.wait(0.01)


class FakePage:
    """A status page whose answers a test sets: path -> function(handler). Counts what it is asked."""

    def __init__(self):
        self.answers = {}
        self.requests = []
        self.lock = threading.Lock()
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                with page.lock:
                    page.requests.append((self.path, dict(self.headers)))
                    answer = page.answers.get(self.path)
                try:
                    (answer or page.missing)(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                self.close_connection = True

            do_POST = do_GET

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def missing(handler):
        reply(404, b"<html>not found</html>", {"Content-Type": "text/html"})(handler)

    def serve(self, path, answer):
        with self.lock:
            self.answers[path] = answer

    def count(self, path):
        with self.lock:
            return sum(1 for asked, _ in self.requests if asked == path)


def reply(status, body=b"", headers=None):
    def answer(handler):
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def json_reply(document):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return reply(200, body, {"Content-Type": "application/json"})


def statuspage(status="operational", incidents=(), page_id="page", component="api"):
    """A Statuspage summary in the shape of the real one."""
    return {
        "page": {"id": page_id, "name": "Fake", "url": "https://status.example", "updated_at": "2026-11-23T10:00:00.000Z"},
        "components": [{"id": component, "name": "Fake API", "status": status, "group": False}],
        "incidents": list(incidents),
        "scheduled_maintenances": [],
        "status": {"indicator": "none", "description": "All Systems Operational"},
    }


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=3 * PATIENCE_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Agent:
    """The real binary, in directories of its own."""

    def __init__(self, config, directory=None, arguments=(), environment=None, launcher=(), descriptors=(), trust=None):
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="signalbox-e2e-"))
        self.config = self.directory / "signalbox.toml"
        self.write_config(config)
        self.arguments = list(arguments)
        self.environment = {**os.environ, **(environment or {})}
        self.launcher = list(launcher)  # a program that becomes the agent, with these open descriptors
        self.descriptors = tuple(descriptors)
        self.trust = trust  # an ssl.SSLContext: the agent is asked over TLS
        self.process = None

    def write_config(self, text):
        head = (f'[server]\nlisten = "127.0.0.1:0"\nstate_dir = "{self.directory}/state"\n'
                f'runtime_dir = "{self.directory}/run"\n')
        self.config.write_text(head + text)

    def start(self):
        """Runs it until it listens; may be called again after it has ended."""
        self.log = []
        self.address = None
        self.process = subprocess.Popen([*self.launcher, BINARY, "serve", "--config", str(self.config),
                                         *self.arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                        text=True, env=self.environment, pass_fds=self.descriptors)
        self.reader = threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True)
        self.reader.start()
        wait_for(lambda: self.address or self.process.poll() is not None, "the agent to listen", 3 * PATIENCE_S)
        if self.address is None:
            self.reader.join(PATIENCE_S)  # its last words
            raise AssertionError("the agent did not start: " + "".join(self.log))
        return self

    def _read_log(self, stream):
        for line in stream:
            self.log.append(line)
            found = re.search(r"listening on (https?)://(?:127\.0\.0\.1|0\.0\.0\.0):(\d+)", line)
            if found:
                self.url = f"{found.group(1)}://127.0.0.1:{found.group(2)}"
                self.address = f"127.0.0.1:{found.group(2)}"

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._close_log()

    def _close_log(self):
        self.reader.join(PATIENCE_S)
        self.process.stderr.close()

    def stop(self):
        """Ends it as an operator would; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=3 * PATIENCE_S)
            self._close_log()
            return code
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the agent did not stop: " + "".join(self.log[-20:])) from None

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        if self.process:
            self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def connect(self):
        host, port = self.address.split(":")
        timeout = 3 * PATIENCE_S + 30
        if self.trust:
            return http.client.HTTPSConnection(host, int(port), timeout=timeout, context=self.trust)
        return http.client.HTTPConnection(host, int(port), timeout=timeout)

    def get(self, path, headers=None, method="GET"):
        """(status, headers, body) of one request."""
        connection = self.connect()
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def send(self, method, path, document=None, headers=None, unix=False):
        """(status, headers, the JSON of the answer) of a request that writes; `document` may be bytes, as they are."""
        body = document if isinstance(document, (bytes, type(None))) else json.dumps(document).encode()
        connection = UnixConnection(str(self.directory / "run" / "signalbox.sock")) if unix else self.connect()
        try:
            connection.request(method, path, body=body, headers={"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), json.loads(answer.read())
        finally:
            connection.close()

    def json(self, path):
        status, _, body = self.get(path)
        if status != 200:
            raise AssertionError(f"{path}: {status} {body!r}")
        return json.loads(body)

    def health(self, target):
        return self.json(f"/v1/health/{target}")

    def wait_state(self, target, state, patience_s=None):
        return wait_for(lambda: (lambda h: h if h["state"] == state else None)(self.health(target)),
                        f"{target} to be {state}; it is {self.health(target)['state']}", patience_s)

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1))

    def cli(self, *arguments, url=None, environment=None):
        """A finished `signalbox` command against this agent."""
        return subprocess.run([BINARY, "--url", url or self.url, *arguments], capture_output=True,
                              text=True, timeout=60, stdin=subprocess.DEVNULL,
                              env={**os.environ, "NO_COLOR": "1", **(environment or {})})


class AgentTest(unittest.TestCase):
    """A test with a fake page and agents that are gone afterwards."""

    def setUp(self):
        self.page = FakePage()
        self.addCleanup(self.page.close)

    def agent(self, config, **options):
        made = Agent(config, **options)
        self.addCleanup(made.remove)
        return made

    def asking(self, agent, path):
        """A connection that has asked for `path`; what comes is the caller's to read."""
        connection = socket.create_connection(agent.address.split(":"))
        self.addCleanup(connection.close)
        connection.settimeout(60)
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return connection

    def provider(self, name, path, interval_s=1, page_id="page", components=("api",)):
        ids = ", ".join(f'"{component}"' for component in components)
        return (f'[[providers.{name}.sources]]\nname = "statuspage"\nkind = "statuspage"\n'
                f'urls = ["{self.page.url}{path}"]\npage_id = "{page_id}"\ncomponents = [{ids}]\n'
                f"interval_s = {interval_s}\n")


ONLY_FAKES = "[providers.claude]\nenabled = false\n[providers.openai]\nenabled = false\n[providers.gemini]\nenabled = false\n"
