"""The dashboard in an outage: what is on screen when, how far the page was behind, and what it says when the agent is away.

Needs Debian's chromium, Node.js and npm (for playwright-core and axe-core, pinned in browser/). About a minute.
"""
import datetime as dt
import json
import math
import re
import unittest

from dashboard import OPUS, ROUTERS, DashboardTest, Wire, ahead_of_others, incident, row, shows
from harness import PATIENCE_S, wait_for

QUICK = "[policy]\nhold_s = 3\nramp_step_s = 2\n"
LAG_S = 1.0
# Notes when a target's line shows another state, once that is painted. The agent's clock is this host's.
WATCH = """(() => {
  window.shown = [];
  const badge = document.querySelector(SELECTOR).querySelector('.badge');
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    const state = badge.lastChild.textContent;
    if (window.shown.at(-1)?.state !== state) window.shown.push({ state, at: Date.now() });
  }))).observe(badge, { subtree: true, childList: true, characterData: true });
})()"""
PLACES = """(() => {
  const at = (name) => document.querySelector('.chart .' + name)?.getBoundingClientRect();
  return { ours: at('ours')?.left, theirs: at('theirs')?.left, incident: at('incident')?.left, chart: document.querySelector('.chart').getBoundingClientRect().left };
})()"""


def shown_after_s(agent, tab, target):
    """(state, how long after the agent's decision it was painted), in the order of time."""
    painted = tab.evaluate("window.shown")
    decided = [(one["to"], dt.datetime.fromisoformat(one["at"].replace("Z", "+00:00")).timestamp())
               for one in agent.json(f"/v1/transitions?target={target}")["transitions"]]
    # Newest first, from the end: what was decided before the page was opened has no counterpart.
    pairs = list(zip(reversed(painted), decided))
    return [(state, one["at"] / 1000 - at if one["state"] == state else math.inf) for one, (state, at) in reversed(pairs)]


class Outage(DashboardTest):
    launcher = ahead_of_others()

    def test_an_outage_is_on_screen_within_a_second_of_its_decision_and_so_is_its_end(self):
        agent = self.claude(QUICK)
        clients = self.clients(agent)
        tab = self.open(agent)
        tab.until(shows(OPUS, "healthy"), 3 * PATIENCE_S)
        tab.until("document.querySelector('#reporters').textContent.includes('router-us-1')", 3 * PATIENCE_S)
        self.picture(tab, "healthy")
        tab.evaluate(WATCH.replace("SELECTOR", json.dumps(row(OPUS))))

        clients.outcomes = {"ok": 2, "overloaded": 38}
        tab.until(shows(OPUS, "unhealthy"), 6 * PATIENCE_S)
        tab.until("/unhealthy since .*% of requests fail; routers were told: \\d+\\s% primary, one attempt/.test(document.querySelector('#lead').innerText)", PATIENCE_S)
        self.assertRegex(tab.title(), "^\u2717 claude")
        self.assertRegex(tab.text("#detail .why"), r"% of \d+ requests from 3 reporters failed")
        wait_for(lambda: "is unhealthy, was" in tab.evaluate("document.querySelector('#announcer').textContent"), "screen readers to be told")
        for router in ROUTERS:
            self.assertIn(router, tab.text("#reporters"))
        self.picture(tab, "outage")

        clients.outcomes = {"ok": 40}
        tab.until(shows(OPUS, "healthy"), 12 * PATIENCE_S)
        self.picture(tab, "afterwards")
        lags = shown_after_s(agent, tab, OPUS)
        print("\non screen after the decision: " + ", ".join(f"{state} {lag * 1000:.0f} ms" for state, lag in lags))
        self.assertLessEqual({"unhealthy", "recovering", "healthy"}, {state for state, _ in lags})
        for state, lag in lags:
            self.assertLess(lag, LAG_S, state)

    def test_how_far_the_page_was_behind_our_evidence_is_drawn_and_said(self):
        agent = self.claude()
        clients = self.clients(agent)
        tab = self.open(agent, f"#/{OPUS}")
        clients.outcomes = {"overloaded": 40}
        tab.until(shows(OPUS, "unhealthy"), 6 * PATIENCE_S)
        tab.until("document.querySelector('.lag').textContent.includes('told no incident of it so far')", 3 * PATIENCE_S)
        wait_for(lambda: re.search(r"so far, ([3-9]|\d\d) s in", tab.text(".lag")), "some seconds to pass", 3 * PATIENCE_S)
        self.serve_page("major_outage", [incident()])
        tab.until("document.querySelector('.chart .theirs')", 4 * PATIENCE_S + 30)
        self.assertRegex(tab.text(".lag"), r"Its page told of it \d+ s after we did\.")
        places = tab.evaluate(PLACES)
        self.assertLess(places["ours"], places["theirs"])
        self.assertIn("Elevated errors on Claude Opus 4.6", tab.evaluate("document.querySelector('.chart').textContent"))
        self.picture(tab, "detail-behind")


class Away(DashboardTest):
    """The agent restarted, its connection cut or hanging: what is shown is called old, and is live again by itself."""

    def setUp(self):
        super().setUp()
        self.may_be_refused = True  # nobody answers meanwhile

    def test_a_restarted_agent_is_found_again(self):
        agent = self.claude()
        agent.config.write_text(agent.config.read_text().replace("127.0.0.1:0", agent.address))  # the same port again
        tab = self.open(agent)
        agent.stop()
        tab.until("document.querySelector('#live').dataset.word === 'stale'", PATIENCE_S)
        self.assertRegex(tab.text("#stale"), r"The agent does not answer\. What is shown is \d+ s old\. Next try in \d+ s\.")
        self.assertEqual("true", tab.getAttribute("body", "data-stale"))
        self.picture(tab, "stale")
        self.serve_page("major_outage")
        agent.start()
        tab.until(shows("claude", "unhealthy"), 3 * PATIENCE_S)
        self.wait_live(tab)
        self.assertFalse(tab.isVisible("#stale"))

    def test_a_cut_stream_is_opened_again_and_one_that_hangs_is_called_stale(self):
        agent = self.claude()
        wire = Wire(agent.address)
        self.addCleanup(wire.close)
        tab = self.open(agent, address=wire.address)
        streams = lambda: sum(one["url"].endswith("/v1/stream") for one in tab.traffic())  # noqa: E731
        before = streams()
        wire.cut()
        wait_for(lambda: streams() > before, "the stream to be opened again")
        self.wait_live(tab)
        self.serve_page("major_outage")
        tab.until(shows("claude", "unhealthy"), 3 * PATIENCE_S)

        wire.flows.clear()  # nothing is closed, and nothing comes
        tab.until("document.querySelector('#live').dataset.word === 'stale'", 20 + PATIENCE_S)
        self.assertRegex(tab.text("#stale"), r"What is shown is \d+ s old")
        wire.flows.set()
        self.wait_live(tab)


class Blind(DashboardTest):
    def test_silent_sources_are_told_as_unknown_with_the_reason(self):
        agent = self.claude()
        tab = self.open(agent)
        self.page.serve("/summary.json", lambda handler: handler.connection.close())
        tab.until(shows("claude", "unknown"), 30 * PATIENCE_S)
        self.assertRegex(tab.text("#lead"), "its status page cannot be read, and nobody reports")
        self.assertIn("Nobody reports", tab.text("#reporters"))
        self.picture(tab, "unknown")


if __name__ == "__main__":
    unittest.main()
