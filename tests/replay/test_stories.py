"""Every recording of this directory through `signalbox replay`, compared byte by byte with what stands beside it."""
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).parent
BINARY = os.environ["SIGNALBOX_BINARY"]
NAMES = sorted(path.stem for path in HERE.glob("*.jsonl"))


def replay(argument, **options):
    return subprocess.run([BINARY, "replay", argument], cwd=HERE, capture_output=True, text=True, timeout=60, **options)


class Stories(unittest.TestCase):
    maxDiff = None

    def test_each_story_gives_the_bytes_beside_it(self):
        self.assertTrue(NAMES)
        for name in NAMES:
            with self.subTest(name):
                done = replay(f"{name}.jsonl")
                self.assertEqual(done.stdout, (HERE / f"{name}.expected").read_text())
                error = HERE / f"{name}.error"
                ended = f"{done.stderr}exit {done.returncode}\n"
                self.assertEqual(ended, error.read_text() if error.exists() else "exit 0\n")

    def test_standard_input_gives_the_same_bytes_as_a_file(self):
        text = (HERE / "clients_first.jsonl").read_text()
        self.assertEqual(replay("-", input=text).stdout, replay("clients_first.jsonl").stdout)

    def test_the_recordings_are_those_that_make_py_writes(self):
        done = subprocess.run([sys.executable, "make.py", "--check"], cwd=HERE, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_nothing_lies_here_without_a_recording(self):
        stray = [path.name for path in HERE.iterdir()
                 if path.suffix in (".expected", ".error") and path.stem not in NAMES]
        self.assertEqual(stray, [])

    def test_a_driver_closes_the_loop_through_pipes(self):
        with subprocess.Popen([BINARY, "replay", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
            for second in range(3):
                run.stdin.write(f'{{"at": {second}, "tick": true}}\n')
                run.stdin.flush()
                # Comes before anything else is written, or this test hangs and is ended by its time limit.
                self.assertTrue(run.stdout.readline().startswith(f'{{"at":{second},"advice":{{"claude":'))
            run.stdin.close()
            self.assertEqual(run.wait(timeout=10), 0)


if __name__ == "__main__":
    unittest.main()
