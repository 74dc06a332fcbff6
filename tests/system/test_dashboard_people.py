"""The dashboard for everybody: by the keyboard alone, for who cannot see it, on a phone, dark and light."""
import unittest

from dashboard import HAIKU, OPUS, PHONE, DashboardTest, incident, row, shows
from harness import PATIENCE_S

FOCUS = "document.activeElement.closest('[id], a, button')?.getAttribute('href') ?? document.activeElement.id ?? ''"
# The ring around the focus, and whether it lies inside of a row, which clips what does not.
RING = "(() => { const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(document.activeElement); return [outlineStyle, parseFloat(outlineOffset) + parseFloat(outlineWidth) <= 0]; })()"
GROUND = "getComputedStyle(document.body).backgroundColor"
MOST_STEPS = 40


def lightness(color):
    return sum(int(part) for part in color[color.index("(") + 1:-1].split(",")[:3]) / 3


class People(DashboardTest):
    def outage(self, agent):
        self.serve_page("major_outage", [incident()])
        agent.wait_state("claude", "unhealthy", 6 * PATIENCE_S)

    def assert_accessible(self, tab, view):
        found = [one for one in tab.axe() if one["impact"] in ("serious", "critical")]
        self.assertEqual([], found, view)

    def test_axe_finds_nothing_serious_in_any_view_dark_and_light(self):
        agent = self.claude()
        clients = self.clients(agent)
        tab = self.open(agent, reducedMotion="reduce")  # no colour on its way to another
        tab.until("document.querySelector('#reporters table')", 3 * PATIENCE_S)

        def in_both(view, act=lambda: None):
            for scheme in ("light", "dark"):
                tab.emulateMedia({"colorScheme": scheme})
                act()
                with self.subTest(view, scheme=scheme):
                    self.assert_accessible(tab, f"{view}, {scheme}")
                    self.picture(tab, f"{view}-{scheme}")
            tab.emulateMedia({"colorScheme": "light"})

        in_both("all-healthy")
        clients.outcomes = {"ok": 2, "overloaded": 38}
        self.outage(agent)
        tab.until(shows("claude", "unhealthy"), PATIENCE_S)
        in_both("all-outage")
        tab.click(row(OPUS))
        tab.until("document.querySelector('#detail h2').textContent.includes('opus') && document.querySelector('.chart .failures')", PATIENCE_S)
        tab.click("summary")
        in_both("detail")
        for opener, dialog in (("#help-open", "#help"), ("text=Override\u2026", "#override"), ("#token-open", "#token")):
            tab.click(opener)
            in_both(dialog[1:])
            tab.press("Escape")
        tab.setViewportSize(PHONE)
        in_both("phone-detail")
        tab.evaluate("location.hash = ''")
        in_both("phone-list")
        clients.stop()
        agent.stop()
        self.may_be_refused = True
        tab.until("document.body.dataset.stale", PATIENCE_S)
        in_both("stale")

    def test_the_scheme_of_the_system_is_followed_until_the_reader_chooses(self):
        agent = self.claude()
        for scheme, is_dark in (("dark", True), ("light", False)):
            tab = self.open(agent, colorScheme=scheme)
            self.assertEqual(is_dark, lightness(tab.evaluate(GROUND)) < 128, scheme)
        tab.press("t")  # dark
        self.assertLess(lightness(tab.evaluate(GROUND)), 128)
        tab.reload()
        self.wait_live(tab)
        self.assertLess(lightness(tab.evaluate(GROUND)), 128)

    def tab_to(self, tab, wanted, key="Tab"):
        for _ in range(MOST_STEPS):
            tab.press(key)
            if tab.evaluate(FOCUS) == wanted:
                return
        self.fail(f"{key} does not lead to {wanted}")

    def test_by_the_keyboard_alone(self):
        agent = self.claude()
        self.outage(agent)
        tab = self.open(agent)
        self.tab_to(tab, f"#/{HAIKU}")
        tab.press("Enter")
        tab.until("document.querySelector('#detail h2').textContent === 'claude/claude-haiku-4-5'", PATIENCE_S)
        self.assertEqual(f"#/{HAIKU}", tab.evaluate(FOCUS))
        tab.press("k", "k", "k", "j")  # up to the first, then its neighbour
        chosen = tab.evaluate("location.hash")
        self.assertNotEqual("#/claude", chosen)
        self.assertEqual(chosen, tab.evaluate(FOCUS))
        self.assertEqual(["solid", True], tab.evaluate(RING))

        tab.press("d")
        self.assertEqual("detail", tab.evaluate("document.activeElement.closest('.detail')?.id"))
        tab.until("document.querySelector('.chart .failures')", PATIENCE_S)
        tab.focus(".chart")
        tab.press("End", "ArrowLeft", "ArrowLeft")
        self.assertRegex(tab.getAttribute(".chart", "aria-valuetext"), r"\d\d:\d\d.* to .*: (no requests|.* of \d+ requests failed)")
        tab.press("3")
        tab.until("document.querySelector('.ranges [aria-pressed=true]').textContent === '6 h'", PATIENCE_S)

        tab.focus(".detail .actions button")
        tab.press("Enter")
        self.assertTrue(tab.evaluate("document.querySelector('#override').open"))
        tab.press("Escape")
        self.assertEqual("Override\u2026", tab.evaluate("document.activeElement.textContent"))
        tab.press("?")
        self.assertTrue(tab.evaluate("document.querySelector('#help').open"))
        tab.press("Escape")

    def test_on_a_phone_a_target_is_opened_and_closed_and_the_focus_comes_back(self):
        agent = self.claude()
        self.outage(agent)
        tab = self.open(agent, viewport=PHONE)
        self.assert_fits(tab)
        self.assertFalse(tab.isVisible("#detail"))
        self.picture(tab, "phone-all")
        self.tab_to(tab, f"#/{OPUS}")
        tab.press("Enter")
        tab.until("document.activeElement.closest('#detail')", PATIENCE_S)
        tab.until("document.querySelector('.chart .failures')", PATIENCE_S)
        self.assertFalse(tab.isVisible("#list"))
        self.assert_fits(tab)
        self.picture(tab, "phone-one")
        tab.press("Escape")
        tab.until("document.body.dataset.view === 'all'", PATIENCE_S)
        self.assertEqual(f"#/{OPUS}", tab.evaluate(FOCUS))
        tab.press("Enter")
        tab.until("document.activeElement.closest('#detail')", PATIENCE_S)
        tab.click(".back")
        self.assertEqual(f"#/{OPUS}", tab.evaluate(FOCUS))
        tab.setViewportSize({"width": 320, "height": 600})
        self.assert_fits(tab)


if __name__ == "__main__":
    unittest.main()
