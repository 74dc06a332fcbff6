#!/usr/bin/env python3
"""Writes the recordings of this directory, NAME.jsonl, from the stories below.

    tests/replay/make.py              write the recordings
    tests/replay/make.py --check      say which differ from what would be written, and fail
    tests/replay/make.py --accept build/release/signalbox
                                      also write down what replay makes of them now, NAME.expected and NAME.error:
                                      read the difference before you commit it
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ABC = ("a", "b", "c")
STORIES = []


def story(function):
    STORIES.append(function)
    return function


def at(second, **what):
    return {"at": second, **what}


def tick(second):
    return at(second, tick=True)


def summary(status="operational", incidents=()):
    return {"page": {"id": "tymt9n04zgry"},
            "components": [{"id": "k8w3r06qmzrp", "name": "Claude API", "status": status}],
            "incidents": list(incidents), "scheduled_maintenances": []}


def incident(name, impact, status="investigating", updated_at="1970-01-01T00:00:00Z"):
    return {"id": "1", "name": name, "impact": impact, "status": status, "created_at": updated_at,
            "updated_at": updated_at, "components": [{"id": "k8w3r06qmzrp", "name": "Claude API"}]}


def page(second, body=None, provider="claude", http_status=200, **incidents_or_status):
    body = body if body is not None else summary(**incidents_or_status)
    return at(second, page={"provider": provider, "source": "statuspage", "http_status": http_status, "body": body})


def failed_fetch(second, error, provider="claude"):
    return at(second, page={"provider": provider, "source": "statuspage", "error": error})


def report(second, reporter, provider="claude", model=None, **outcomes):
    where = {"provider": provider, **({"model": model} if model else {})}
    return at(second, report={"reporter": reporter, "batch_id": f"{provider}{second}",
                              "reports": [{**where, "outcomes": outcomes}]})


def clients(first, last, reporters=ABC, **outcomes):
    """Each reporter meets the same in each second."""
    for second in range(first, last):
        for reporter in reporters:
            yield report(second + 0.5, reporter, **outcomes)


def canary(first, last, **outcomes):
    """One request every other second: what is left of the traffic while the agent says fallback."""
    for second in range(first, last, 2):
        yield report(second + 0.5, ABC[second // 2 % 3], **outcomes)


@story
def page_only():
    """No clients: the page alone moves the traffic, and brings it back by hold and ramp."""
    day = "2026-11-23T10:{:02}:{:02}.000Z"
    incidents = [incident("API unavailable", "critical", updated_at="2026-11-23T10:01:00Z")]
    for minute, second in [(m, s) for m in range(0, 6) for s in (0, 30)]:
        moment = day.format(minute, second)
        down = 1 <= minute < 3
        yield page(moment, status="major_outage" if down else "operational", incidents=incidents if down else ())
        if second == 0:
            yield tick(moment)
    yield tick("2026-11-23T12:05:45+01:00")


@story
def clients_first():
    """Clients see the outage under a green page; the canary sees its end; hold and ramp bring the traffic back."""
    yield page(0)
    yield from clients(0, 60, ok=10)
    yield tick(60)
    yield page(60)
    yield from clients(60, 68, ok=1, overloaded=9)
    yield tick(68)
    for quarter in range(68, 308, 60):
        yield page(quarter)
        yield from canary(quarter, quarter + 60, **({"overloaded": 1} if quarter == 68 else {"ok": 1}))
        yield tick(quarter + 60)


@story
def microspike():
    """Four seconds of 90 % failures are what retries are for: it is said, and nobody is moved."""
    yield page(0)
    yield from clients(0, 60, ok=20)
    yield from clients(60, 64, ok=2, overloaded=18)
    yield tick(64)
    yield from clients(64, 84, ok=20)
    yield tick(84)


@story
def liar():
    """One of five has ten times the others' requests and says ok while they all fail: it does not hide the outage."""
    yield page(0)
    for second in range(0, 75):
        yield report(second + 0.5, "a", ok=40)
        yield from clients(second, second + 1, reporters="bcde", **({"ok": 4} if second < 60 else {"server_error": 4}))
    yield tick(75)


@story
def one_bad_client():
    """One of five fails totally, ten times as often as the others: its own trouble, nobody is moved."""
    yield page(0)
    yield from clients(0, 60, reporters="abcde", ok=4)
    for second in range(60, 80):
        yield report(second + 0.5, "a", server_error=40)
        yield from clients(second, second + 1, reporters="bcde", ok=4)
    yield tick(80)


@story
def not_the_providers_fault():
    """Throttled, refused and cancelled requests say nothing about the provider."""
    yield page(0)
    yield from clients(0, 30, ok=5)
    yield from clients(30, 60, throttled=20, client_error=20, cancelled=20)
    yield tick(60)


@story
def flapping_page():
    """A page that changes its mind at each poll: the state does not."""
    for half_minute in range(40):
        yield page(30 * half_minute, status="major_outage" if half_minute % 2 else "operational")
    yield tick(1200)


@story
def red_page_healthy_clients():
    """The page says critical, our own requests succeed: a smaller shift, not a bigger one."""
    yield page(0)
    yield from clients(0, 40, ok=5)
    yield page(40, status="major_outage")
    yield tick(40)
    yield from clients(40, 60, ok=5)
    yield tick(60)


@story
def silence():
    """Unhealthy by its clients, and then nobody says anything any more: no page, no report. It comes back by itself."""
    yield page(0)
    yield from clients(0, 30, ok=10)
    yield from clients(30, 38, overloaded=10)
    yield tick(38)
    yield tick(300)
    yield tick(1800)


@story
def broken_pages():
    """What is not a page is no news: the last good one counts until it is stale, then nothing is known."""
    yield page(0)
    yield page(30, body="<!DOCTYPE html><title>Just a moment...</title>")
    yield page(40, body='{"page": {"id": "tymt9n04zgry"}, "components": [{"id": "k8w3')
    yield page(50, body=summary(), http_status=503)
    yield page(60, body={"page": {"id": "another"}, "components": []})
    yield failed_fetch(70, "timeout")
    yield tick(89)
    yield tick(91)
    yield page(120)
    yield at(150, page={"provider": "claude", "source": "statuspage", "http_status": 304})
    yield tick(200)


@story
def incident_names_a_model():
    """An incident's title names one model: that one is moved, its provider only as far as the page says."""
    yield page(0)
    yield report(1.5, "a", model="claude-opus-4-6", ok=1)
    yield report(2.5, "a", model="claude-haiku-4-5", ok=1)
    yield page(30, incidents=[incident("Elevated errors on Claude Opus 4.6", "major")])
    yield tick(30)
    yield page(60, incidents=[incident("Elevated errors on Claude Opus 4.6", "major", status="monitoring")])
    yield tick(60)


def everything_fails(page_at_50):
    """From 40 on no client reaches any provider."""
    yield page(0)
    for second in range(0, 60):
        for provider in ("claude", "openai"):
            for reporter in ABC:
                yield report(second + 0.5, reporter, provider=provider, **{"ok" if second < 40 else "connect_error": 5})
        if second == 50:
            yield page_at_50
    yield tick(60)


@story
def our_own_network():
    """Everything fails at once, by connections only, and no page answers: it is us, nobody becomes unhealthy."""
    yield from everything_fails(failed_fetch(50.9, "no route to host"))


@story
def not_our_network():
    """The same, but a page answers when it is asked: the network is fine, and the verdict stands."""
    yield from everything_fails(page(50.9))


@story
def bad_line():
    yield page(0)
    yield tick(1)
    yield "{\"at\": 2, \"tick\": true"


@story
def bad_order():
    yield tick(5)
    yield tick(4.999)


@story
def bad_provider():
    yield tick(0)
    yield page(1, provider="claud")


@story
def bad_source():
    yield at(0, page={"provider": "claude", "source": "status", "http_status": 200})


@story
def bad_key():
    yield at(0, tick=True, note="calm")


@story
def bad_report():
    yield at(0, report={"reporter": "a", "batch_id": "1", "reports": [{"provider": "claude", "outcomes": {"okay": 1}}]})


def text_of(make):
    return "".join((line if isinstance(line, str) else json.dumps(line, separators=(",", ":"))) + "\n"
                   for line in make())


def accept(binary, name):
    done = subprocess.run([binary, "replay", f"{name}.jsonl"], cwd=HERE, capture_output=True, text=True)
    (HERE / f"{name}.expected").write_text(done.stdout)
    error = HERE / f"{name}.error"
    error.unlink(missing_ok=True)
    if done.returncode:
        error.write_text(f"{done.stderr}exit {done.returncode}\n")


def main():
    check = sys.argv[1:] == ["--check"]
    binary = pathlib.Path(sys.argv[2]).resolve() if sys.argv[1:2] == ["--accept"] else None
    stale = []
    for make in STORIES:
        path = HERE / f"{make.__name__}.jsonl"
        if check:
            stale += [path.name] if not path.exists() or path.read_text() != text_of(make) else []
            continue
        path.write_text(text_of(make))
        if binary:
            accept(binary, make.__name__)
    if stale:
        raise SystemExit(f"not as make.py would write them: {', '.join(stale)}")


if __name__ == "__main__":
    main()
