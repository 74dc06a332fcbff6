"""The binary that is packaged: hardened, and its package lists what it is really linked with."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import package

BINARY = package.BUILD / "signalbox"


def setUpModule():
    package.build()


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def package_under(umask, directory):
    """The bytes of the package as somebody with that umask makes it, of the same binary."""
    subprocess.run(["cpack", "--config", package.BUILD / "CPackConfig.cmake", "-B", directory], check=True, umask=umask,
                   capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
    return next(pathlib.Path(directory).glob("*.deb"))


class Package(unittest.TestCase):
    def test_it_is_the_same_and_open_to_all_whatever_the_umask_of_who_makes_it(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            wide, narrow = package_under(0o022, one), package_under(0o077, other)
            listed = run("dpkg-deb", "--contents", narrow)
            self.assertEqual([], [line for line in listed.splitlines() if not re.match(r"drwxr-xr-x|-rw[-x]r-[-x]r-[-x] ", line)])
            self.assertEqual(wide.read_bytes(), narrow.read_bytes())


class Hardening(unittest.TestCase):
    def test_it_is_loaded_at_a_place_of_chance(self):
        self.assertRegex(run("readelf", "-hW", BINARY), r"Type:\s+DYN \(Position-Independent Executable")

    def test_its_tables_are_read_only_before_it_starts(self):
        self.assertIn("GNU_RELRO", run("readelf", "-lW", BINARY))
        self.assertRegex(run("readelf", "-dW", BINARY), r"\((FLAGS|FLAGS_1|BIND_NOW)\).*NOW")

    def test_its_stack_is_no_code_and_no_segment_is_both_written_and_run(self):
        segments = re.findall(r"^\s+(\S+)\s+(?:0x\w+\s+){5}([RWE ]{3})\s", run("readelf", "-lW", BINARY), re.M)
        self.assertIn(("GNU_STACK", "RW "), segments)
        self.assertEqual([], [kind for kind, rights in segments if "W" in rights and "E" in rights])

    def test_its_code_lets_jumps_and_returns_be_checked(self):
        # Not by the note of the whole program: Debian's crt1.o has none, so that the linker drops it. Every function that
        # may be jumped to begins with the instruction that allows it.
        code = run("objdump", "--disassemble=main", "--no-show-raw-insn", BINARY)
        self.assertRegex(code, r"<main>:\n\s+\w+:\s+endbr64")

    def test_stacks_and_copies_are_checked(self):
        needed = set(re.findall(r"UND (\w+)", run("readelf", "--dyn-syms", "-W", BINARY)))
        self.assertIn("__stack_chk_fail", needed)
        self.assertTrue([name for name in needed if name.startswith("__") and name.endswith("_chk")], "no fortified function")

    def test_every_object_of_ours_was_compiled_so(self):
        # A folder's sources may be one object (tests/by_folder.cmake): each object counts, and nothing of ours is without one.
        units = run("readelf", "--debug-dump=info", "--dwarf-depth=1", BINARY).split("DW_TAG_compile_unit")[1:]
        names = " ".join(re.search(r"DW_AT_name\s.*: (\S+)", unit).group(1) for unit in units)
        for folder in [package.REPOSITORY / "lib", package.REPOSITORY / "agent"]:
            for source in folder.rglob("*.cc"):
                path = source.relative_to(package.REPOSITORY)
                together = re.sub(r"\W", "_", str(path.parent)) + "_cxx.cxx"
                self.assertRegex(names, rf"(/|\b){path}\b|/unity_{together}\b", path)
        for unit in units:
            producer = re.search(r"DW_AT_producer\s.*: (GNU C.*)", unit).group(1)
            for flag in ("-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection", "-O2"):
                self.assertIn(flag, producer)

    def test_it_says_nothing_of_where_it_was_built_and_looks_for_libraries_nowhere_else(self):
        self.assertNotIn(os.fsencode(package.REPOSITORY), BINARY.read_bytes())
        self.assertNotRegex(run("readelf", "-dW", BINARY), r"\((RPATH|RUNPATH)\)")


class Parts(unittest.TestCase):
    def setUp(self):
        unpacked = tempfile.TemporaryDirectory()
        self.addCleanup(unpacked.cleanup)
        run("dpkg-deb", "--extract", package.build(), unpacked.name)
        text = pathlib.Path(unpacked.name, "usr/share/doc/signalbox/signalbox.cdx.json").read_text()
        self.document = json.loads(text)
        self.parts = {part["name"]: part for part in self.document["components"]}

    def test_every_library_that_it_needs_is_listed_with_the_installed_version(self):
        needed = set(re.findall(r"\(NEEDED\).*\[(.+?)\]", run("readelf", "-d", BINARY)))
        linked = {one["value"]: part for part in self.document["components"] for one in part["properties"]
                  if one["name"] == "signalbox:linked"}
        self.assertEqual(needed, set(linked))
        self.assertGreater(len(needed), 8)
        for library, part in linked.items():
            self.assertIn(library, run("dpkg", "-L", part["name"]))
            self.assertEqual(run("dpkg-query", "-W", "-f", "${Version}", part["name"]), part["version"])

    def test_libraries_that_are_nothing_but_headers_are_listed_too(self):
        for package in ("libasio-dev", "nlohmann-json3-dev", "libcli11-dev", "libtomlplusplus-dev", "libspdlog-dev",
                        "libprotozero-dev"):
            self.assertIn(package, self.parts)
            self.assertIn(f"pkg:deb/debian/{package}@", self.parts[package]["purl"])

    def test_it_is_a_document_that_tools_can_read(self):
        self.assertEqual(("CycloneDX", "1.5"), (self.document["bomFormat"], self.document["specVersion"]))
        self.assertRegex(self.document["serialNumber"], r"^urn:uuid:[0-9a-f-]{36}$")
        self.assertEqual("signalbox", self.document["metadata"]["component"]["name"])
        self.assertEqual(sorted(part["bom-ref"] for part in self.document["components"]),
                         sorted(self.document["dependencies"][0]["dependsOn"]))
