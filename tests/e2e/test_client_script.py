"""The client in sh, as a cron job has it, and the others in a terminal."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from fleet import BUDGET_S, EXAMPLES, NODE, NOTICE, PRIMARY, Fleet
from harness import PATIENCE_S, wait_for

SCRIPT = """
. {examples}/signalbox.sh
ask() {{
  case $1 in
    claude/*) curl -s --max-time {timeout} -o answer -w '%{{http_code}} %header{{retry-after}}\n' -d "$request" {claude} ;;
    openai) curl -s --max-time {timeout} -o answer -w '%{{http_code}} %header{{retry-after}}\n' -d "$request" {openai} ;;
  esac
}}
request='{{"key": "job", "want": "well"}}'
set -eu
signalbox_run chat job "{primary} openai" ask || echo "failed $?"
echo "$signalbox_target|$signalbox_degraded|$signalbox_notice"
"""


class Script(Fleet):
    def setUp(self):
        super().setUp()
        self.cache = tempfile.TemporaryDirectory(prefix="signalbox-cache-")
        self.addCleanup(self.cache.cleanup)
        self.url = f"http://{self.running.address}"

    def run_sh(self, *words):
        return subprocess.run(["sh", *words], capture_output=True, text=True, timeout=60, cwd=self.cache.name,
                              env={**os.environ, "SIGNALBOX_URL": self.url, "XDG_CACHE_HOME": self.cache.name,
                                   "SIGNALBOX_WAIT_S": f"{PATIENCE_S}"})

    def job(self, timeout_s=2 * PATIENCE_S):
        return self.run_sh("-c", SCRIPT.format(examples=EXAMPLES, timeout=timeout_s, claude=self.claude.url + "/v1/messages",
                                               openai=self.openai.url + "/v1/responses", primary=PRIMARY))

    def client(self, *words):
        return self.run_sh(EXAMPLES / "signalbox.sh", *words)

    def test_a_job_is_answered_whatever_happens_and_says_what_it_met(self):
        self.assertEqual(f"{PRIMARY}|false|\n", self.job().stdout)
        for how, least, timeout_s in (("529", 2, PATIENCE_S), ("hang", 1, BUDGET_S)):
            self.claude.behave = lambda request: how
            self.assertEqual(f"openai|true|{NOTICE}\n", self.job(timeout_s).stdout)
            self.assertGreaterEqual(self.claude.attempts().count(how), least)
        self.claude.behave = lambda request: "400"
        self.assertEqual(f"failed 1\n{PRIMARY}|false|\n", self.job().stdout)
        self.assert_all_was_told()

        # Without the agent the answer holds until it expires, then nothing is known.
        self.take_down(PRIMARY)
        told = f"openai degraded=true retry_budget_ms={int(1000 * BUDGET_S)} shed=\n"
        wait_for(lambda: self.client("decide", "chat", "job", f"{PRIMARY} openai").stdout == told, "the script to hear of it",
                 3 * PATIENCE_S)
        self.assertEqual(1, self.client("guard", PRIMARY).returncode)
        self.assertEqual(0, self.client("guard", "openai").returncode)
        self.assertEqual(64, self.client("guard", "nobody").returncode)
        self.running.kill()
        self.assertEqual(told, self.client("decide", "chat", "job", f"{PRIMARY} openai").stdout)
        self.assertEqual(0, self.client("guard", PRIMARY).returncode)
        unknown = f"{PRIMARY} degraded=false retry_budget_ms=8000 shed=openai\n"
        for kept in pathlib.Path(self.cache.name, "signalbox").iterdir():
            kept.write_text(re.sub('"expires_at":"20', '"expires_at":"19', kept.read_text()))
        self.assertEqual(unknown, self.client("decide", "chat", "job", f"{PRIMARY} openai").stdout)

    def test_in_a_terminal_the_others_print_what_a_session_is_told(self):
        python = ["/usr/bin/python3", EXAMPLES / "signalbox_client.py"]
        node = [[NODE, EXAMPLES / "signalbox_client.mjs"]] if NODE else []

        def run(command, route):
            return subprocess.run([*command, "--route", route, "--key", "u/1", "--url", self.url], capture_output=True,
                                  text=True, timeout=60, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})

        for command in [python, *node]:
            said = wait_for(lambda: run(command, "chat").stdout, "an answer", 3 * PATIENCE_S)
            told = json.loads(said)
            self.assertEqual((PRIMARY, True), (told["target"], told["sticky"]))
        self.running.kill()
        for command in [python, *node]:
            said = run(command, "chat")
            self.assertEqual((69, ""), (said.returncode, said.stdout))
            self.assertRegex(said.stderr, "no answer from http://127.0.0.1:[0-9]+: .*ECONNREFUSED|.*refused")

    def test_reports_are_repeated_until_they_are_stored(self):
        self.url = self.between.url
        self.between.meddle = lambda handler, body: "lose" if len(self.between.batches) == 1 else None
        said = self.client("report", PRIMARY, "ok=95", "overloaded=4", "status:529=1")
        self.assertEqual((0, ""), (said.returncode, said.stderr))
        self.assertEqual({"ok": 95, "overloaded": 5}, self.told(PRIMARY))
        self.assertEqual(1, len({batch["batch_id"] for _, batch in self.between.batches}))
        for words in (["ok=x"], ["okay"], ['ok"=1'], ["status:=1"]):
            self.assertEqual(64, self.client("report", PRIMARY, *words).returncode, words)
        refused = self.client("report", PRIMARY, "okay=1")
        self.assertEqual(69, refused.returncode)
        self.assertIn("unknown outcome", refused.stderr)


if __name__ == "__main__":
    unittest.main()
