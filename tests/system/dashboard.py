"""The dashboard in Debian's Chromium beside the real agent: what its tests share.

SIGNALBOX_PICTURES=DIRECTORY keeps a picture of each view that a test reaches, to be looked at.
"""
import itertools
import os
import pathlib
import socket
import subprocess
import threading
import time
from urllib.parse import urlsplit

from chromium import Browser
from harness import ONLY_FAKES, PATIENCE_S, AgentTest, json_reply, statuspage

OPUS, HAIKU = "claude/claude-opus-4-6", "claude/claude-haiku-4-5"
CLAUDE = ONLY_FAKES.replace("[providers.claude]\nenabled = false\n", '[providers.claude]\nmodels = ["claude-opus-4-6", "claude-haiku-4-5"]\n')
ROUTERS = ("router-asia-1", "router-eu-1", "router-us-1")
PICTURES = os.environ.get("SIGNALBOX_PICTURES")
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
IN_VIEW = "document.documentElement.scrollWidth <= innerWidth"
# What reaches over the edge of the window, but for what scrolls or is cut by itself.
OVER_THE_EDGE = """[...document.body.querySelectorAll('*')].filter((one) => {
  const box = one.getBoundingClientRect();
  if (box.width === 0 || (box.right <= innerWidth + 1 && box.left >= -1)) return false;
  for (let up = one.parentElement; up; up = up.parentElement) if (getComputedStyle(up).overflowX !== 'visible') return false;
  return !one.closest('.unseen');
}).map((one) => one.outerHTML.slice(0, 120))"""


def incident(name="Elevated errors on Claude Opus 4.6", minutes_ago=3, **more):
    begun = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - 60 * minutes_ago))
    return {"id": "inc-1", "name": name, "status": "investigating", "impact": "major", "created_at": begun, "started_at": begun,
            "updated_at": begun, "resolved_at": None, "shortlink": "https://stspg.io/abc", "incident_updates": [],
            "components": [{"id": "api", "name": "Fake API", "status": "major_outage"}], **more}


class Clients:
    """Routers that report a batch a second each of what they meet, until they are stopped."""

    def __init__(self, agent, targets=(OPUS,), routers=ROUTERS):
        self.agent = agent
        self.targets = targets
        self.routers = routers
        self.outcomes = {"ok": 40}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        for second in itertools.count():
            for router in self.routers:
                reports = [dict(zip(("provider", "model"), target.split("/", 1)), outcomes=self.outcomes) for target in self.targets]
                try:
                    self.agent.send("POST", "/v1/reports", {"reporter": router, "batch_id": f"{id(self)}-{second}", "reports": reports})
                except OSError:
                    pass  # the agent is being restarted: this second is lost
            if self.ended.wait(1):
                return

    def stop(self):
        self.ended.set()
        self.thread.join(10)


class Wire:
    """A TCP connection to the agent that a test may cut, or leave hanging."""

    def __init__(self, address):
        host, port = address.split(":")
        self.agent = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.flows = threading.Event()
        self.flows.set()
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.agent)
            except OSError:
                return
            self.open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        try:
            while data := source.recv(65536):
                self.flows.wait()
                sink.sendall(data)
        except OSError:
            pass
        finally:
            sink.close()
            source.close()

    def cut(self):
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open.clear()

    def close(self):
        self.listener.close()
        self.flows.set()
        self.cut()


def ahead_of_others():
    """A launcher for what is measured: what else this host does is not what the bars are about. Empty where the kernel does not allow it."""
    command = ("chrt", "--rr", "10")
    return command if subprocess.run([*command, "true"], capture_output=True).returncode == 0 else ()


class DashboardTest(AgentTest):
    """One browser a class. What a page complained of, or asked of anybody else than the agent, fails its test."""

    launcher = ()

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(cls.launcher)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        super().setUp()
        self.serve_page()
        self.may_be_refused = False  # a test that is about answers like 401 says so

    def serve_page(self, status="operational", incidents=()):
        self.page.serve("/summary.json", json_reply(statuspage(status, incidents)))

    def watched(self):
        """The configuration of one provider with two models and the fake page."""
        return CLAUDE + self.provider("claude", "/summary.json")

    def claude(self, more=""):
        """An agent that watches that page; `more` stands before the providers."""
        agent = self.agent(more + self.watched(), launcher=self.launcher).start()
        agent.wait_state("claude", "healthy")
        return agent

    def clients(self, agent, *given):
        made = Clients(agent, *given)
        self.addCleanup(made.stop)
        return made

    def open(self, agent, where="", live=True, address=None, **options):
        tab = self.browser.tab(**{"viewport": WIDE, **options})
        address = address or agent.address
        self.addCleanup(self.check, tab, address)
        tab.goto(f"http://{address}/{where}")
        if live:
            self.wait_live(tab)
        return tab

    def wait_live(self, tab):
        tab.until("document.querySelector('#live').dataset.word === 'live' && document.querySelector('#list .target')", 3 * PATIENCE_S)

    def check(self, tab, address):
        self.assertEqual([], tab.complaints())
        if not self.may_be_refused:
            self.assertEqual([], tab.refusals())
        self.assertEqual(set(), {urlsplit(one["url"]).netloc for one in tab.traffic()} - {address})
        tab.close()

    def picture(self, tab, name, whole=True):
        if PICTURES:
            pathlib.Path(PICTURES).mkdir(parents=True, exist_ok=True)
            tab.screenshot({"path": f"{PICTURES}/{name}.png", "fullPage": whole})

    def assert_fits(self, tab):
        self.assertTrue(tab.evaluate(IN_VIEW), tab.evaluate(OVER_THE_EDGE))
        self.assertEqual([], tab.evaluate(OVER_THE_EDGE))


def row(target):
    """The line of a target in the list."""
    return f'#list a[href="#/{target}"]'


def shows(target, state):
    """An expression: the target's line says this state."""
    return f"document.querySelector({row(target)!r})?.querySelector('.badge').lastChild.textContent === {state!r}"
