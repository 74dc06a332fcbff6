#!/usr/bin/python3
"""Many routers with kept-alive connections that each ask once a second.

Prints one line of JSON: asked, served, lost (no 200 within two seconds, or the connection gone), p50_ms, p99_ms.
"""
import argparse
import asyncio
import json
import sys
import time
from urllib.parse import urlsplit

GIVE_UP_S = 2.0


async def ask(reader, writer, request):
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ValueError(head.split(b"\r\n")[0].decode())
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    await reader.readexactly(length)


async def router(url, start, rounds, latencies):
    request = f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nUser-Agent: router/1\r\nAccept: */*\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    for turn in range(rounds):
        await asyncio.sleep(max(0.0, start + turn - time.monotonic()))
        asked = time.monotonic()
        try:
            await asyncio.wait_for(ask(reader, writer, request), GIVE_UP_S)
        except (OSError, ValueError, EOFError, asyncio.TimeoutError):
            continue
        latencies.append(time.monotonic() - asked)
    writer.close()


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--routers", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    latencies = []
    # All connect first; then their turns are spread over the second.
    start = time.monotonic() + 2.0
    await asyncio.gather(*(
        router(urlsplit(options.url), start + i / options.routers, options.seconds, latencies)
        for i in range(options.routers)))
    latencies.sort()
    asked = options.routers * options.seconds

    def percentile(p):
        return round(latencies[min(len(latencies) - 1, int(p * len(latencies)))] * 1000, 2) if latencies else None

    print(json.dumps({"asked": asked, "served": len(latencies), "lost": asked - len(latencies),
                      "p50_ms": percentile(0.50), "p99_ms": percentile(0.99)}))
    return 0 if len(latencies) == asked else 1


sys.exit(asyncio.run(main()))
