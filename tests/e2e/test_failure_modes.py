"""Every way in which a status page was seen to fail: the source turns unknown after three intervals, nobody turns
unhealthy, the agent lives and stays small (the list is that of the research on real feeds)."""
import gzip
import json
import threading
import unittest

from harness import ONLY_FAKES, SANITIZED, AgentTest, json_reply, reply, statuspage, wait_for

MEMORY_LIMIT_KIB = 64 * 1024


def html(handler):
    reply(200, b"<!DOCTYPE html><html><title>Status</title></html>", {"Content-Type": "text/html"})(handler)


def rotating_25():
    """The dialect that lists 25 of its components, ours not among them."""
    document = statuspage()
    document["components"] = [{"id": f"other-{i}", "name": "Login", "status": "operational"} for i in range(25)]
    return document


def huge(handler):
    """64 MB of valid JSON, without a length."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.wfile.write(b'{"page": "')
    for _ in range(64):
        handler.wfile.write(b"x" * 1_000_000)


def bomb(handler):
    body = gzip.compress(b'{"page": "' + b"x" * 64_000_000 + b'"}')
    reply(200, body, {"Content-Type": "application/json", "Content-Encoding": "gzip"})(handler)


def never(handler):
    threading.Event().wait(60)


def dribble(handler):
    handler.send_response(200)
    handler.end_headers()
    pause = threading.Event()
    for byte in json.dumps(statuspage()).encode():
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        pause.wait(0.25)


WHOLE = json.dumps(statuspage()).encode()
MODES = {
    "vendor-moved": html,
    "redirected": reply(302, b"", {"Location": "https://status.elsewhere.example/"}),
    "components-empty": json_reply({**statuspage(), "components": []}),
    "id-missing": json_reply(statuspage(component="renumbered")),
    "rotating-25": json_reply(rotating_25()),
    "wrong-page-id": json_reply(statuspage(page_id="somebody-else")),
    "challenge-405": reply(405, b"", {"x-amzn-waf-action": "captcha"}),
    "challenge-202": reply(202, b"", {"x-amzn-waf-action": "challenge"}),
    "deleted-404": reply(404, b"<html>gone</html>", {"Content-Type": "text/html"}),
    "limited-429": reply(429, b"", {"Retry-After": "1"}),
    "failing-503": reply(503, b"upstream connect error"),
    "truncated": reply(200, WHOLE[: len(WHOLE) // 2]),
    "deep": reply(200, b"[" * 200_000),
    "invalid-utf8": reply(200, WHOLE.replace(b"Fake API", b"Fake \xff\xc0")),
    "unknown-word": json_reply(statuspage("quantum_superposition")),
    "64-megabytes": huge,
    "gzip-bomb": bomb,
    "empty-body": reply(200, b""),
    "closes-at-once": lambda handler: handler.connection.close(),
    "never-answers": never,
    "dribbles": dribble,
}
# Not failures: what looks bad or good and is neither.
HARMLESS = {
    "renamed-component": (json_reply({**statuspage(), "components": [
        {"id": "api", "name": "Renamed API", "status": "operational"}]}), "healthy"),
    "open-incident-elsewhere": (json_reply(statuspage(incidents=[
        {"id": "i", "name": "Login errors", "status": "investigating", "impact": "critical", "components": [],
         "updated_at": "2099-01-01T00:00:00Z"}])), "healthy"),
    "monitoring": (json_reply(statuspage(incidents=[
        {"id": "i", "name": "Elevated errors", "status": "monitoring", "impact": "critical",
         "components": [{"id": "api"}], "updated_at": "2099-01-01T00:00:00Z"}])), "healthy"),
    "old-incident": (json_reply(statuspage(incidents=[
        {"id": "i", "name": "Access suspended", "status": "identified", "impact": "critical",
         "components": [{"id": "api"}], "created_at": "2026-06-13T00:50:00Z", "updated_at": "2026-06-13T00:50:00Z"}])),
        "healthy"),
}


class FailureModes(AgentTest):
    def test_each_makes_its_source_unknown_and_nobody_unhealthy(self):
        config = ONLY_FAKES
        for mode in MODES:
            self.page.serve(f"/{mode}.json", json_reply(statuspage()))
            config += self.provider(mode, f"/{mode}.json")
        self.page.serve("/google.json", json_reply([]))
        config += (f'[[providers.empty-google.sources]]\nname = "google_cloud"\nkind = "google_cloud"\n'
                   f'urls = ["{self.page.url}/google.json"]\nproducts = ["Z0FZJAMvEB4j3NbCJs6B"]\ninterval_s = 1\n')
        agent = self.agent(config).start()
        for mode in MODES:
            agent.wait_state(mode, "healthy")
        for mode, answer in MODES.items():
            self.page.serve(f"/{mode}.json", answer)
        for mode in [*MODES, "empty-google"]:
            with self.subTest(mode):
                health = agent.wait_state(mode, "unknown", 20)
                self.assertEqual("unknown", health["evidence"]["official"]["level"])
                self.assertEqual(100, health["advice"]["primary_weight"])
        # The stuck ones have a deadline of their own: their error comes with it.
        for source in wait_for(lambda: self.all_failed(agent), "every source to have failed", 30):
            self.assertFalse(source["fresh"])
            self.assertNotIn("<", source["last_error"])
        changes = agent.json("/v1/transitions?limit=1000")["transitions"]
        self.assertEqual([], [change for change in changes if change["to"] not in ("healthy", "unknown")])
        if not SANITIZED:
            self.assertLess(agent.resident_kib(), MEMORY_LIMIT_KIB)
        self.assertEqual(0, agent.stop())

    @staticmethod
    def all_failed(agent):
        sources = agent.json("/v1/sources")["sources"]
        return sources if all(source["last_error"] for source in sources) else None

    def test_what_only_looks_bad_changes_nothing(self):
        config = ONLY_FAKES
        for mode, (answer, _) in HARMLESS.items():
            self.page.serve(f"/{mode}.json", answer)
            config += self.provider(mode, f"/{mode}.json")
        agent = self.agent(config).start()
        for mode, (_, state) in HARMLESS.items():
            with self.subTest(mode):
                agent.wait_state(mode, state)

    def test_a_second_host_answers_for_the_first(self):
        self.page.serve("/one.json", html)
        self.page.serve("/two.json", json_reply(statuspage("partial_outage")))
        config = ONLY_FAKES + self.provider("claude-two", "/one.json").replace(
            '/one.json"]', f'/one.json", "{self.page.url}/two.json"]')
        agent = self.agent(config).start()
        health = agent.wait_state("claude-two", "unhealthy")
        self.assertTrue(health["evidence"]["official"]["sources"][0]["url"].endswith("/two.json"))

    def test_conditional_requests_are_made_and_a_304_keeps_the_reading_fresh(self):
        def page(handler):
            if handler.headers.get("If-None-Match") == '"v1"':
                return reply(304, b"", {"ETag": '"v1"'})(handler)
            return reply(200, WHOLE, {"ETag": '"v1"', "Content-Type": "application/json"})(handler)

        self.page.serve("/etag.json", page)
        agent = self.agent(ONLY_FAKES + self.provider("etag", "/etag.json")).start()
        agent.wait_state("etag", "healthy")
        wait_for(lambda: self.page.count("/etag.json") >= 5, "five polls", 20)
        source = agent.json("/v1/sources")["sources"][0]
        self.assertTrue(source["fresh"])
        self.assertIsNone(source["last_error"])
        headers = self.page.requests[-1][1]
        self.assertTrue(headers["User-Agent"].startswith("signalbox/"))
        self.assertIn("gzip", headers["Accept-Encoding"])


if __name__ == "__main__":
    unittest.main()
