"""The units as systemd reads them, and what `cmake --install` installs; nothing is booted."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import package
from harness import BINARY, REPOSITORY

INSTALLED = """
usr/bin/signalbox
usr/lib/systemd/system/signalbox.service
usr/lib/systemd/system/signalbox.socket
usr/lib/sysusers.d/signalbox.conf
usr/lib/tmpfiles.d/signalbox.conf
usr/share/bash-completion/completions/signalbox
usr/share/doc/signalbox/changelog.gz
usr/share/doc/signalbox/copyright
usr/share/man/man1/signalbox.1.gz
etc/signalbox/signalbox.toml
""".split()
UNITS = REPOSITORY / "systemd"


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        package.build()
        cls.stage = tempfile.TemporaryDirectory(prefix="signalbox-stage-")
        cls.addClassCleanup(cls.stage.cleanup)
        cls.root = pathlib.Path(cls.stage.name)
        cls.install("/usr", DESTDIR=cls.root)

    @staticmethod
    def install(prefix, **environment):
        package.run("cmake", "--install", package.BUILD, "--prefix", prefix,
                    env={**os.environ, **{name: str(value) for name, value in environment.items()}})

    def files(self, root):
        return {str(one.relative_to(root)) for one in root.rglob("*") if not one.is_dir()}

    def test_what_is_installed(self):
        missing = set(INSTALLED) - self.files(self.root)
        self.assertEqual(set(), missing)
        others = self.files(self.root) - set(INSTALLED)
        self.assertEqual(set(), {one for one in others if not one.startswith("usr/share/doc/signalbox/")})

    def test_another_prefix_keeps_everything_below_it(self):
        with tempfile.TemporaryDirectory(prefix="signalbox-prefix-") as prefix:
            self.install(prefix)
            self.assertIn("etc/signalbox/signalbox.toml", self.files(pathlib.Path(prefix)))
            self.assertIn("bin/signalbox", self.files(pathlib.Path(prefix)))

    def test_an_installed_configuration_that_somebody_changed_is_left_alone(self):
        with tempfile.TemporaryDirectory(prefix="signalbox-stage-") as root:
            configuration = pathlib.Path(root, "etc/signalbox/signalbox.toml")
            configuration.parent.mkdir(parents=True)
            configuration.write_text("# mine\n")
            self.install("/usr/local", DESTDIR=root)
            self.assertEqual("# mine\n", configuration.read_text())
            self.assertTrue(pathlib.Path(root, "usr/local/bin/signalbox").exists())

    def test_systemd_finds_nothing_wrong_with_the_units(self):
        units = [self.root / "usr/lib/systemd/system" / name for name in ("signalbox.service", "signalbox.socket")]
        # It looks for the program on this host: the units shall name one that is where they are installed.
        program = self.root / "usr/bin/signalbox"
        with tempfile.TemporaryDirectory(prefix="signalbox-units-") as directory:
            there = []
            for unit in units:
                copy = pathlib.Path(directory, unit.name)
                copy.write_text(re.sub(r"^(Exec\w+=)signalbox ", rf"\g<1>{program} ", unit.read_text(), flags=re.MULTILINE))
                there.append(str(copy))
            checked = subprocess.run(["systemd-analyze", "verify", "--man=no", *there], capture_output=True, text=True,
                                     timeout=60, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{directory}:"})
        self.assertEqual("", checked.stdout + checked.stderr)
        self.assertEqual(0, checked.returncode)

    def test_the_service_is_shut_in(self):
        checked = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15",
                                  str(UNITS / "signalbox.service")], capture_output=True, text=True, timeout=60)
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)
        self.assertEqual("", checked.stderr)
        overall = re.search(r"Overall exposure level for signalbox.service: (\d+\.\d+)", checked.stdout)
        print(f"\nexposure {overall.group(1)}, at most 1.5")
        self.assertLessEqual(float(overall.group(1)), 1.5)

    def test_only_a_debug_build_can_be_stalled(self):
        hook = b"SIGNALBOX_TEST_STALL"
        self.assertNotIn(hook, (package.BUILD / "signalbox").read_bytes())
        self.assertNotIn("stall_if_asked", package.run("nm", "--demangle", package.BUILD / "signalbox"))
        self.assertIn(hook, pathlib.Path(BINARY).read_bytes())  # else the name above is out of date


if __name__ == "__main__":
    unittest.main()
