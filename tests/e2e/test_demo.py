"""`signalbox demo`, its first seconds: the whole of it takes two minutes and is played by a unit test, in no time."""
import json
import os
import re
import signal
import subprocess
import time
import unittest

from harness import BINARY, PATIENCE_S


def read_until(stream, pattern):
    text = ""
    while not (found := re.search(pattern, text)):
        line = stream.readline()
        if not line:
            raise AssertionError(f"it ended without {pattern}: {text}")
        text += line
    return found


class Demo(unittest.TestCase):
    def setUp(self):
        # A proxy in the environment is not asked for what is on this host.
        self.demo = subprocess.Popen([BINARY, "demo"], stdout=subprocess.PIPE, text=True,
                                     env={**os.environ, "http_proxy": "http://127.0.0.1:1"})
        self.addCleanup(self.demo.stdout.close)
        self.addCleanup(self.demo.kill)
        self.url = read_until(self.demo.stdout, r"status --watch --url (http://\S+)")[1]
        self.directory = os.path.dirname(read_until(self.demo.stdout, r"unix:(\S+)")[1])

    def claude(self):
        done = subprocess.run([BINARY, "status", "claude", "--json", "--url", self.url], capture_output=True, text=True)
        return json.loads(done.stdout)

    def test_it_shows_a_living_agent_and_leaves_nothing_behind(self):
        read_until(self.demo.stdout, "claude . healthy")
        deadline = time.monotonic() + PATIENCE_S
        while (passive := self.claude()["evidence"]["passive"])["requests"] == 0:
            self.assertLess(time.monotonic(), deadline, "no report of its clients arrives")
        self.assertEqual(passive["reporters"], 3)
        self.assertTrue(os.path.isdir(self.directory))
        self.demo.send_signal(signal.SIGINT)
        self.assertEqual(self.demo.wait(PATIENCE_S), 0)
        self.assertIn("requests in all", self.demo.stdout.read())
        self.assertFalse(os.path.exists(self.directory))


if __name__ == "__main__":
    unittest.main()
