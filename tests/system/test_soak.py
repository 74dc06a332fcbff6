"""The soak of tests/bench/soak.py for half a minute: the same crowd, the same bars."""
import os
import subprocess
import unittest

import package
from harness import REPOSITORY


class Soak(unittest.TestCase):
    def test_nothing_grows_fails_is_missed_or_lost_in_half_a_minute(self):
        package.build()
        done = subprocess.run(["/usr/bin/python3", REPOSITORY / "tests" / "bench" / "soak.py", "--minutes", "0.5"],
                              capture_output=True, text=True, timeout=120,
                              env={**os.environ, "SIGNALBOX_BINARY": str(package.BUILD / "signalbox")})
        print(done.stdout)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertEqual(7, done.stdout.count("\nok "), done.stdout)
