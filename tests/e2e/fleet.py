"""What the tests of the client examples share: two providers that do what a test says, an address of the agent that
outlives it, and an application with a client in it."""
import collections
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

from harness import ONLY_FAKES, PATIENCE_S, REPOSITORY, AgentTest, FakePage, json_reply, statuspage

EXAMPLES = REPOSITORY / "systemd" / "examples" / "clients"
HERE = pathlib.Path(__file__).parent
NODE = shutil.which("node") or shutil.which("nodejs")
COMMANDS = {"python": ["/usr/bin/python3", HERE / "client_users.py"],
            **({"node": [NODE, HERE / "client_users.mjs"]} if NODE else {})}
PRIMARY = "claude/claude-opus-4-6"
NOTICE = "We are temporarily using a backup model."
ROUTE = f'[routes.chat]\nprimary = "{PRIMARY}"\nfallbacks = ["openai"]\nnotice = "{NOTICE}"\n'
BUDGET_S = 1.5     # as the agent is configured
FULL_BUDGET_S = 8  # where nobody says otherwise
# What a provider does, and what that is called.
OUTCOMES = {"well": "ok", "529": "overloaded", "500": "server_error", "hang": "timeout", "overload in stream": "overloaded",
            "cut": "server_error", "400": "client_error", "429": "throttled", "no answer": "connect_error",
            "late overload": "overloaded", "abandon": "cancelled", "soon": "overloaded", "far": "overloaded"}
ERROR = 'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}\n\n'


def said(name):
    """A whole answer of the provider of that name."""
    return f'data: {{"text": "{name} "}}\n\ndata: {{"text": "says"}}\n\n'


class Provider(FakePage):
    """A provider's API that does what `behave(request)` says; remembers what it did, and for whom."""

    def __init__(self, name):
        super().__init__()
        self.name = name
        self.behave = lambda request: request["want"]
        self.did = []  # (key, behaviour), in order
        self.released = threading.Event()

    def close(self):
        self.released.set()
        super().close()

    def missing(self, handler):
        request = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        how = self.behave(request)
        with self.lock:
            self.did.append((request["key"], how))
        if how == "hang":
            self.released.wait(60)
        elif how == "no answer":
            pass
        elif how in ("well", "overload in stream", "late overload", "cut", "abandon"):
            self.stream(handler, how)
        else:
            waits = {"soon": "1", "far": "60"}.get(how)
            status = 529 if waits else int(how)
            handler.send_response(status)
            if waits:
                handler.send_header("Retry-After", waits)
            handler.send_header("Content-Length", "0")
            handler.send_header("Connection", "close")
            handler.end_headers()

    def stream(self, handler, how):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        if how != "cut":  # Node's fetch takes what is cut after such a promise for whole
            handler.send_header("Connection", "close")
        handler.end_headers()
        events = {"overload in stream": [ERROR], "late overload": [said(self.name), ERROR]}.get(how, [said(self.name)])
        for event in events:
            handler.wfile.write(f"{len(event):x}\r\n{event}\r\n".encode())
        if how == "abandon":
            handler.wfile.flush()
            self.released.wait(0.2)
        if how != "cut":
            handler.wfile.write(b"0\r\n\r\n")

    def attempts(self, key=None):
        with self.lock:
            return [how for one, how in self.did if key in (None, one)]


class Between(FakePage):
    """An address of the agent that outlives it. `meddle(handler, body)` may answer a report itself, or say "lose"."""

    def __init__(self):
        super().__init__()
        self.agent = None
        self.meddle = lambda handler, body: None
        self.batches = []  # (when, the document), each try
        self.renewed_by = set()  # whose copy of an answer a 304 renewed

    def missing(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))) or None
        if body:
            with self.lock:
                self.batches.append((time.monotonic(), json.loads(body)))
        meddled = self.meddle(handler, body) if body else None
        if meddled == "answered":
            return
        headers = {name: value for name, value in handler.headers.items() if name in ("If-None-Match", "Content-Type")}
        connection = self.agent.connect()
        try:
            connection.request(handler.command, handler.path, body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read()
        except OSError:
            return  # the agent is away: no answer
        finally:
            connection.close()
        if meddled == "lose":
            return
        if answer.status == 304:
            self.renewed_by.add(handler.headers["User-Agent"])
        handler.send_response_only(answer.status)
        for name, value in answer.getheaders():
            handler.send_header(name, value)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(text)

    def tries(self, reporter):
        with self.lock:
            return [(at, batch) for at, batch in self.batches if batch["reporter"] == reporter]


class Application:
    """One of the clients, in a process of its own, with users."""

    def __init__(self, name, options):
        self.name = name
        self.process = subprocess.Popen([*COMMANDS[name], EXAMPLES, json.dumps(options)], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.log = []
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def begin(self, keys, want):
        self.process.stdin.write(json.dumps({"keys": keys, "want": want}) + "\n")
        self.process.stdin.flush()

    def seen(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(PATIENCE_S)
            self.reader.join(PATIENCE_S)
            raise AssertionError(f"{self.name} has ended: {''.join(self.log)}")
        return json.loads(line)

    def close(self):
        """Ends it as an application ends, so that what is counted is sent."""
        self.process.stdin.close()
        code = self.process.wait(3 * PATIENCE_S)
        self.reader.join(PATIENCE_S)
        return code

    def remove(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


class Fleet(AgentTest):
    """A route of two providers, and the agent."""
    maxDiff = None
    answer_ttl_s = 60

    def setUp(self):
        super().setUp()
        self.page.serve("/page", json_reply(statuspage()))
        self.claude, self.openai, self.between = Provider("claude"), Provider("openai"), Between()
        for fake in (self.claude, self.openai, self.between):
            self.addCleanup(fake.close)
        enabled = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "").replace(
            "[providers.openai]\nenabled = false\n", "")
        self.running = self.agent(f"answer_ttl_s = {self.answer_ttl_s}\n[policy]\nretry_budget_ms = {int(BUDGET_S * 1000)}\n" + enabled
                                  + self.provider("claude", "/page") + self.provider("openai", "/page") + ROUTE).start()
        self.between.agent = self.running
        self.running.wait_state("claude", "healthy")
        self.running.wait_state("openai", "healthy")

    def take_down(self, target):
        """As a person does, for all sessions."""
        done = self.running.cli("override", "set", target, "unhealthy", "--reason", "test", "--ttl", "1h",
                                url=f"unix:{self.running.directory}/run/signalbox.sock")
        self.assertEqual(0, done.returncode, done.stderr)

    def told(self, provider):
        """The outcomes that the agent has of a provider."""
        sums = collections.Counter()
        for step in self.running.json(f"/v1/timeline/{provider}?step_s=300")["steps"]:
            sums.update(step["outcomes"])
        return {name: count for name, count in sums.items() if count}

    def assert_all_was_told(self):
        for provider in (self.claude, self.openai):
            met = collections.Counter(OUTCOMES[how] for how in provider.attempts())
            self.assertEqual(dict(met), self.told(provider.name), provider.name)
