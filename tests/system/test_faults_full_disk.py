"""The disk under the running agent is full, or read-only, and comes back: the signal goes on, reports are refused and not
lost. The disk is a small file system in memory, mounted by the test; needs root."""
import os
import subprocess
import time
import unittest

from faults import Client, findings_of, stored_oks
from harness import ONLY_FAKES, AgentTest, json_reply, statuspage, wait_for


class DiskComesBack(AgentTest):
    def setUp(self):
        super().setUp()
        self.assertEqual(0, os.geteuid(), "needs root, to mount a disk of its own")
        self.page.serve("/summary.json", json_reply(statuspage()))
        config = ("reporter_batches_per_s = 0\n" + ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                  + self.provider("claude", "/summary.json") + "[providers.mistral]\n")
        self.tested = self.agent(config)
        self.disk = self.tested.directory / "state"
        self.disk.mkdir()
        self.mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", str(self.disk))
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.disk)], check=True)  # before the agent's directory goes

    @staticmethod
    def mount(*arguments):
        subprocess.run(["mount", *arguments], check=True)

    def readyz(self):
        return self.tested.json("/readyz")["checks"]["store:persistence"][0]

    def changes(self):
        return [one["to"] for one in self.tested.json("/v1/transitions?target=claude")["transitions"]]

    def fill(self):
        with open(self.disk / "ballast", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def expect_stored(self, clients):
        """After a kill: what was acknowledged is in the database, once."""
        acknowledged = sum(client.stop() for client in clients)
        stored = stored_oks(self.tested.directory)
        self.assertGreaterEqual(stored, acknowledged)
        self.assertLessEqual(stored, acknowledged + len(clients))  # in hand at the kill
        self.assertEqual([], findings_of(self.tested.directory))
        return acknowledged, stored

    def turn(self, status, state):
        self.page.serve("/summary.json", json_reply(statuspage(status)))
        self.tested.wait_state("claude", state, 30)

    def test_a_full_disk_and_back(self):
        agent = self.tested.start()
        agent.wait_state("claude", "healthy")
        clients = [Client(agent, name=f"router-{number}").start() for number in range(4)]
        for client in clients:
            client.wait_acknowledged(20)
        self.fill()
        for client in clients:
            client.wait_refused()
        health = wait_for(lambda: (lambda body: body if body["persistence"] == "failing" else None)(agent.json("/v1/health")),
                          "persistence to be failing")
        self.assertEqual("healthy", health["targets"][0]["state"])
        self.assertEqual("warn", self.readyz()["status"])
        self.assertIn("disk full", self.readyz()["output"])
        self.assertEqual(["healthy"], self.changes())
        # Nothing is acknowledged meanwhile, and what happens is told all the same.
        acknowledged = sum(client.acknowledged for client in clients)
        began = time.monotonic()
        self.turn("major_outage", "unhealthy")
        told = time.monotonic() - began
        for client in clients:
            client.wait_refused()
        self.assertEqual(acknowledged, sum(client.acknowledged for client in clients))
        for client in clients:
            self.assertTrue(all(status == 503 and int(after) >= 1 for status, after in client.refusals), client.refusals)
        (self.disk / "ballast").unlink()
        for client in clients:
            client.wait_acknowledged(5)
        wait_for(lambda: agent.json("/v1/health")["persistence"] == "ok", "persistence to be ok")
        self.assertEqual("pass", self.readyz()["status"])
        agent.kill()
        acknowledged, stored = self.expect_stored(clients)
        agent.start()
        self.assertEqual("unhealthy", agent.health("claude")["state"])
        self.assertEqual(["unhealthy", "healthy"], self.changes())
        self.assertEqual(0, agent.stop())
        print(f"disk full: {acknowledged} acknowledged, {stored} stored, {sum(len(c.refusals) for c in clients)} refused; "
              f"an outage told in {told:.2f} s meanwhile")

    def test_a_read_only_disk_and_back(self):
        # A mount on which files are open for writing is not made read-only (that of a disk that fails under way is
        # in tests/agent/store): so the agent finds it so.
        agent = self.tested.start()
        client = Client(agent).start()
        client.wait_acknowledged(20)
        self.turn("major_outage", "unhealthy")
        since = agent.health("claude")["since"]
        self.assertEqual(0, agent.stop())
        self.mount("-o", "remount,ro", str(self.disk))
        agent.start()
        health = agent.health("claude")
        self.assertEqual(("unhealthy", since), (health["state"], health["since"]))
        client.wait_refused()
        self.assertEqual("failing", agent.json("/v1/health")["persistence"])
        self.assertIn("Read-only file system", self.readyz()["output"])
        self.assertEqual(["unhealthy", "healthy"], self.changes())
        self.page.serve("/summary.json", json_reply(statuspage()))
        wait_for(lambda: agent.health("claude")["evidence"]["official"]["level"] == "none", "the page's news to be told")
        self.mount("-o", "remount,rw", str(self.disk))
        client.wait_acknowledged(20)
        self.assertEqual("ok", agent.json("/v1/health")["persistence"])
        agent.kill()
        self.expect_stored([client])


if __name__ == "__main__":
    unittest.main()
