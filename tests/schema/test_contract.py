"""That the contract is strict: it notices every member that is missing, renamed, or of another type."""
import copy
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

from contract import CONTRACT, Contract

VALIDATE = pathlib.Path(__file__).with_name("validate.py")
# Members that are there sometimes only. Those of `checks` are names of what was checked.
OPTIONAL = {"version", "output", "partialSuccess", "parameter", "pointer", "engine:heartbeat", "store:persistence", "sources:freshness", "config:reload"}


def objects_in(value):
    """Every object inside `value`, and itself."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects_in(item)


class Strictness(unittest.TestCase):
    def setUp(self):
        self.contract = Contract()

    def examples(self):
        for _, value in self.contract.walk():
            for name, example in value.get("examples", {}).items() if "schema" in value else ():
                yield name, value["schema"], self.contract.follow(example)["value"]

    def each_member(self):
        """(name, schema, a copy of an example, an object in that copy, one of its keys), for every member there is."""
        for name, schema, example in self.examples():
            for index, original in enumerate(objects_in(example)):
                for key in original:
                    changed = copy.deepcopy(example)
                    yield name, schema, changed, list(objects_in(changed))[index], key

    def test_a_member_that_is_renamed_is_noticed(self):
        seen = 0
        for name, schema, changed, inside, key in self.each_member():
            if key in OPTIONAL:
                continue
            inside[key + "_"] = inside.pop(key)
            self.assertTrue(self.contract.errors(schema, changed), f"{name}: {key}")
            seen += 1
        self.assertGreater(seen, 200)

    def test_a_member_of_another_type_is_noticed(self):
        for name, schema, changed, inside, key in self.each_member():
            inside[key] = [[]] if not isinstance(inside[key], list) else "text"
            self.assertTrue(self.contract.errors(schema, changed), f"{name}: {key}")

    def test_a_new_member_is_welcome(self):
        for name, schema, example in self.examples():
            changed = copy.deepcopy(example)
            for inside in list(objects_in(changed)):
                if "ok" not in inside and not OPTIONAL & set(inside):
                    inside["added_later"] = {"any": "thing"}
            self.assertEqual([], self.contract.errors(schema, changed), name)

    def test_words_and_times_are_held_to_their_vocabulary(self):
        schemas = "#/components/schemas/"
        for schema, value in (("State", "down"), ("OfficialLevel", "partial_outage"), ("PassiveLevel", "unknown"),
                              ("Time", "2026-11-23T10:00:00Z"), ("Time", "2026-02-30T10:00:00.000Z"), ("Weight", 101),
                              ("Generation", -1), ("TargetName", "claude/"), ("TargetName", "Claude"), ("NextCursor", "")):
            self.assertTrue(self.contract.errors({"$ref": schemas + schema}, value), f"{schema}: {value}")

    def test_only_a_model_inherits(self):
        target = self.contract.document["components"]["examples"]["InheritedTarget"]["value"]
        self.assertTrue(self.contract.errors({"$ref": "#/components/schemas/Target"}, {**target, "model": None}))


class Validate(unittest.TestCase):
    def run_it(self, *arguments):
        done = subprocess.run([sys.executable, str(VALIDATE), *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.splitlines()

    def test_it_passes_the_contract(self):
        code, lines = self.run_it()
        self.assertEqual(0, code, lines)
        self.assertRegex(lines[-1], r"^[1-9][0-9]* passed, 0 failed$")

    def test_it_fails_a_file_that_breaks_the_contract(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write('{"sources": [{}]}')
            file.flush()
            code, lines = self.run_it("--file", file.name, "Sources")
        self.assertEqual(1, code)
        self.assertRegex(lines[-1], r"^[1-9][0-9]* passed, 1 failed$")
        self.assertIn("      $.sources[0]: 'provider' is a required property", lines)

    def test_it_fails_where_no_agent_answers(self):
        with socket.socket() as silent:  # bound, and nobody listens
            silent.bind(("127.0.0.1", 0))
            code, lines = self.run_it("--url", f"http://127.0.0.1:{silent.getsockname()[1]}")
        self.assertEqual(1, code)
        self.assertRegex(lines[-1], r"^[1-9][0-9]* passed, 1 failed$")

    def test_it_fails_a_schema_that_is_not_known(self):
        self.assertEqual(1, self.run_it("--file", str(CONTRACT), "Nothing")[0])


if __name__ == "__main__":
    unittest.main()
