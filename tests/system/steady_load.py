"""Clients at a fixed rate, until standard input closes; then what they met, as JSON.

    steady_load.py HOST:PORT UNIX_PATH NEW_PER_S KEPT_CLIENTS KEPT_PER_S

Nobody waits for anybody: a request is begun when it is due, however long earlier ones take. NEW_PER_S come each on a
connection of its own, over TCP; one in ten over the unix socket instead, one in ten posts a report. KEPT_CLIENTS share
KEPT_PER_S on connections that they keep; one that finds its connection closed before the answer's first byte repeats
its request once, on a new one, as every HTTP client does (RFC 9112, 9.3.1).
"""
import asyncio
import json
import sys
import time

WAIT_S = 30
GET = "GET /v1/health/mistral HTTP/1.1\r\nHost: localhost\r\n{}\r\n"


class Closed(Exception):
    """Before the first byte of an answer."""


class Met:
    def __init__(self):
        self.took = {"new": [], "kept": []}  # (when it was begun, how long it took)
        self.failures = []
        self.repeated = 0
        self.acknowledged = 0


async def answer_of(reader):
    """(status, whether the connection is kept) of one whole answer."""
    try:
        first = await reader.read(1)
    except ConnectionResetError:
        first = b""
    if not first:
        raise Closed()
    head = first + await reader.readuntil(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if line)
    await reader.readexactly(int(fields["content-length"]))
    return int(lines[0].split()[1]), fields.get("connection") != "close"


async def on_new_connection(connect, request):
    reader, writer = await connect()
    try:
        writer.write(request.encode())
        return (await answer_of(reader))[0]
    finally:
        writer.close()


def report(number):
    body = json.dumps({"reporter": "load", "batch_id": f"b{number}", "reports": [{"provider": "mistral", "outcomes": {"ok": 1}}]})
    return (f"POST /v1/reports HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}")


async def noted(met, kind, asking, what):
    began = time.monotonic()
    try:
        status = await asyncio.wait_for(asking, WAIT_S)
        if status != 200:
            met.failures.append(f"{what}: {status}")
        elif what == "report":
            met.acknowledged += 1
    except Exception as error:  # whatever it is, the client has no answer
        met.failures.append(f"{what}: {error!r}")
    met.took[kind].append((began, time.monotonic() - began))


class Kept:
    """A client with one connection, one request at a time."""

    def __init__(self, connect, met):
        self.connect = connect
        self.met = met
        self.streams = None
        self.turn = asyncio.Lock()

    async def ask(self):
        async with self.turn:
            reused = self.streams is not None
            try:
                return await self._once()
            except (Closed, BrokenPipeError, ConnectionResetError):
                self._drop()
                if not reused:
                    raise
                self.met.repeated += 1
                return await self._once()

    async def _once(self):
        if self.streams is None:
            self.streams = await self.connect()
        reader, writer = self.streams
        writer.write(GET.format("").encode())
        status, kept = await answer_of(reader)
        if not kept:
            self._drop()
        return status

    def _drop(self):
        if self.streams:
            self.streams[1].close()
        self.streams = None


async def at_rate(per_s, begin, stop):
    """Calls `begin(n)`, a coroutine, at each request's own time; ends when all have ended."""
    tasks, start, n = set(), time.monotonic(), 0
    while per_s and not stop.is_set():
        while n < (time.monotonic() - start) * per_s:
            task = asyncio.ensure_future(begin(n))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            n += 1
        await asyncio.sleep(0.002)
    if tasks:
        await asyncio.wait(tasks)


async def main(address, path, new_per_s, kept_clients, kept_per_s):
    host, port = address.rsplit(":", 1)
    met, stop = Met(), asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)

    def tcp():
        return asyncio.open_connection(host, int(port))

    def local():
        return asyncio.open_unix_connection(path)

    def new(n):
        if n % 10 == 1:
            return noted(met, "new", on_new_connection(tcp, report(n)), "report")
        connect, what = (local, "unix") if n % 10 == 2 else (tcp, "tcp")
        return noted(met, "new", on_new_connection(connect, GET.format("Connection: close\r\n")), what)

    clients = [Kept(tcp, met) for _ in range(kept_clients)]
    await asyncio.gather(at_rate(new_per_s, new, stop),
                         at_rate(kept_per_s, lambda n: noted(met, "kept", clients[n % kept_clients].ask(), "kept"), stop))
    print(json.dumps({"took": met.took, "failures": met.failures, "repeated": met.repeated, "acknowledged": met.acknowledged}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
