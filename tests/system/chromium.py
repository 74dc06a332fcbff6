"""Debian's Chromium, driven by npm's playwright-core through chromium.mjs, with axe-core for who cannot see the page.

The two npm packages are pinned in browser/ and installed into a cache outside of the repository when they are not there
yet; `chromium.py` by itself does only that.
"""
import json
import pathlib
import subprocess

from node_packages import node_packages

DRIVER = pathlib.Path(__file__).with_name("chromium.mjs")


def modules():
    return node_packages("browser")


class Browser:
    def __init__(self, launcher=()):
        self.process = subprocess.Popen([*launcher, "node", str(DRIVER), str(modules())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
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

    def until(self, expression, patience_s):
        """Waits until a JavaScript expression is true."""
        self.browser.tell(tab=self.number, do="until", **{"with": [expression, patience_s * 1000]})


if __name__ == "__main__":
    print(modules())
