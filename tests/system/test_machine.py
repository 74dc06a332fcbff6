"""The Debian package on a really booted system: it starts, answers, reloads, is restarted when it hangs, keeps its state."""
import json
import pathlib
import time
import unittest

import package
from harness import BINARY, ONLY_FAKES, wait_for
from machine import Machine

CONFIGURATION = "/etc/signalbox/signalbox.toml"


class Booted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        deb = package.build()
        cls.machine = Machine(package.dependencies(deb), {"/package": deb.parent, "/debug": pathlib.Path(BINARY).parent})
        cls.addClassCleanup(cls.machine.close)
        cls.machine.run("dpkg", "--install", f"/package/{deb.name}")
        cls.machine.run("useradd", "--groups", "signalbox", "dana")
        cls.machine.run("useradd", "mallory")

    def configure(self, text):
        # On the same file system, so that nobody sees half of it.
        self.machine.path(CONFIGURATION + ".new").write_text(text)
        self.machine.run("mv", CONFIGURATION + ".new", CONFIGURATION)

    def setUp(self):
        self.configure(ONLY_FAKES + "[providers.mistral]\n")
        self.machine.run("systemctl", "restart", "signalbox")

    def signalbox(self, *arguments, user="root", check=True):
        return self.machine.run("runuser", "-u", user, "--", "signalbox", *arguments, check=check)

    def health(self, target="mistral"):
        return json.loads(self.machine.get(f"/v1/health/{target}")[1])

    def test_it_runs_and_answers_over_tcp_and_the_unix_socket(self):
        self.assertEqual("active", self.machine.show("ActiveState"))
        self.assertEqual("active", self.machine.show("ActiveState", "signalbox.socket"))
        self.assertIn("watching 1 provider", self.machine.show("StatusText"))
        for unix in (False, True):
            self.assertEqual(200, self.machine.get("/v1/health/mistral", unix)[0])
        self.assertIn("listening on unix:/run/signalbox/signalbox.sock", self.machine.journal())
        self.assertNotIn("is not used", self.machine.journal())

    def test_it_is_nobody_and_can_write_nothing_but_its_own(self):
        pid = self.machine.show("MainPID")
        status = pathlib.Path(f"/proc/{self.machine.leader}/root/proc/{pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        user = self.machine.run("id", "-u", "signalbox").stdout.strip()
        self.assertEqual(4 * [user], fields["Uid"].split())
        self.assertEqual({"0000000000000000"}, {fields[name].strip() for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")})
        self.assertEqual(("1", "2"), (fields["NoNewPrivs"].strip(), fields["Seccomp"].strip()))
        inside = self.machine.run("nsenter", "--target", pid, "--mount", "findmnt", "--noheadings", "--output", "OPTIONS",
                                  "--target", "/etc").stdout
        self.assertIn("ro", inside.strip().split(","))
        self.assertEqual("700 signalbox", self.machine.run("stat", "-Lc", "%a %U", "/var/lib/signalbox").stdout.strip())
        self.assertNotIn("limit of open files", self.machine.journal())

    def test_who_may_open_what(self):
        socket = "/run/signalbox/signalbox.sock"
        self.assertEqual("660 root signalbox", self.machine.run("stat", "-c", "%a %U %G", socket).stdout.strip())
        self.machine.run("runuser", "-u", "mallory", "--", "cat", "/run/signalbox/health.json")
        self.assertNotEqual(0, self.machine.run("runuser", "-u", "mallory", "--", "cat", "/var/lib/signalbox/signalbox.db",
                                                check=False).returncode)
        override = ("override", "set", "mistral", "unhealthy", "--reason", "test", "--ttl", "1h")
        refused = self.signalbox("--url", f"unix:{socket}", *override, user="mallory", check=False)
        self.assertNotEqual(0, refused.returncode, refused.stdout)
        self.signalbox(*override, user="dana")
        uid = int(self.machine.run("id", "-u", "dana").stdout)
        kept = json.loads(self.machine.get("/v1/overrides")[1])["overrides"][0]
        self.assertEqual(("mistral", f"dana (uid {uid})"), (kept["target"], kept["by"]))
        self.signalbox("override", "clear", "mistral", user="dana")

    def test_reload_takes_a_good_file_and_refuses_a_bad_one(self):
        pid = self.machine.show("MainPID")
        self.configure(ONLY_FAKES + '[providers.mistral]\nmodels = ["large"]\n')
        self.machine.run("systemctl", "reload", "signalbox")
        wait_for(lambda: self.health("mistral/large")["inherited"] is False, "the new model")

        self.configure(ONLY_FAKES + "[policy]\nhold_seconds = 60\n")
        refused = self.machine.run("systemctl", "reload", "signalbox", check=False)
        self.assertNotEqual(0, refused.returncode)
        wait_for(lambda: "refused" in self.machine.show("StatusText"), "the status to say so")
        self.assertIn('unknown key "hold_seconds"', self.machine.show("StatusText"))
        wait_for(lambda: "hold_seconds" in self.machine.get("/readyz")[1], "readyz to name it")
        self.assertFalse(self.health("mistral/large")["inherited"])
        self.assertEqual("active", self.machine.show("ActiveState"))

        self.configure(ONLY_FAKES + "[providers.mistral]\n")
        self.machine.run("systemctl", "reload", "signalbox")
        wait_for(lambda: "watching" in self.machine.show("StatusText"), "the status to be well again")
        self.assertEqual(pid, self.machine.show("MainPID"))

    def test_a_bad_file_at_start_is_said_and_not_tried_for_ever(self):
        self.configure("[policy]\nhold_seconds = 60\n")
        failed = self.machine.run("systemctl", "restart", "signalbox", check=False)
        self.assertNotEqual(0, failed.returncode)
        self.assertEqual(("failed", "78"), (self.machine.show("ActiveState"), self.machine.show("ExecMainStatus")))
        self.assertIn('unknown key "hold_seconds"', self.machine.show("StatusText"))
        self.configure(ONLY_FAKES + "[providers.mistral]\n")
        self.machine.run("systemctl", "restart", "signalbox")
        self.assertEqual(200, self.machine.get("/livez")[0])

    def test_it_comes_back_after_a_crash_and_when_only_its_engine_hangs(self):
        restarts = int(self.machine.show("NRestarts"))
        self.machine.run("systemctl", "kill", "--signal=SEGV", "signalbox")
        wait_for(lambda: int(self.machine.show("NRestarts")) == restarts + 1, "the restart after a crash", 30)
        wait_for(lambda: self.machine.show("ActiveState") == "active", "it to be back", 30)

        # The debug build has a hook that stalls its engine.
        drop_in = self.machine.path("/run/systemd/system/signalbox.service.d")
        drop_in.mkdir(parents=True)
        (drop_in / "debug.conf").write_text("[Service]\nExecStart=\nExecStart=/debug/signalbox serve\nExecPaths=/debug\n"
                                            "WatchdogSec=3\nEnvironment=SIGNALBOX_TEST_STALL=/run/signalbox/stall\n")
        self.machine.run("systemctl", "daemon-reload")
        self.machine.run("systemctl", "restart", "signalbox")
        try:
            restarts = int(self.machine.show("NRestarts"))
            since, pid = time.monotonic(), self.machine.show("MainPID")
            while time.monotonic() < since + 5:  # more than the watchdog's patience
                self.assertEqual(200, self.machine.get("/livez")[0])
            self.assertEqual((restarts, pid), (int(self.machine.show("NRestarts")), self.machine.show("MainPID")))
            self.machine.path("/run/signalbox/stall").touch()
            wait_for(lambda: not self.machine.path("/run/signalbox/stall").exists(), "the engine to stall", 30)
            stalled = self.health()["as_of"]
            self.assertEqual(stalled, self.health()["as_of"])  # it answers still, the same for ever
            wait_for(lambda: int(self.machine.show("NRestarts")) == restarts + 1, "the watchdog's restart", 30)
            self.assertIn("Watchdog timeout", self.machine.run("journalctl", "-b", "--output=cat").stdout)
            wait_for(lambda: self.machine.show("ActiveState") == "active", "it to be back", 30)
            self.assertNotEqual(stalled, self.health()["as_of"])
        finally:
            (drop_in / "debug.conf").unlink()
            drop_in.rmdir()
            self.machine.run("systemctl", "daemon-reload")
            self.machine.run("systemctl", "restart", "signalbox")

    def test_an_outage_is_remembered_over_a_restart(self):
        self.signalbox("override", "set", "mistral", "unhealthy", "--reason", "test", "--ttl", "1h")
        before = self.health()
        # Whoever reads the file, and no HTTP, reads an answer meanwhile, too.
        seen = self.machine.path("/run/signalbox/health.json")
        pid = self.machine.show("MainPID")
        self.machine.run("systemctl", "--no-block", "restart", "signalbox")
        until = time.monotonic() + 30
        while self.machine.show("MainPID") == pid or self.machine.show("ActiveState") != "active":
            self.assertEqual("unhealthy", json.loads(seen.read_text())["targets"][0]["state"])
            self.assertLess(time.monotonic(), until)
        after = self.health()
        self.assertEqual((before["state"], before["since"], before["override"]),
                         (after["state"], after["since"], after["override"]))
        self.assertLessEqual(before["generation"], after["generation"])
        self.signalbox("override", "clear", "mistral")

    def test_a_token_is_a_credential_and_needs_none_to_be_there(self):
        self.assertFalse(self.machine.path("/etc/signalbox/tokens").exists())  # and it has started
        tokens = self.machine.path("/etc/signalbox/tokens")
        tokens.mkdir(mode=0o700)
        (tokens / "operator").write_text("an operator's token of 32 letters or more\n")
        try:
            self.machine.run("systemctl", "restart", "signalbox")
            given = self.machine.path("/run/credentials/signalbox.service/token_operator")
            self.assertIn("32 letters", given.read_text())
        finally:
            (tokens / "operator").unlink()
            tokens.rmdir()

    def test_a_connection_starts_it_when_it_is_stopped(self):
        self.machine.run("systemctl", "stop", "signalbox")
        self.assertTrue(self.machine.path("/run/signalbox/signalbox.sock").exists())
        self.assertEqual(200, self.machine.get("/livez", unix=True)[0])
        self.machine.run("systemctl", "stop", "signalbox")
        self.assertEqual(200, self.machine.get("/livez")[0])

    def test_other_addresses_are_set_in_the_socket_unit_and_in_the_open_refused(self):
        drop_in = self.machine.path("/run/systemd/system/signalbox.socket.d")
        drop_in.mkdir(parents=True)
        change = drop_in / "address.conf"
        try:
            for address, started in (("127.0.0.2:9529", True), ("0.0.0.0:9529", False)):
                change.write_text(f"[Socket]\nListenStream=\nListenStream={address}\n"
                                  "ListenStream=/run/signalbox/signalbox.sock\n")
                self.machine.run("systemctl", "daemon-reload")
                self.machine.run("systemctl", "reset-failed", "signalbox.service", "signalbox.socket")
                self.machine.run("systemctl", "restart", "signalbox.socket")
                done = self.machine.run("systemctl", "start", "signalbox.service", check=False)
                self.assertEqual(started, done.returncode == 0, self.machine.journal())
                self.assertIn(f"listening on http://{address}" if started else f'"{address}" is not loopback',
                              self.machine.journal())
        finally:
            change.unlink()
            drop_in.rmdir()
            self.machine.run("systemctl", "daemon-reload")
            self.machine.run("systemctl", "restart", "signalbox.socket")
            self.machine.run("systemctl", "restart", "signalbox.service")

    def test_without_the_socket_unit_it_listens_as_configured(self):
        self.machine.run("systemctl", "mask", "--runtime", "--now", "signalbox.socket")
        try:
            self.machine.run("systemctl", "restart", "signalbox")
            self.assertEqual(200, self.machine.get("/livez")[0])
            self.assertEqual("660 signalbox signalbox",
                             self.machine.run("stat", "-c", "%a %U %G", "/run/signalbox/signalbox.sock").stdout.strip())
        finally:
            self.machine.run("systemctl", "unmask", "--runtime", "signalbox.socket")
            self.machine.run("systemctl", "restart", "signalbox.socket")
            self.machine.run("systemctl", "restart", "signalbox.service")


if __name__ == "__main__":
    unittest.main()
