"""`signalbox status --watch` on a terminal and on a pipe, as a person leaves it open through an outage."""
import os
import re
import signal
import subprocess
import unittest

from harness import BINARY, ONLY_FAKES, AgentTest, json_reply, statuspage, wait_for
from terminal import Terminal

CTRL_C = "\x03"


class Watch(AgentTest):
    def setUp(self):
        super().setUp()
        self.page.serve("/summary.json", json_reply(statuspage()))
        claude = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", "") + self.provider("claude", "/summary.json")
        self.config = claude.replace("[[providers.claude.sources]]",
                                     '[providers.claude]\nmodels = ["claude-opus-4-6"]\n[[providers.claude.sources]]')
        self.watched = self.agent(self.config).start()
        self.watched.wait_state("claude", "healthy")

    def watch(self, *arguments, columns=100, rows=24, environment=None):
        variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
        terminal = Terminal([BINARY, "status", "--watch", "--url", f"http://{self.watched.address}", *arguments],
                            columns, rows, {**variables, "TERM": "xterm", **(environment or {})})
        self.addCleanup(terminal.close)
        return terminal

    def report(self, **outcomes):
        """So many requests a second, for as long as a test asks; the reporters are three."""
        for name in ("eu", "us", "asia"):
            self.watched.cli("report", "--provider", "claude", "--reporter", name,
                             *(f"{outcome}={count}" for outcome, count in outcomes.items()))

    def break_page(self, name="Fake API"):
        broken = statuspage("major_outage")
        broken["components"][0]["name"] = name
        self.page.serve("/summary.json", json_reply(broken))

    def test_an_outage_is_seen_as_it_comes_with_why_and_what_was_before(self):
        terminal = self.watch()
        lines = terminal.wait_text("healthy     claude/claude-opus-4-6")
        self.assertEqual("all 2 targets healthy", lines[0])
        self.assertRegex(lines[1], rf"^\d\d:\d\d:\d\dZ, live, http://{self.watched.address}, q ends$")
        self.assertTrue(terminal.screen.is_alternate and terminal.screen.coloured)
        self.assertFalse(terminal.screen.cursor_shown)
        self.report(ok=1, overloaded=19)
        self.break_page()
        terminal.wait(lambda lines: re.match(r"✗ unhealthy   claude ", lines[4]), "the outage")
        # What is stored of the failures comes with the next questions.
        lines = terminal.wait(lambda lines: re.search(r"✗ unhealthy   claude .*[▂-█] +9\d % .*─?✗$", lines[4]),
                              "its failures, and its state in the band")
        self.assertIn("says major_outage of Fake API", re.sub(" +", " ", lines[5] + lines[6]))
        lines = terminal.wait(lambda lines: any(re.match(r"\d\d:\d\d:\d\dZ  claude .*healthy → ✗ unhealthy", line) for line in lines),
                              "the change among the last ones")
        self.assertIn("LAST CHANGES", lines)

    def test_ages_tick_and_a_new_size_is_used_at_once(self):
        terminal = self.watch(columns=80)
        first = terminal.wait_text("healthy     claude")
        age = re.search(r"healthy     claude +(\d+:\d\d) ", first[4])[1]
        terminal.wait(lambda lines: f" {age} " not in lines[4] and "claude" in lines[4], "another age")
        self.assertIn("USE", first[3])
        self.assertNotIn("ADVICE", first[3])
        terminal.resize(160, 24)
        terminal.wait(lambda lines: lines[3].endswith("ADVICE") and lines[4].endswith("primary, retry 8 s"), "more columns")
        terminal.resize(40, 6)
        lines = terminal.wait(lambda lines: lines[2].endswith("FOR"), "fewer columns")
        self.assertTrue(lines[3].startswith("✓ healthy     claude"))

    def test_however_it_ends_the_terminal_is_as_it_was(self):
        def interrupt(terminal):
            terminal.press(CTRL_C)

        def end(terminal):
            terminal.signal(signal.SIGTERM)

        def quit_by_key(terminal):
            terminal.press("xq")

        for how, code in ((interrupt, 130), (end, 143), (quit_by_key, 0)):
            with self.subTest(code=code):
                terminal = self.watch()
                terminal.wait_text("healthy     claude")
                self.assertFalse(terminal.is_as_before())
                how(terminal)
                self.assertEqual(code, terminal.wait_end())
                self.assertTrue(terminal.is_as_before())
                self.assertEqual("", "".join(terminal.screen.lines()))

    def test_who_is_stopped_gives_the_terminal_back_and_takes_it_again(self):
        terminal = self.watch()
        terminal.wait_text("healthy     claude")
        terminal.signal(signal.SIGTSTP)
        wait_for(lambda: (terminal.look(), terminal.is_as_before())[1], "the terminal as it was")
        terminal.signal(signal.SIGCONT)
        terminal.wait(lambda lines: terminal.screen.is_alternate and "healthy" in lines[0], "the screen again")

    def test_an_agent_that_is_gone_is_said_with_the_age_of_what_is_shown_and_found_again(self):
        terminal = self.watch()
        terminal.wait_text("healthy     claude")
        address = self.watched.address
        self.watched.kill()
        terminal.wait(lambda lines: re.match(r"!! no answer for \d:\d\d, the last one is below, next try in \d s: ", lines[0]),
                      "the trouble")
        terminal.wait_text("connection refused")  # the first trouble may be that of an answer cut short
        terminal.wait(lambda lines: any(re.search(r", \d:\d\d old, ", line) for line in lines), "the age of what is shown")
        terminal.wait_text("healthy     claude")  # still there
        self.watched.write_config(self.config)
        text = self.watched.config.read_text()
        self.watched.config.write_text(text.replace('listen = "127.0.0.1:0"', f'listen = "{address}"'))
        self.watched.start()
        terminal.wait(lambda lines: "healthy" in lines[0] and ", live, " in lines[1], "the agent again", 30)

    def test_an_agent_that_was_never_there_is_waited_for(self):
        terminal = Terminal([BINARY, "status", "--watch", "--url", "unix:/nowhere/signalbox.sock"], 80, 10,
                            {**os.environ, "TERM": "xterm"})
        self.addCleanup(terminal.close)
        lines = terminal.wait(lambda lines: lines[0].startswith("!! no answer"), "the trouble")
        self.assertIn("nothing seen yet", lines[1])
        terminal.press(CTRL_C)
        self.assertEqual(130, terminal.wait_end())

    def test_hostile_text_from_a_page_draws_nothing(self):
        terminal = self.watch()
        terminal.wait_text("healthy     claude")
        self.break_page("\x1b[2J\x1b]0;owned\x07\u202egnp.exe\r\n@here")
        lines = terminal.wait(lambda lines: "unhealthy" in lines[4], "the outage")  # it fails at a sequence that is not ours
        self.assertIn("says major_outage of [2J", lines[5])
        self.assertNotIn("\u202e", "".join(lines))

    def test_without_colour_the_marks_remain(self):
        for arguments, variables in ((["--no-color"], {}), ([], {"NO_COLOR": "1"})):
            terminal = self.watch(*arguments, environment=variables)
            terminal.wait_text("✓ healthy     claude")
            self.assertFalse(terminal.screen.coloured)

    def test_a_person_s_word_is_marked_and_says_until_when(self):
        terminal = self.watch("claude", columns=90, rows=30)
        terminal.wait_text("✓ healthy  claude")
        terminal.wait_text("states  ")
        self.watched.send("PUT", "/v1/overrides/claude", {"state": "degraded", "primary_weight": 40, "reason": "INC-7", "by": "dana",
                                                          "ttl_s": 3600}, unix=True)
        terminal.wait_text("overridden by dana")
        table = self.watch()
        lines = table.wait(lambda lines: "! degraded    claude " in lines[4] and "overridden by dana" in lines[5], "the override")
        self.assertRegex(lines[5], r"until \d\d:\d\d:\d\dZ \(in (59 min|1 h)\): INC-7$")

    def test_on_a_pipe_and_on_a_dumb_terminal_a_change_is_a_line(self):
        piped = subprocess.Popen([BINARY, "status", "--watch", "--url", f"http://{self.watched.address}"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (piped.kill(), piped.wait(), piped.stdout.close(), piped.stderr.close()))
        line = piped.stdout.readline()
        self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z claude is healthy, 100 %, primary, retry 8 s: ")
        self.assertNotIn("\x1b", line)
        dumb = self.watch(environment={"TERM": "dumb"})
        dumb.wait_text("claude is healthy, 100 %")
        self.assertTrue(dumb.is_as_before())
        piped.send_signal(signal.SIGINT)
        self.assertEqual(130, piped.wait(10))


if __name__ == "__main__":
    unittest.main()
