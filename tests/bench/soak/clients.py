"""Routers and reporters of the soak, each a coroutine with a connection of its own that it keeps."""
import asyncio
import json
import re
import time

PATIENCE_S = 5.0
OUTCOMES = ("ok", "overloaded", "timeout")
# Clients see an outage for so long, every so often: long enough to be told, short enough to be over.
OUTAGE_S, OUTAGE_EVERY_S = 40.0, 300.0


class Tally:
    """What all clients together met since it was read last, and what failed since the start."""

    def __init__(self):
        self.failures = []
        self.latencies = []
        self.counts = {"answers": 0, "not_modified": 0, "long_polls": 0, "events": 0, "batches": 0}
        self.acknowledged = {}  # provider -> outcome -> count
        self.last_event = {}    # stream -> generation

    def fail(self, what):
        self.failures.append(what)

    def take_latencies(self):
        taken, self.latencies = sorted(self.latencies), []
        return taken


class Connection:
    """HTTP/1.1 as far as the agent speaks it."""

    def __init__(self, host, port):
        self.host, self.port = host, port

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=2 ** 20)
        return self

    async def ask(self, method, path, headers="", body=b"", patience_s=PATIENCE_S):
        """(status, headers in lower case, body)."""
        length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n".encode() + body)
        return await asyncio.wait_for(self.answer(), patience_s)

    async def answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        fields = {name.lower(): value for name, value in re.findall(r"([\w-]+): (.*?)\r\n", head)}
        return status, fields, await self.reader.readexactly(int(fields.get("content-length", "0")))

    def close(self):
        self.writer.close()


async def poller(connect, index, until, tally):
    """Asks once a second, and keeps what it has while it is told that nothing changed."""
    path = ("/v1/health/a", "/v1/health", "/v1/routes/chat?key=user-%d" % index, "/v1/health/b/model-1")[index % 4]
    connection, tag, due = await connect(), "", time.monotonic() + index % 100 / 100
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        asked = time.monotonic()
        status, headers, _ = await connection.ask("GET", path, f"If-None-Match: {tag}\r\n" if tag else "")
        tally.latencies.append(time.monotonic() - asked)
        tally.counts["answers"] += 1
        tally.counts["not_modified"] += status == 304
        if status not in (200, 304) or (status == 304 and headers.get("etag") != tag):
            tally.fail(f"{path}: {status}")
        tag = headers.get("etag", "")
        due += 1.0
    connection.close()


async def long_poller(connect, index, until, tally):
    """Waits for changes, one after the other: no answer may repeat the generation that is known."""
    connection, generation = await connect(), 0
    while time.monotonic() < until:
        wait_s = max(1, min(30, int(until - time.monotonic())))
        asked = time.monotonic()
        status, _, body = await connection.ask(
            "GET", f"/v1/health/{'abc'[index % 3]}?wait_s={wait_s}&generation={generation}", patience_s=wait_s + PATIENCE_S)
        told = json.loads(body)["generation"]
        if status != 200 or (told == generation and time.monotonic() - asked < wait_s - 0.5) or told < generation:
            tally.fail(f"a long poll at generation {generation} was answered with {status} and {told}")
        generation = told
        tally.counts["long_polls"] += 1
    connection.close()


async def stream(connect, index, until, tally):
    """Hears something every 15 s at least, and generations that only rise."""
    connection = await connect()
    connection.writer.write(b"GET /v1/stream HTTP/1.0\r\n\r\n")
    head = await asyncio.wait_for(connection.reader.readuntil(b"\r\n\r\n"), PATIENCE_S)
    if not head.startswith(b"HTTP/1.1 200 "):
        tally.fail("a stream was refused: " + head.split(b"\r\n")[0].decode())
    while time.monotonic() < until:
        try:
            line = await asyncio.wait_for(connection.reader.readline(), min(15 + PATIENCE_S, until - time.monotonic() + 0.01))
        except asyncio.TimeoutError:
            if time.monotonic() < until:
                tally.fail("a stream was silent")
            break
        if not line:
            tally.fail("a stream ended")
            break
        if line.startswith(b"id:"):
            generation = int(line[3:])
            if generation < tally.last_event.get(index, 0):
                tally.fail("a stream went back")
            tally.last_event[index] = generation
            tally.counts["events"] += 1
    connection.close()


async def reporter(connect, index, until, tally):
    """One batch a second. What is acknowledged is counted here as it must be counted there."""
    started = time.monotonic()
    connection, due, number = await connect(), started + index / 50, 0
    provider, models = "abc"[index % 3], ("model-1", "model-2")
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        # Not at the start: the page's changes are seen first.
        outage = provider == "a" and (time.monotonic() - started + OUTAGE_EVERY_S / 2) % OUTAGE_EVERY_S < OUTAGE_S
        outcomes = {"ok": 3, "overloaded": 9, "timeout": 1} if outage else {"ok": 10 + number % 5}
        number += 1
        body = {"reporter": f"router-{index}", "batch_id": f"{index}-{number}", "reports": [
            {"provider": provider, "model": models[number % 2], "outcomes": outcomes}]}
        status, _, answer = await connection.ask("POST", "/v1/reports", body=json.dumps(body).encode())
        if status != 200 or json.loads(answer) != {"accepted": 1, "duplicate": False, "ignored": []}:
            tally.fail(f"a batch: {status} {answer[:100]!r}")
        else:
            tally.counts["batches"] += 1
            kept = tally.acknowledged.setdefault(provider, dict.fromkeys(OUTCOMES, 0))
            for outcome, count in outcomes.items():
                kept[outcome] += count
        due += 1.0
    connection.close()


async def guarded(client, connect, index, until, tally):
    """What a client meets that it did not expect is a failure, and its end."""
    try:
        await client(connect, index, until, tally)
    except (OSError, EOFError, ValueError, KeyError, asyncio.TimeoutError) as error:
        tally.fail(f"{client.__name__} {index}: {type(error).__name__} {error}")
