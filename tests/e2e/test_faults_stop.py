"""SIGTERM in the middle of everything: who asked is answered, what was acknowledged is in the database, and it is over in
less than five seconds."""
import json
import threading
import time
import unittest

from faults import Client, Faults, findings_of, stored_oks
from harness import ONLY_FAKES, SANITIZED, AgentTest, json_reply, statuspage, wait_for

STOP_S = 5 if not SANITIZED else 30
SYNC_MS = 800  # of a disk in trouble; the commit under way and the last one take that long


class Stop(AgentTest):
    def setUp(self):
        super().setUp()
        self.faults = Faults()
        self.addCleanup(self.faults.close)
        self.gone = threading.Event()
        self.addCleanup(self.gone.set)
        self.page.serve("/summary.json", json_reply(statuspage()))
        self.page.serve("/hanging.json", lambda handler: self.gone.wait(60))
        self.faults.set_names({"status.hang.test": "hang"})
        self.config = ("reporter_batches_per_s = 0\n" + ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "")
                       + "[providers.mistral]\n" + self.provider("claude", "/summary.json") + self.provider("hanging", "/hanging.json")
                       + self.provider("nameless", "/").replace(f"{self.page.url}/", "https://status.hang.test/"))

    @staticmethod
    def all_of(connection):
        told = b""
        while True:
            try:
                some = connection.recv(65536)
            except ConnectionResetError:
                return told
            if not some:
                return told
            told += some

    def in_the_middle(self, sync_ms):
        agent = self.agent(self.config, environment=self.faults.environment()).start()
        generation = agent.wait_state("claude", "healthy")["generation"]
        clients = [Client(agent, name=f"router-{number}").start() for number in range(8)]
        polls = [self.asking(agent, f"/v1/health/claude?wait_s=30&generation={generation}") for _ in range(5)]
        streams = [self.asking(agent, "/v1/stream") for _ in range(5)]
        for client in clients:
            client.wait_acknowledged(5)
        for stream in streams:
            self.assertIn(b"200 OK", stream.recv(65536))
        wait_for(lambda: self.page.count("/hanging.json"), "the page that hangs to be asked")
        self.faults.slow_sync(sync_ms)
        overrides = []
        override = threading.Thread(target=lambda: overrides.append(self.try_override(agent)))
        override.start()
        began = time.monotonic()
        self.assertEqual(0, agent.stop())
        took = time.monotonic() - began
        self.faults.slow_sync(0)
        override.join()
        acknowledged = sum(client.stop() for client in clients)
        stored = stored_oks(agent.directory)
        # Of each client one more may have come to the disk than to its ears.
        self.assertGreaterEqual(stored, acknowledged)
        self.assertLessEqual(stored, acknowledged + len(clients))
        self.assertEqual([], findings_of(agent.directory))
        for poll in polls:
            told = self.all_of(poll)
            self.assertTrue(not told or told.startswith(b"HTTP/1.1 200 "), told)
        for stream in streams:
            self.all_of(stream)
        agent.start()
        if overrides[0] == 200:
            self.assertEqual("INC-7", agent.health("claude")["override"]["reason"])
        self.assertEqual(stored, stored_oks(agent.directory))
        self.assertEqual(0, agent.stop())
        print(f"stopped in {took:.2f} s with syncs of {sync_ms} ms; {acknowledged} reports acknowledged, {stored} stored; "
              f"the override: {overrides[0]}")
        self.assertLess(took, STOP_S)

    @staticmethod
    def try_override(agent):
        try:
            return agent.send("PUT", "/v1/overrides/claude", {"state": "degraded", "reason": "INC-7", "by": "dana", "ttl_s": 3600},
                              unix=True)[0]
        except (OSError, json.JSONDecodeError, ValueError):
            return None
        except Exception as error:  # http.client's, when the connection ends
            return type(error).__name__

    def test_everything_at_once(self):
        self.in_the_middle(0)

    def test_everything_at_once_on_a_slow_disk(self):
        self.in_the_middle(SYNC_MS)


if __name__ == "__main__":
    unittest.main()
