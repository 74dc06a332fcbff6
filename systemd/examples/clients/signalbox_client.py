#!/usr/bin/env python3
"""A client of signalbox in one file: asks where a session's request goes, retries and sheds as it is told, and reports
what requests met. It needs Python 3.10 and nothing else. Copy it, and change what does not fit.

    from signalbox_client import Signalbox, pieces

    def claude(prompt, timeout_s):     # a provider with a prompt of its own: a function that returns pieces of its answer
        return pieces("https://api.anthropic.com/v1/messages", {"x-api-key": KEY, "anthropic-version": "2023-06-01"},
                      {"model": "claude-opus-4-6", "max_tokens": 1000, "stream": True, "messages": prompt}, timeout_s)

    box = Signalbox("chat", {"claude/claude-opus-4-6": claude, "openai": gpt})   # as the route names them, primary first
    answer = box.ask("user-7", prompt)                   # raises Failure when nobody could answer
    print(answer.notice if answer.degraded else "")      # "We are temporarily using a backup model."
    for piece in answer.pieces:                          # to the end: only then is it known how it went
        ...

With a provider's library: `raise Failure("status", error.status_code)`. Make one Signalbox a process, after it has
forked, and close() it at the end. In a terminal: `python3 signalbox_client.py --route chat --key user-7`.
"""
import argparse
import collections
import email.utils
import hashlib
import http.client
import itertools
import json
import logging
import os
import random
import re
import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timezone

log = logging.getLogger("signalbox")
Answer = collections.namedtuple("Answer", "target degraded notice pieces")
UNANSWERED = (OSError, http.client.HTTPException, ValueError, KeyError, TypeError)
FULL_BUDGET_MS = 8000  # as for `unknown`: a spike of overload is over by then
SHED_BUDGET_S = 4      # who was shed has waited for 8 s; after 12 s users leave
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 2
MOST_BATCHES = 60      # that wait for an agent that is away; what comes after them is summed up in one
KNOWN_FOR_S = 50 * 60  # the agent knows a batch_id for an hour; after it a batch might count twice


class Failure(Exception):
    """What an attempt met instead of an answer, as reports name it: ("status", 529), ("outcomes", "timeout"), or what
    the provider says in a stream that began with 200, ("errors", "overloaded_error")."""

    def __init__(self, kind, name, retry_after_s=0.0):
        super().__init__(f"{kind}: {name}")
        self.kind, self.name, self.retry_after_s = kind, str(name)[:64], retry_after_s
        # The request's own fault: nothing makes it better. A 429 gets better with time, or elsewhere.
        self.is_ours = self.name == "client_error" or (kind == "status" and self.name[0] in "34" and self.name != "429")


def seconds_of(headers):
    asked = headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0.0


def error_word(event):
    """The provider's word if this event of a stream is an error, as Anthropic, OpenAI and Gemini write them."""
    try:
        data = json.loads(b"".join(line[5:] for line in event.splitlines() if line.startswith(b"data:")))
        error = data.get("error") or (data if data.get("type") == "error" else {})
        words = [error[key] for key in ("status", "code", "type") if isinstance(error.get(key), str)]
        return (words or ["api_error"])[0] if error else None
    except (ValueError, AttributeError):
        return "api_error" if event.startswith(b"event: error") else None


def pieces(url, headers, body, timeout_s):
    """Posts JSON; yields a stream's events as they come, or a plain body as one piece. `timeout_s` is for each wait:
    for the first byte, then for the next."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})
    cut = "connect_error"
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:
            cut, rest = "server_error", b""
            if answer.headers.get_content_type() != "text/event-stream":
                yield answer.read()
                return
            # Not line by line: there http.client takes a stream that was cut short for one that ended.
            while block := answer.read1():
                *events, rest = re.split(rb"(?<=\n\n)|(?<=\n\r\n)", rest + block)
                for event in events:
                    if word := error_word(event):
                        raise Failure("errors", word)
                    yield event
    except urllib.error.HTTPError as error:
        error.close()
        raise Failure("status", error.code, seconds_of(error.headers)) from error
    except (OSError, http.client.HTTPException) as error:
        late = isinstance(getattr(error, "reason", error), TimeoutError)
        raise Failure("outcomes", "timeout" if late else cut) from error


class Agent:
    """signalbox's own HTTP."""

    def __init__(self, url, token):
        self.url, self.headers = url.rstrip("/"), {"Authorization": "Bearer " + token} if token else {}
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, path, timeout_s, body=None, headers=None):
        """(status, headers, text); raises what is in UNANSWERED."""
        request = urllib.request.Request(self.url + path, body, {**self.headers, **(headers or {})})
        try:
            with self.opener.open(request, timeout=timeout_s) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:  # a 304 is one
            with error:
                return error.code, error.headers, error.read().decode(errors="replace")


class Advice:
    """What sessions are told, kept until it expires; after that, what holds for `unknown`."""

    def __init__(self, agent, route, targets, patience_s):
        self.agent, self.route, self.patience_s = agent, route, patience_s
        self.path = "/v1/routes/" + urllib.parse.quote(route, safe="")
        places = [{"target": target, "degraded": index > 0, "notice": None} for index, target in enumerate(targets)]
        self.unknown = {**places[0], "advice": {"retry_budget_ms": FULL_BUDGET_MS}, "shed": (places + [None])[1]}
        self.kept = ("", self.unknown, {})  # ETag, the answer without a key, those by number: always replaced as one
        self.holds_until, self.away = 0.0, False

    def of(self, key):
        etag, common, by_number = self.kept
        if time.monotonic() > self.holds_until:
            return self.unknown
        # The session's number, as README has it: who has the same is told the same, so a hundred answers are all.
        digest = hashlib.sha256(f"{common['split_seed']}/{self.route}/{key}".encode()).digest()
        number = int.from_bytes(digest[:8], "big") % 100
        if self.away or number in by_number:
            return by_number.get(number, common)
        try:
            status, headers, text = self.agent.call(f"{self.path}?key={urllib.parse.quote(key, safe='')}", self.patience_s)
            told = json.loads(text) if status == 200 else common
            if headers["ETag"] == etag:  # else something has changed, and renew() starts anew
                by_number[number] = told
            return told
        except UNANSWERED:
            self.away = True  # nobody else waits for it until renew() has heard from it
            return common

    def renew(self):
        """Each second: is it still so? A 304 says yes, and until when."""
        began, etag = time.monotonic(), self.kept[0]
        try:
            status, headers, text = self.agent.call(self.path, 2, headers={"If-None-Match": etag} if etag else {})
            if status not in (200, 304):
                raise ValueError(f"{status} {text}")
            told = json.loads(text) if status == 200 else None
            ends = told["expires_at"] if told else headers["X-Signalbox-Expires-At"]
            # By the agent's clock: a wrong one here neither ends an answer nor prolongs it.
            lasts = datetime.fromisoformat(ends.replace("Z", "+00:00")) - email.utils.parsedate_to_datetime(headers["Date"])
        except UNANSWERED as error:
            if not self.away:
                log.warning("no advice from %s: %s; the last one holds until it expires", self.agent.url, error)
            self.away = True
            return
        if told:
            self.kept = (headers["ETag"], told, {})
        self.holds_until, self.away = began + lasts.total_seconds(), False


def rfc3339(unix_s):
    return datetime.fromtimestamp(unix_s, timezone.utc).isoformat(timespec="milliseconds")


class Reports:
    """Counts, posted each second until they are stored."""

    def __init__(self, agent, reporter, heartbeat_s):
        self.agent, self.reporter, self.heartbeat_s = agent, reporter, heartbeat_s
        self.lock, self.open, self.since, self.waiting = threading.Lock(), {}, time.time(), collections.deque()
        self.stored_at, self.not_before, self.pause_s = time.monotonic(), 0.0, FIRST_PAUSE_S

    def count(self, target, kind, name):
        with self.lock:
            counts = self.open.setdefault(target, {}).setdefault(kind, collections.Counter())
            # Words are the provider's: one that makes them up must not fill our memory.
            counts[name if name in counts or len(counts) < 100 else "api_error"] += 1

    def flush(self):
        now = time.time()
        with self.lock:
            silent = not self.waiting and time.monotonic() - self.stored_at >= self.heartbeat_s
            if (self.open or silent) and len(self.waiting) < MOST_BATCHES:
                reports = [{**dict(zip(("provider", "model"), target.split("/", 1))), "from": rfc3339(self.since),
                            "to": rfc3339(now), **counts} for target, counts in self.open.items()]
                batch = {"reporter": self.reporter, "batch_id": uuid.uuid4().hex, "reports": reports}
                self.waiting.append((time.monotonic(), batch))
                self.open = {}
            if not self.open:
                self.since = now
        while self.waiting and time.monotonic() >= self.not_before and self.post(*self.waiting[0]):
            self.waiting.popleft()

    def post(self, made_at, batch):
        """Whether it is done with. One that was not answered may have been counted: the same batch_id counts once."""
        if time.monotonic() - made_at > KNOWN_FOR_S:
            log.error("batch %s was not taken for %d min, and is dropped", batch["batch_id"], KNOWN_FOR_S / 60)
            return True
        # The time of this try, not of the first: what it is from its arrival the agent takes for the skew of our clock.
        body = json.dumps({**batch, "sent_at": rfc3339(time.time())}).encode()
        try:
            status, headers, text = self.agent.call("/v1/reports", 5, body, {"Content-Type": "application/json"})
        except UNANSWERED as error:
            status, headers, text = 0, {}, error
        if status == 200:
            if json.loads(text)["ignored"]:
                log.warning("parts of batch %s count for nothing: %s", batch["batch_id"], text)
        elif status in (400, 413, 415):
            log.error("batch %s is dropped, for it will not get better: %s %s", batch["batch_id"], status, text)
        else:
            log.info("batch %s was not taken, and is sent again: %s %s", batch["batch_id"], status, text)
            self.not_before = time.monotonic() + seconds_of(headers) + random.uniform(self.pause_s / 2, self.pause_s)
            self.pause_s = min(2 * self.pause_s, 15)
            return False
        self.stored_at, self.pause_s = time.monotonic(), FIRST_PAUSE_S
        return True


class Signalbox:
    """`targets`: name -> function(request, timeout_s) that returns pieces, or raises Failure. No attempt begins after the
    budget is spent; `timeout_s` is how long one may take, `patience_s` what a request may lose to an agent that hangs."""

    def __init__(self, route, targets, url="http://127.0.0.1:9529", token=None, reporter=None, timeout_s=4,
                 heartbeat_s=30, patience_s=0.25):
        self.targets, self.timeout_s, agent = targets, timeout_s, Agent(url, token)
        self.advice = Advice(agent, route, targets, patience_s)
        self.reports = Reports(agent, reporter or socket.gethostname(), heartbeat_s)
        self.advice.renew()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.each_second, args=(what,), daemon=True)
                        for what in (self.advice.renew, self.reports.flush)]
        for thread in self.threads:
            thread.start()

    def each_second(self, what):
        while not self.stopping.wait(1):
            try:
                what()
            except Exception:  # whatever it is: the application must not lose the signal to it
                log.exception("in the background")

    def close(self):
        """Sends what is counted; what is not taken now is lost."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.reports.not_before = 0
        self.reports.flush()

    def ask(self, key, request):
        """An Answer from whom signalbox names, or from whom it sheds to. Raises the last Failure."""
        told = self.advice.of(key)
        if told["target"] not in self.targets:
            log.error("signalbox says %s, which this client does not know", told["target"])
            told = self.advice.unknown
        try:
            return self.attempt(told, request, told["advice"]["retry_budget_ms"] / 1000)
        except Failure as failure:
            if failure.is_ours or not told["shed"] or told["shed"]["target"] not in self.targets:
                raise
        return self.attempt(told["shed"], request, SHED_BUDGET_S)

    def attempt(self, place, request, budget_s):
        target, ends, pause_s = place["target"], time.monotonic() + budget_s, FIRST_PAUSE_S
        while True:
            try:
                rest = iter(self.targets[target](request, self.timeout_s))
                first = list(itertools.islice(rest, 1))  # until it is here another try harms nobody
                return Answer(target, place["degraded"], place["notice"], self.passed_on(target, first, rest))
            except Failure as failure:
                self.reports.count(target, failure.kind, failure.name)
                wait_s = failure.retry_after_s + random.uniform(pause_s / 2, pause_s)
                if failure.is_ours or time.monotonic() + wait_s > ends:
                    raise
            time.sleep(wait_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def passed_on(self, target, first, rest):
        """The pieces. What goes wrong once one was passed on is counted and raised, never retried."""
        met = ("outcomes", "cancelled")  # unless they come to an end, good or bad
        try:
            yield from first
            yield from rest
            met = ("outcomes", "ok")
        except Failure as failure:
            met = (failure.kind, failure.name)
            raise
        finally:
            self.reports.count(target, *met)


def main():
    arguments = argparse.ArgumentParser(description="Prints what a session of a route is told; exit 69 without an answer.")
    arguments.add_argument("--route", required=True)
    arguments.add_argument("--key", default="", help="the session; without one, all go the same way")
    arguments.add_argument("--url", default=os.environ.get("SIGNALBOX_URL", "http://127.0.0.1:9529"))
    given, token_file = arguments.parse_args(), os.environ.get("SIGNALBOX_TOKEN_FILE")
    path = f"/v1/routes/{urllib.parse.quote(given.route, safe='')}"
    try:
        agent = Agent(given.url, open(token_file).read().strip() if token_file else None)
        status, _, text = agent.call(path + ("?" + urllib.parse.urlencode({"key": given.key}) if given.key else ""), 10)
    except UNANSWERED as error:
        status, text = 0, f"no answer from {given.url}: {error}"
    print(text, file=sys.stdout if status == 200 else sys.stderr)
    return 0 if status == 200 else 69


if __name__ == "__main__":
    sys.exit(main())
