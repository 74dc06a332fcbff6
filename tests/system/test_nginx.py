"""A real nginx with the shipped configuration, between clients and two fake providers. Needs Debian's nginx-light.

Two minutes; with SIGNALBOX_FULL_STORY=1 six (balancer_story.py).
"""
import hashlib
import os
import signal
import time
import unittest

from balancer_story import EXAMPLES, PER_S, BalancerTest, play, share
from harness import wait_for

SHIPPED = EXAMPLES / "nginx.conf"
SESSIONS = [f"user-{n}" for n in range(100)]
# What nginx takes for granted, with nothing outside of the test's directory.
AROUND = """daemon off;
worker_processes 1;
pid {0}/nginx.pid;
error_log {0}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
    uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
    include {0}/shipped.conf;
}}
"""


def number_of(seed, key):
    """As the README tells routers to compute it."""
    return int.from_bytes(hashlib.sha256(f"{seed}/chat/{key}".encode()).digest()[:8], "big") % 100


class Nginx(BalancerTest):
    def start_nginx(self, edit=lambda shipped: shipped):
        """The shipped file with nothing but its addresses replaced, and what `edit` breaks."""
        here, text = self.directory / "chat.sock", SHIPPED.read_text()
        for shipped, replaced in (("127.0.0.1:8080", f"unix:{here}"), ("127.0.0.1:9001", self.claude.address),
                                  ("127.0.0.1:9002", self.openai.address), ("127.0.0.1:9529", self.api)):
            self.assertEqual(1, text.count(shipped), shipped)
            text = text.replace(shipped, replaced)
        (self.directory / "shipped.conf").write_text(edit(text))
        (self.directory / "nginx.conf").write_text(AROUND.format(self.directory))
        return self.program(["nginx", "-c", self.directory / "nginx.conf", "-e", self.directory / "error.log"], here)

    def ask_all(self, nginx, sessions=SESSIONS, headers=()):
        met = nginx.ask_all(sessions, headers)
        self.assert_nobody_failed(met)
        return met

    def test_an_outage_moves_traffic_and_fails_no_request(self):
        self.start_agent()
        play(self, self.start_nginx())

    def test_a_session_is_where_every_router_computes_it(self):
        self.start_agent()
        # A busy test machine may take a second.
        nginx = self.start_nginx(lambda shipped: shipped.replace("timeout 1s;", "timeout 10s;"))
        self.override("claude", "degraded", 40)
        seed = self.signalbox.json("/v1/routes/chat")["split_seed"]
        for one in self.ask_all(nginx):
            expected = "claude" if number_of(seed, one.session) < 40 else "openai"
            self.assertEqual((expected, str(expected == "openai").lower()), (one.target, one.degraded), one.session)

    def test_requests_without_a_session_are_dealt_out_by_weight(self):
        self.start_agent()
        nginx = self.start_nginx()
        self.override("claude", "degraded", 40)
        # Neither do those have one that a URL could not hold: they would name another key, or two of them.
        for session in ("", "a&key=user-1", "a b", "%2e", "x" * 129, "ü"):
            there = share(self.ask_all(nginx, [session] * 100), "claude")
            self.assertGreater(there, 0.1, session)
            self.assertLess(there, 0.7, session)

    def test_a_proxy_in_front_of_nginx_changes_nothing(self):
        self.start_agent()
        nginx = self.start_nginx()
        self.outage_on_the_page()
        headers = {"X-Forwarded-For": "203.0.113.1", "Forwarded": "for=203.0.113.1", "Via": "1.1 edge", "Host": "chat.example",
                   "Authorization": "Bearer of-the-application", "If-None-Match": "*", "Range": "bytes=0-1"}
        self.assertGreater(share(self.ask_all(nginx, headers=headers), "openai"), 0.8)

    def test_an_agent_that_is_gone_or_hangs_fails_nobody_and_leaves_everything_with_the_primary(self):
        nginx = self.start_nginx()
        self.assertEqual(1, share(self.ask_all(nginx), "claude"))
        self.start_agent()
        self.outage_on_the_page()
        traffic = self.traffic(nginx)

        def from_now():
            """What the next two seconds of requests meet."""
            now = time.monotonic()
            wait_for(lambda: len(traffic.since(now)) > 2 * PER_S, "traffic")
            return traffic.since(now)

        self.assertGreater(share(from_now(), "openai"), 0.8)
        os.kill(self.signalbox.process.pid, signal.SIGSTOP)
        hanging = from_now()
        os.kill(self.signalbox.process.pid, signal.SIGCONT)
        self.assertEqual(1, share(hanging, "claude"))
        self.signalbox.wait_state("claude", "unhealthy")
        self.assertGreater(share(from_now(), "openai"), 0.8)
        self.signalbox.kill()
        self.assertEqual(1, share(from_now(), "claude"))
        self.signalbox.start()
        self.assertGreater(share(from_now(), "openai"), 0.8)
        traffic.stop()
        self.assert_nobody_failed(traffic.since(0))

    def test_an_agent_that_refuses_leaves_everything_with_the_primary(self):
        self.start_agent()
        self.outage_on_the_page()
        nginx = self.start_nginx(lambda shipped: shipped.replace("/v1/routes/chat?", "/v1/routes/no-such-route?"))
        self.assertEqual(1, share(self.ask_all(nginx), "claude"))


if __name__ == "__main__":
    unittest.main()
