"""Status pages that change by a timetable, and that remember when they were asked."""
import asyncio
import hashlib
import json
import sys
import time

from harness import statuspage

INTERVAL_S = 2.0
# A poll's pause is 0.9 to 1.0 of the interval (lib/schedule.h).
SHORTEST = 0.9
# A page changes so often, in a short soak more often: at least eight times.
CHANGE_S, LEAST_CHANGES = 20.0, 8
TIMETABLE = ("operational", "degraded_performance", "operational", "partial_outage", "operational", "operational",
             "major_outage", "operational")


class Pages:
    """One page a provider: `/NAME/summary.json`, with an ETag, so that most polls are a 304."""

    def __init__(self, providers, seconds):
        self.change_s = min(CHANGE_S, seconds / LEAST_CHANGES)
        self.asked = {name: [] for name in providers}
        self.started = time.monotonic()
        self.url = None

    async def serve(self):
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.url = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        return server

    def status_of(self, name):
        turn = int((time.monotonic() - self.started) / self.change_s)
        return TIMETABLE[(turn + 3 * list(self.asked).index(name)) % len(TIMETABLE)]

    async def answer(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            name = head.split()[1].split("/")[1]
            self.asked[name].append(time.monotonic())
            body = json.dumps(statuspage(self.status_of(name))).encode()
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if f"if-none-match: {tag}" in head.replace("If-None-Match", "if-none-match"):
                writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n".encode())
            else:
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: {tag}\r\n"
                             f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError) as error:
            print(f"a page was asked and not heard out: {error}", file=sys.stderr)
        finally:
            writer.close()

    def changes(self, seconds):
        """How often all pages together changed within so many seconds."""
        return int(seconds / self.change_s) * len(self.asked)

    def count(self):
        return sum(len(times) for times in self.asked.values())

    def missed(self, since, until, slack_s):
        """The pauses that were longer than the schedule allows, as sentences."""
        late = []
        for name, times in self.asked.items():
            within = [since, *(at for at in times if since <= at <= until), until]
            for before, after in zip(within, within[1:]):
                if after - before > INTERVAL_S + slack_s:
                    late.append(f"{name} was not asked for {after - before:.2f} s")
            most = (until - since) / (INTERVAL_S * SHORTEST) + 2
            if len(within) - 2 > most:
                late.append(f"{name} was asked {len(within) - 2} times, at most {most:.0f} are due")
        return late
