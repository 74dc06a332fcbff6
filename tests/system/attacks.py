"""What attacker.py does to an agent: each attack by its name, as a crowd of connections that all do the same."""
import dataclasses
import gzip
import json
import math
import time
from typing import Any, Callable

ANY = math.inf  # as many new connections a second as there is room for


@dataclasses.dataclass
class Attack:
    """What each of `connections` does. `first` is what it says when it is open; it is given the connection."""
    connections: int
    first: Callable[[Any], bytes] = lambda one: b""
    opens_per_s: float = 3000
    dribble: bytes = b""       # said again and again
    dribble_every_s: float = 1.0
    repeats: bool = False      # says it all again when it is answered
    reads: bool = True
    leaves: bool = False       # resets as soon as it is connected
    returns: bool = True       # comes back when it was closed
    answers: tuple = ()        # the statuses that it must meet, else it was no attack
    hides: bool = False        # a second request behind the first, which must not be served


def get(path, version="1.1", fields=""):
    return f"GET {path} HTTP/{version}\r\nHost: localhost\r\n{fields}\r\n".encode()


def post(body, fields="", length=None):
    return (f"POST /v1/reports HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{fields}"
            f"Content-Length: {length or len(body)}\r\n\r\n").encode() + body


def batch(number):
    return json.dumps({"reporter": "hasty", "batch_id": f"{number}-{time.monotonic_ns()}", "reports": [
        {"provider": "b", "model": "model-1", "outcomes": {"ok": 5}}]}).encode()


# A mebibyte that is dear to parse, and two small bodies that become this one and more than is allowed.
LARGE = b"[" + b"[]," * (2 ** 20 // 3 - 2) + b"[]]"
BOMBS = [gzip.compress(LARGE), gzip.compress(b" " * 2 ** 22)]
NEARLY_FULL_HEAD = get("/v1/health")[:-2] + b"".join(b"X-%d: %s\r\n" % (i, b"x" * 150) for i in range(90)) + b"X: "
HISTORY = ["/v1/timeline/a", "/v1/transitions", "/metrics"]
CHUNK = b"1\r\nx\r\n0\r\n\r\n"
SHAPES = [
    post(b"", "Content-Length: 45\r\n"),
    post(b"x", "Content-Length: 1\r\n"),
    post(CHUNK, "Transfer-Encoding: chunked\r\n"),
    post(CHUNK, "Transfer-Encoding: chunked\r\n", length=3),
    post(b"x", "Transfer-Encoding:\tchunked\r\n"),
    post(b"x", "Transfer-Encoding : chunked\r\n"),
    post(b"x", "X: y\r\n\tz\r\n"),
    post(b"x", "X: y\nTransfer-Encoding: chunked\r\n"),
    post(b"x", "X: y\rTransfer-Encoding: chunked\r\n"),
    post(b"x", "X: y\0\r\n"),
    b"GET /v1/health HTTP/1.1\nHost: localhost\n\n",
    b"GET http://localhost/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]

ATTACKS = {
    "nothing": Attack(0),
    "10,000 silent connections": Attack(10000, returns=False),
    "10,000 that ask once and stay": Attack(10000, lambda one: get("/v1/health/b"), opens_per_s=ANY, answers=("200",)),
    "connections that come and go": Attack(50, opens_per_s=ANY, leaves=True),
    "HTTP/1.0, a connection a request": Attack(50, lambda one: get("/v1/health/a", "1.0"), opens_per_s=ANY,
                                               answers=("200",)),
    # More than there are seats: each is sent away by the next before its own deadline.
    "5000 heads, a byte a second": Attack(5000, lambda one: b"GET /v1/health HTTP/1.1\r\nX: ", opens_per_s=ANY,
                                          dribble=b"x"),
    "3000 heads nearly full, byte by byte": Attack(3000, lambda one: NEARLY_FULL_HEAD, dribble=b"x",
                                                   dribble_every_s=0.0, answers=("408",)),
    "heads over 16 KiB": Attack(200, lambda one: NEARLY_FULL_HEAD + b"x" * 4096, opens_per_s=ANY, answers=("431",)),
    "4000 bodies, a byte a second": Attack(4000, lambda one: post(b"[", length=100000), dribble=b"1"),
    "bodies of 1 MiB": Attack(100, lambda one: post(LARGE), repeats=True, answers=("400",)),
    "5000 gzip bombs": Attack(5000, lambda one: post(BOMBS[one.number % 2], "Content-Encoding: gzip\r\n"),
                              repeats=True, answers=("400", "413", "503")),
    "two framings of one request": Attack(50, lambda one: SHAPES[one.number % len(SHAPES)] + get("/v1/health"),
                                          opens_per_s=ANY, answers=("400", "411", "501", "505"), hides=True),
    "a reporter in haste": Attack(50, lambda one: post(batch(one.number)), repeats=True, answers=("200", "429")),
    "5000 long polls": Attack(5000, lambda one: get(f"/v1/health/a?wait_s=30&generation={one.generation}"),
                              repeats=True, answers=("200",)),
    "5000 streams that nobody reads": Attack(5000, lambda one: get("/v1/stream"), reads=False),
    "large answers that nobody reads": Attack(500, lambda one: 50 * get("/openapi.json"), dribble=get("/openapi.json"),
                                              reads=False),
    "pipelines": Attack(500, lambda one: 200 * get("/v1/health"), repeats=True, answers=("200",)),
    "paths that do not exist": Attack(3000, lambda one: get("/v1/nowhere"), repeats=True, answers=("404",)),
    "questions about history": Attack(1000, lambda one: get(HISTORY[one.number % 3]), repeats=True,
                                      answers=("200", "503")),
}
