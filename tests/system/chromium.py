"""Debian's Chromium, driven by npm's playwright-core through chromium.mjs, with axe-core for who cannot see the page.

The two npm packages are installed into a cache outside of the repository when they are not there yet.
"""
import fcntl
import json
import os
import pathlib
import subprocess

PACKAGES = {"playwright-core": "1.65.1", "axe-core": "4.14.1"}
DRIVER = pathlib.Path(__file__).with_name("chromium.mjs")


def modules():
    """The folder with the npm packages."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "signalbox-tests"
    folder = cache / "-".join(f"{name}-{version}" for name, version in PACKAGES.items())
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((folder / "node_modules" / name / "package.json").exists() for name in PACKAGES):
            folder.mkdir(exist_ok=True)
            wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
            done = subprocess.run(["npm", "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", *wanted],
                                  capture_output=True, text=True, timeout=120)
            if done.returncode != 0:
                raise AssertionError(f"npm install: {done.stderr}")
    return folder


class Browser:
    def __init__(self):
        self.process = subprocess.Popen(["node", str(DRIVER), str(modules())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.tabs = 0

    def tell(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the browser is gone"}
        if "error" in answer:
            raise AssertionError(f"{command}: {answer['error']}")
        return answer["value"]

    def tab(self, url=None, **options):
        """A page that shares nothing with the others; `options` are playwright's."""
        self.tabs += 1
        tab = Tab(self, self.tabs)
        self.tell(tab=self.tabs, do="open", **{"with": [options]})
        if url:
            tab.goto(url)
        return tab

    def close(self):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait(20)


class Tab:
    def __init__(self, browser, number):
        self.browser = browser
        self.number = number

    def __getattr__(self, name):
        return lambda *given: self.browser.tell(tab=self.number, do=name, **{"with": list(given)})

    def press(self, *keys):
        for key in keys:
            self.browser.tell(tab=self.number, do="keyboard.press", **{"with": [key]})

    def text(self, selector):
        """What people read there, on one line."""
        return " ".join((self.browser.tell(tab=self.number, do="innerText", **{"with": [selector]}) or "").split())

    def until(self, expression, timeout_ms):
        """Waits until a JavaScript expression is true; how long it took is the page's own affair."""
        self.browser.tell(tab=self.number, do="waitForFunction", **{"with": [expression, None, {"timeout": timeout_ms, "polling": 20}]})

    def complaints(self):
        return self.browser.tell(tab=self.number, do="complaints")
