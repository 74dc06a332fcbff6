"""Who is told of an outage: once, over restarts, with a signature, and harmlessly. The receivers are fakes on loopback."""
import json
import os
import re
import sys
import threading
import unittest

from harness import ONLY_FAKES, REPOSITORY, AgentTest, FakePage, json_reply, reply, statuspage, wait_for

sys.path.insert(0, str(REPOSITORY / "tests" / "schema"))
from contract import Contract  # noqa: E402

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
# A recovery in seconds; production takes minutes on purpose.
QUICK = "[policy]\nhold_s = 1\nramp_step_s = 1\n"


def snippet():
    """README's verify(), as people would copy it."""
    text = (REPOSITORY / "README.md").read_text()
    block = text.split("tests/e2e/test_notify.py runs this -->")[1]
    lines = re.match(r"\n\n((?:    .*\n|\n)+)", block).group(1)
    names = {}
    exec("\n".join(line[4:] for line in lines.splitlines()), names)
    return names["verify"]


class Receiver(FakePage):
    """Keeps what is posted; answers what a test sets."""

    def __init__(self):
        super().__init__()
        self.messages = []
        self.answer = reply(204)
        self.serve("/hook", self.take)

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self.lock:
            self.messages.append(({name.lower(): value for name, value in handler.headers.items()}, body))
        self.answer(handler)

    def wait(self, count):
        wait_for(lambda: len(self.messages) >= count, f"{count} messages; there are {self.messages}")
        with self.lock:
            return list(self.messages)

    def changes(self):
        with self.lock:
            return [[(one["target"], one["was"], one["state"]) for one in json.loads(body)["data"]["changes"]]
                    for _, body in self.messages]


class Notifications(AgentTest):
    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.page.serve("/summary.json", json_reply(statuspage()))

    def config(self, more="", url=None):
        claude = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "") + self.provider("claude", "/summary.json")
        # The harness's [server] comes first.
        return ('public_url = "https://signalbox.example/"\n' + QUICK + claude
                + f'[[notify]]\nname = "ops"\nurl = "{url or self.receiver.url + "/hook"}"\nmin_interval_s = 0\n' + more)

    def start(self, config):
        agent = self.agent(config)
        (agent.directory / "ops.secret").write_text(SECRET + "\n")
        agent.write_config(config + f'secret_file = "{agent.directory}/ops.secret"\n')
        return agent.start()

    def set_page(self, *args, **options):
        self.page.serve("/summary.json", json_reply(statuspage(*args, **options)))

    def wait_settled(self, agent):
        """Until the answers are on disk: who is killed before tells again, by right."""
        wait_for(lambda: re.search(r"ops +webhook +127\.0\.0\.1:\d+ +0 ", self.listed(agent)), "nothing to wait")

    @staticmethod
    def listed(agent):
        return agent.cli("notify", "list", "--config", str(agent.config)).stdout

    def test_an_outage_is_one_message_and_its_end_another_also_over_restarts(self):
        agent = self.start(self.config())
        agent.wait_state("claude", "healthy")
        self.set_page("major_outage")
        headers, body = self.receiver.wait(1)[0]
        verify = snippet()
        self.assertTrue(verify(SECRET, headers, body))
        self.assertFalse(verify(SECRET, headers, body + b" "))
        self.assertFalse(verify(SECRET, {**headers, "webhook-timestamp": "1614265330"}, body))
        message = json.loads(body)
        self.assertEqual([], Contract().errors({"$ref": "#/components/schemas/Notification"}, message))
        change = message["data"]["changes"][0]
        self.assertEqual(("claude", "unhealthy", "healthy", "fallback"),
                         (change["target"], change["state"], change["was"], change["advice"]["action"]))
        self.assertIn("says major_outage", change["why"])
        self.assertEqual("https://signalbox.example/", message["data"]["link"])
        self.assertIn("Routers were told: fallback", message["data"]["text"])

        self.wait_settled(agent)
        agent.kill()
        agent.start()
        self.assertEqual("unhealthy", agent.health("claude")["state"])
        self.set_page("operational")
        self.receiver.wait(2)
        self.wait_settled(agent)
        agent.stop()
        agent.start()
        agent.wait_state("claude", "healthy")
        # It wants no `recovering`: whichever of the agents tells the end, it was told `unhealthy` last.
        self.assertEqual([[("claude", "healthy", "unhealthy")], [("claude", "unhealthy", "healthy")]],
                         self.receiver.changes())
        end = json.loads(self.receiver.messages[1][1])["data"]
        self.assertEqual(change["since"], end["changes"][0]["was_since"])
        self.assertIn("claude is healthy again since ", end["text"])
        self.assertIn(f"(was unhealthy since {change['since'][:10]} {change['since'][11:19]}Z)", end["text"])

    def test_what_was_not_told_before_kill_9_is_told_after_it_under_the_same_id(self):
        self.receiver.answer = reply(500)
        agent = self.start(self.config())
        agent.wait_state("claude", "healthy")
        self.set_page("major_outage")
        first = self.receiver.wait(1)[0]
        wait_for(lambda: json.loads(agent.get("/readyz")[2])["checks"]["notify:delivery"][0]["status"] == "warn", "a warning")
        self.assertIn("ops: HTTP 500, 1 waiting", agent.get("/readyz")[2].decode())
        self.assertIn('signalbox_notify_ok{receiver="ops"} 0', agent.get("/metrics")[2].decode())
        wait_for(lambda: re.search(r"ops +webhook +127\.0\.0\.1:\d+ +1, tried \d+ times, next at ", self.listed(agent)),
                 "the try to be listed")
        agent.kill()
        tries = len(self.receiver.messages)
        self.receiver.answer = reply(200)
        agent.start()
        second = self.receiver.wait(tries + 1)[-1]
        self.assertEqual(first[0]["webhook-id"], second[0]["webhook-id"])
        self.assertEqual(first[1], second[1])
        wait_for(lambda: json.loads(agent.get("/readyz")[2])["checks"]["notify:delivery"][0]["status"] == "pass", "no warning")
        self.wait_settled(agent)
        agent.kill()
        agent.start()
        self.assertEqual("unhealthy", agent.health("claude")["state"])
        self.wait_settled(agent)
        self.assertEqual(tries + 1, len(self.receiver.messages))

    def test_a_receiver_that_hangs_delays_neither_the_signal_nor_others(self):
        released = threading.Event()
        self.addCleanup(released.set)
        self.receiver.answer = lambda handler: released.wait(30)
        other = Receiver()
        self.addCleanup(other.close)
        agent = self.start(self.config(
            f'secret_file = "/nowhere/secret"\n[[notify]]\nname = "second"\nurl = "{other.url}/hook"\nmin_interval_s = 0\n'
        ).replace('secret_file = "/nowhere/secret"\n', ""))
        agent.wait_state("claude", "healthy")
        for status, state in (("major_outage", "unhealthy"), ("operational", "healthy")):
            self.set_page(status)
            agent.wait_state("claude", state, 30)
        other.wait(2)
        self.assertEqual(1, len({headers["webhook-id"] for headers, _ in self.receiver.messages}))
        released.set()
        self.assertEqual(0, agent.stop())

    def test_an_override_is_told_with_its_reason(self):
        agent = self.start(self.config())
        agent.wait_state("claude", "healthy")
        agent.send("PUT", "/v1/overrides/claude", {"state": "unhealthy", "reason": "INC-7 <!channel>", "by": "dana", "ttl_s": 1},
                   unix=True)
        wait_for(lambda: sum(len(json.loads(body)["data"]["overrides"]) for _, body in self.receiver.messages) == 2, "both")
        told = [one for _, body in self.receiver.messages for one in json.loads(body)["data"]["overrides"]]
        self.assertEqual([("set", "INC-7 <!channel>", f"dana (uid {os.getuid()})"), ("expired", "INC-7 <!channel>", None)],
                         [(one["action"], one["reason"], one["by"]) for one in told])
        for _, body in self.receiver.messages:
            self.assertEqual([], Contract().errors({"$ref": "#/components/schemas/Notification"}, json.loads(body)))

    def test_a_hostile_incident_name_arrives_harmless_in_slack(self):
        agent = self.agent(self.config())
        (agent.directory / "url").write_text(self.receiver.url + "/hook\n")
        agent.write_config(self.config().replace(f'url = "{self.receiver.url}/hook"',
                                                 f'kind = "slack"\nurl_file = "{agent.directory}/url"'))
        agent.start()
        agent.wait_state("claude", "healthy")
        hostile = "<!channel> <@U1> @here \u202egnp.exe\x1b[31m <https://evil.example|ok> & " + "x" * 10_000
        self.page.serve("/summary.json", json_reply({**statuspage("major_outage"), "components": [
            {"id": "api", "name": hostile, "status": "major_outage", "group": False}]}))
        _, body = self.receiver.wait(1)[0]
        text = body.decode()
        self.assertIn("&lt;!channel&gt;", text)
        for harmful in ("<!", "<@", "@here", "\u202e", "\\u202e", "\\u001b", "<https://evil", "://evil"):
            self.assertNotIn(harmful, text)
        self.assertIn("<https://signalbox.example/|dashboard>", text)
        self.assertLess(len(body), 10_000)
        message = json.loads(body)
        self.assertEqual(["header", "section", "context"], [block["type"] for block in message["blocks"]])
        self.assertEqual("claude is unhealthy", message["text"])
        log = "".join(agent.log)
        self.assertNotIn("/hook", log)

    def test_a_test_message_says_what_came_back(self):
        agent = self.agent(self.config())
        tried = agent.cli("notify", "test", "ops", "--config", str(agent.config), url="http://127.0.0.1:1")
        self.assertEqual((0, "ops: took it: HTTP 204\n"), (tried.returncode, tried.stdout))
        message = json.loads(self.receiver.messages[0][1])
        self.assertEqual("test", message["type"])
        self.assertEqual([], Contract().errors({"$ref": "#/components/schemas/Notification"}, message))
        self.receiver.answer = reply(404, b"no_service")
        tried = agent.cli("notify", "test", "--config", str(agent.config), url="http://127.0.0.1:1")
        self.assertEqual((1, 'ops: did not take it: HTTP 404 "no_service"\n'), (tried.returncode, tried.stdout))
        self.assertEqual(64, agent.cli("notify", "test", "nobody", "--config", str(agent.config), url="http://127.0.0.1:1").returncode)


if __name__ == "__main__":
    unittest.main()
