"""Two providers as a load balancer sees them, and clients of theirs at a steady rate that report what they met.

The clients are three applications behind the balancer. Each counts, by the X-Signalbox-Target of the answers, what its
requests met, and reports it once a second, as a client library does.
"""
import concurrent.futures
import dataclasses
import http.client
import http.server
import itertools
import json
import socketserver
import threading
import time
from collections import Counter, deque

from harness import UnixConnection

TOOK_S = 0.1  # an answer, so that some are always under way
PIECES = 10  # of a streamed one, TOOK_S each


class Provider:
    """Answers POST with its name and what it was asked for; 529 while `down`. Every tenth request is a stream."""

    def __init__(self, name):
        self.name = name
        self.down = False
        self.served = 0
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.served += 1
                down, pause = provider.down, threading.Event()
                pause.wait(TOOK_S)
                body = json.dumps({"provider": provider.name, "asked": asked["number"]}).encode()
                self.send_response(529 if down else 200)
                self.send_header("Content-Type", "application/json")
                if asked["stream"] and not down:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    for piece in [b" "] * PIECES + [body]:
                        pause.wait(TOOK_S)
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                        self.wfile.flush()
                    self.wfile.write(b"0\r\n\r\n")
                else:
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *args):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # a balancer that ends

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@dataclasses.dataclass
class Met:
    """What one request met."""

    at: float  # time.monotonic() when it was begun
    session: str
    status: int = 0  # 0: no answer
    provider: str = ""  # who says in the body that it answered; empty: nobody, so it was the balancer
    target: str = ""  # what the balancer says
    degraded: str = ""
    error: str = ""
    took: float = 0

    def failed_by_switch(self):
        return not self.provider or self.status not in (200, 529) or bool(self.error)


class Balancer:
    """Where clients reach it. They keep their connections, and repeat once on a new one what a kept one did not take."""

    def __init__(self, path):
        self.path = path
        self.idle = deque()
        self.numbers = itertools.count()

    def ask(self, session, headers=()):
        number = next(self.numbers)
        met = Met(time.monotonic(), session)
        sent = {"Content-Type": "application/json", **({"X-Session": session} if session else {}), **dict(headers)}
        body = json.dumps({"number": number, "stream": number % 10 == 0})
        try:
            answer, said = self._exchange(body, sent)
            met.status, met.target = answer.status, answer.getheader("X-Signalbox-Target", "")
            met.degraded = answer.getheader("X-Signalbox-Degraded", "")
            self._read(met, said, number)
        except (OSError, http.client.HTTPException) as error:
            met.error = repr(error)
        met.took = time.monotonic() - met.at
        return met

    def ask_all(self, sessions, headers=()):
        """All of them at about the same time."""
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            return list(pool.map(lambda session: self.ask(session, headers), sessions))

    @staticmethod
    def _read(met, said, number):
        try:
            document = json.loads(said)
        except ValueError:
            return  # the balancer's own page
        met.provider = document["provider"]
        if document["asked"] != number:
            met.error = f"the answer to {document['asked']} instead of {number}"
        elif met.target != met.provider:
            met.error = f"{met.provider} answered, and the balancer says {met.target!r}"

    def _exchange(self, body, headers):
        if self.idle:
            try:
                return self._on(self.idle.pop(), body, headers)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                pass  # it was closed while nobody used it
        return self._on(UnixConnection(str(self.path)), body, headers)

    def _on(self, connection, body, headers):
        try:
            connection.request("POST", "/v1/messages", body=body, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self.idle.append(connection)
        return answer, said

    def close(self):
        while self.idle:
            self.idle.pop().close()


class Traffic:
    """PER_S requests a second through `balancer`, each begun when it is due, each of a session of its own; and, with
    `report(document)`, reported by three applications."""

    def __init__(self, balancer, per_s, report=None):
        self.balancer, self.per_s, self.report = balancer, per_s, report
        self.met = []
        self.counts = {f"application-{n}": Counter() for n in range(3)}
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(128)
        self.threads = [threading.Thread(target=run) for run in (self._send, self._report)[: 2 if report else 1]]
        for thread in self.threads:
            thread.start()

    def _send(self):
        start = time.monotonic()
        for n in itertools.count():
            if self.stopping.wait(max(0, start + n / self.per_s - time.monotonic())):
                return
            self.pool.submit(self._one, n)

    def _one(self, n):
        met = self.balancer.ask(f"session-{id(self)}-{n}")
        with self.lock:
            self.met.append(met)
            if met.target:
                self.counts[f"application-{n % 3}"][met.target, met.status] += 1

    def _report(self):
        for second in itertools.count():
            if self.stopping.wait(1):
                return
            for name in self.counts:
                with self.lock:
                    counts, self.counts[name] = self.counts[name], Counter()
                reports = [{"provider": target, "status": {str(status): count}} for (target, status), count in counts.items()]
                self.report({"reporter": name, "batch_id": f"{name}-{second}", "reports": reports})

    def since(self, moment):
        """What the requests met that were begun since, in the order in which they were."""
        with self.lock:
            return sorted((one for one in self.met if one.at >= moment), key=lambda one: one.at)

    def stop(self):
        """Ends when every request has its answer."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.pool.shutdown()
        self.balancer.close()
