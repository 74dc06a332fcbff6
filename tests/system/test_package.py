"""The Debian package's life on a really booted system: install, upgrade, remove, purge; and what lintian says of it."""
import json
import pathlib
import subprocess
import tempfile
import unittest

import package
from harness import ONLY_FAKES
from machine import Machine

CONFIGURATION = "/etc/signalbox/signalbox.toml"
UNITS = ("signalbox.service", "signalbox.socket")
# What other programs keep that ran meanwhile: systemd's own state, caches, and the journal's directory of it.
NOT_OURS = ("/var/lib/systemd/", "/var/cache/", "/var/backups", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-",
            "/etc/.pwd.lock", "/etc/subuid", "/etc/subgid")


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.deb = package.build()

    def setUp(self):
        self.old = tempfile.TemporaryDirectory(prefix="signalbox-old-")
        self.addCleanup(self.old.cleanup)
        self.older = package.older(self.deb, self.old.name)
        self.machine = Machine(package.dependencies(self.deb), {"/package": self.deb.parent, "/older": self.old.name})
        self.addCleanup(self.machine.close)

    def install(self, deb, *options):
        folder = "older" if deb == self.older else "package"
        return self.machine.run("dpkg", *options, "--install", f"/{folder}/{deb.name}")

    def enabled(self):
        return [self.machine.run("systemctl", "is-enabled", unit, check=False).stdout.strip() for unit in UNITS]

    def active(self):
        return [self.machine.show("ActiveState", unit) for unit in UNITS]

    def version(self):
        return self.machine.run("dpkg-query", "--show", "--showformat=${Version}", "signalbox").stdout

    def configure(self, text):
        self.machine.path(CONFIGURATION).write_text(text)

    def override(self):
        self.machine.run("signalbox", "override", "set", "claude", "unhealthy", "--reason", "test", "--ttl", "1h")

    def state(self):
        return json.loads(self.machine.get("/v1/health/claude")[1])["state"]

    def accounts(self):
        return [self.machine.run("getent", kind, "signalbox", check=False).stdout for kind in ("passwd", "group")]

    def test_from_the_installation_to_the_purge_and_nothing_is_left(self):
        before = self.machine.files()
        accounts = [self.machine.path(file).read_text() for file in ("/etc/passwd", "/etc/group", "/etc/shadow")]
        self.install(self.deb)
        self.assertEqual(["enabled", "enabled"], self.enabled())
        self.assertEqual(["active", "active"], self.active())
        self.assertEqual(200, self.machine.get("/livez")[0])
        self.override()

        self.machine.run("dpkg", "--remove", "signalbox")
        self.assertEqual(["inactive", "inactive"], self.active())
        self.assertTrue(self.machine.path(CONFIGURATION).exists())
        self.assertTrue(self.machine.path("/var/lib/private/signalbox/signalbox.db").exists())

        self.install(self.deb)
        self.assertEqual("unhealthy", self.state())
        (self.machine.path("/etc/signalbox") / "tokens").mkdir(mode=0o700)
        (self.machine.path("/etc/signalbox") / "tokens" / "operator").write_text("a secret\n")
        self.machine.run("dpkg", "--purge", "signalbox")
        self.assertEqual(["", ""], self.accounts())
        self.assertEqual(accounts, [self.machine.path(file).read_text() for file in ("/etc/passwd", "/etc/group", "/etc/shadow")])
        left = {one for one in self.machine.files() - before if not one.startswith(NOT_OURS)}
        self.assertEqual(set(), left)
        self.assertEqual("", self.machine.run("find", "/var/lib/systemd", "-name", "*signalbox*").stdout)
        self.assertEqual(set(), {one for one in before - self.machine.files() if not one.startswith(NOT_OURS)})

    def test_an_upgrade_keeps_state_changes_and_choices(self):
        self.install(self.older)
        self.assertEqual("0.0.9", self.version())
        self.override()
        changed = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "") + "# changed here\n"
        self.configure(changed)
        pid = self.machine.show("MainPID")
        since = self.machine.show("ActiveEnterTimestampMonotonic", "signalbox.socket")
        self.install(self.deb, "--force-confdef", "--force-confold")
        self.assertNotEqual("0.0.9", self.version())
        self.assertEqual(changed, self.machine.path(CONFIGURATION).read_text())
        self.assertTrue(self.machine.path(CONFIGURATION + ".dpkg-dist").exists())  # the new default, to compare
        self.assertEqual(["active", "active"], self.active())
        self.assertNotEqual(pid, self.machine.show("MainPID"))
        self.assertEqual("unhealthy", self.state())
        # Nobody was refused meanwhile: the sockets were open all the time.
        self.assertEqual(since, self.machine.show("ActiveEnterTimestampMonotonic", "signalbox.socket"))

        self.machine.run("systemctl", "disable", "--now", *UNITS)
        self.install(self.older, "--force-confdef", "--force-confold", "--force-downgrade")
        self.install(self.deb, "--force-confdef", "--force-confold")
        self.assertEqual(["disabled", "disabled"], self.enabled())
        self.assertEqual(["inactive", "inactive"], self.active())

    def test_a_user_that_somebody_else_made_outlives_the_purge(self):
        self.machine.run("useradd", "--system", "--comment", "mine", "signalbox")
        self.install(self.deb)
        self.assertEqual(["active", "active"], self.active())
        self.machine.run("dpkg", "--purge", "signalbox")
        self.assertIn(":mine:", self.accounts()[0])


class Lintian(unittest.TestCase):
    def test_lintian_finds_no_error(self):
        deb = package.build()
        said = subprocess.run(["lintian", "--allow-root", "--fail-on", "error", str(deb)], capture_output=True, text=True, timeout=300)
        self.assertEqual(0, said.returncode, said.stdout + said.stderr)
        print("\nlintian:", said.stdout.strip() or "nothing")


if __name__ == "__main__":
    unittest.main()
