"""The dashboard against who means ill, and who may not: hostile words, the content policy, tokens, overrides by hand."""
import json
import unittest

from dashboard import OPUS, PHONE, WIDE, DashboardTest, incident, row, shows
from harness import PATIENCE_S, wait_for

READER = "reader-secret-0123456789abcdef0123456789"
OPERATOR = "operator-secret-0123456789abcdef01234567"
MARKUP = ("<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script><svg onload=window.ran=1>"
          "<a href=\"javascript:window.ran=1\">here</a></title></style>--><iframe srcdoc=\"<script>parent.ran=1</script>\">")
BIDI = "\u202egnirts\u2066\u200f\u061c \u0645\u0631\u062d\u0628\u0627 "
HOSTILE = (MARKUP + BIDI + "Zalgo\u0301\u0302\u0303\u0304\u0305\u0306 " * 40 + "W" * 10_000)[:10_240]
# Elements that only a word from outside could have made, and the tallest line of the evidence.
INJECTED = "document.querySelectorAll('body img:not(.brand img), body script, body iframe, body svg[onload], [onerror], [onload], a[href^=\"javascript:\"]').length"
TALLEST = "Math.max(0, ...[...document.querySelectorAll('.incident-item, #lead, #detail .why, .changes li, .around td')].map((one) => one.getBoundingClientRect().height))"
SECRETS = """({ session: { ...sessionStorage }, local: JSON.stringify({ ...localStorage }), cookie: document.cookie, address: location.href })"""


def raw_answers(incidents):
    """What /v1/incidents would answer if the agent passed words on as they came."""
    return json.dumps({"incidents": [{"provider": "claude", "source": "statuspage", "id": f"i{number}", "name": name, "impact": name, "status": name,
                                      "started_at": "2026-11-23T10:00:00.000Z", "first_seen_at": first, "updated_at": None,
                                      "resolved_at": None, "url": "javascript:window.ran=1", "scope": []} for number, (name, first) in enumerate(incidents)],
                       "next_cursor": None})


class Hostile(DashboardTest):
    def assert_harmless(self, tab, what):
        for where in ("", f"#/{OPUS}"):
            for size in (WIDE, PHONE):
                tab.setViewportSize(size)
                tab.evaluate(f"location.hash = {where!r}")
                tab.until("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50, true)))", PATIENCE_S)
                with self.subTest(what, where=where, width=size["width"]):
                    self.assertIsNone(tab.evaluate("window.ran ?? null"))
                    self.assertEqual(0, tab.evaluate(INJECTED))
                    self.assert_fits(tab)
                    self.assertLess(tab.evaluate(TALLEST), size["height"] / 2)
                    self.picture(tab, f"hostile-{what}-{size['width']}{'-detail' if where else ''}")
        tab.setViewportSize(WIDE)

    def test_a_hostile_page_and_a_hostile_reporter_inject_nothing_and_break_no_layout(self):
        self.serve_page("major_outage", [incident(HOSTILE), incident(BIDI * 500, id="inc-2"), incident("", id="inc-3")])
        agent = self.agent(self.watched()).start()
        agent.wait_state("claude", "unhealthy")
        agent.send("POST", "/v1/reports", {"reporter": "<b>r</b>", "batch_id": "1", "reports": [
            {"provider": "claude", "model": "<img src=x onerror=window.ran=1>", "outcomes": {"ok": 1}}]})
        tab = self.open(agent)
        tab.until("document.querySelector('#lead').textContent.includes('unhealthy')", PATIENCE_S)
        self.assertGreater(tab.evaluate("document.querySelector('.incident-item').textContent.length"), 20)
        self.assert_harmless(tab, "page")
        self.assertLess(len(tab.text("#lead")), 600)
        self.assertLess(len(tab.title()), 200)

    def test_a_hostile_override_is_shown_as_words(self):
        agent = self.claude()
        status, _, answer = agent.send("PUT", "/v1/overrides/claude", {"state": "degraded", "reason": " ".join((MARKUP + "W" * 1000)[:1000].split()), "by": MARKUP[:100], "ttl_s": 900}, unix=True)
        self.assertEqual(200, status, answer)
        tab = self.open(agent)
        tab.until(shows("claude", "degraded"), PATIENCE_S)
        self.assertIn("<script>", tab.text("#detail .by-hand"))
        self.assert_harmless(tab, "override")

    def test_the_page_itself_trusts_no_answer(self):
        """As if the agent had cleaned nothing and bounded nothing."""
        agent = self.claude()
        tab = self.open(agent, live=False)
        tab.answer("**/v1/incidents*", raw_answers([(HOSTILE, "2026-11-23T10:00:00.000Z")] * 5))
        tab.reload()
        self.wait_live(tab)
        tab.until("document.querySelector('.chart .incident-word')", 3 * PATIENCE_S)
        self.assertLess(tab.evaluate("Math.max(...[...document.querySelectorAll('.incident-word')].map((one) => one.textContent.length))"), 400)
        self.assert_harmless(tab, "answers")


class ContentPolicy(DashboardTest):
    def test_it_allows_nothing_but_the_agents_own_files_and_answers(self):
        agent = self.claude()
        _, headers, body = agent.get("/")
        policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
        self.assertEqual({"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "'self'",
                          "frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'none'",
                          "require-trusted-types-for": "'script'", "trusted-types": "'none'"}, policy)
        self.assertEqual("nosniff", headers["X-Content-Type-Options"])
        self.assertNotIn(b"http", body.replace(b"http-equiv", b""))
        tab = self.open(agent)
        # It is in force: a script in the text, a style, another host are refused, and told.
        self.assertEqual("refused", tab.evaluate("fetch('http://localhost:1/').then(() => 'sent', () => 'refused')"))
        self.assertEqual("refused", tab.evaluate("(() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch { return 'refused'; } })()"))
        wait_for(lambda: any("connect-src" in one for one in tab.complaints()), "the refusal to be told")
        tab.forget()


class Tokens(DashboardTest):
    def setUp(self):
        super().setUp()
        self.may_be_refused = True  # 401 is an answer here

    def guarded(self, **tokens):
        agent = self.agent("")
        lines = ""
        for role, token in tokens.items():
            path = agent.directory / f"{role}.token"
            path.write_text(token)
            path.chmod(0o600)
            lines += f'{role}_token_file = "{path}"\n'
        agent.write_config(lines + self.watched())
        return agent.start()

    def offer(self, tab, token):
        tab.until("document.querySelector('#token').open", PATIENCE_S)
        tab.fill("#token-input", token)
        tab.press("Enter")

    def give(self, tab, token):
        self.offer(tab, token)
        tab.until("!document.querySelector('#token').open", PATIENCE_S)

    def assert_kept_here_only(self, tab, token):
        kept = tab.evaluate(SECRETS)
        self.assertIn(token, kept["session"].values())
        self.assertNotIn(token, kept["local"] + kept["cookie"] + kept["address"])
        self.assertEqual([], [one["url"] for one in tab.traffic() if "secret" in one["url"] or "secret" in (one["body"] or "")])
        self.assertEqual("", tab.inputValue("#token-input"))

    def test_a_token_is_asked_for_kept_in_the_session_and_sent_in_a_header_only(self):
        agent = self.guarded(reader=READER)
        tab = self.open(agent, live=False)
        self.offer(tab, "wrong-" + READER)
        tab.until("document.querySelector('#token-why').textContent.includes('does not know this token')", PATIENCE_S)
        for section in ("#reporters", "#sources", "#changes", "#overrides"):
            self.assertEqual("The agent has not told yet.", tab.text(section))  # not that there is nothing
        self.picture(tab, "token")
        self.give(tab, READER)
        self.wait_live(tab)
        self.assert_kept_here_only(tab, READER)
        sent = {one["authorization"] for one in tab.traffic() if "/v1/" in one["url"]}
        self.assertIn(f"Bearer {READER}", sent)
        self.assertEqual({None}, {one["authorization"] for one in tab.traffic() if "/assets/" in one["url"]})
        tab.reload()
        self.wait_live(tab)  # not asked again in this tab
        self.assertFalse(tab.evaluate("document.querySelector('#token').open"))

        tab.click("#token-open")
        tab.click("#token-forget")
        self.assertEqual({}, tab.evaluate(SECRETS)["session"])
        tab.until("document.querySelector('#live').dataset.word === 'no-token'", PATIENCE_S)

    def test_an_override_is_set_and_ended_with_an_operators_token(self):
        agent = self.guarded(operator=OPERATOR)
        agent.wait_state("claude", "healthy")
        tab = self.open(agent)
        tab.click(row(OPUS))
        tab.click("text=Override\u2026")
        self.picture(tab, "override-fields", whole=False)
        tab.click("#override-submit")
        self.assertIn("Say why", tab.text("#override-mistake"))
        tab.fill("input[name=reason]", "INC-1234, finance closes at 18:00")
        tab.fill("input[name=by]", "dana")
        tab.fill("input[name=weight]", "15")
        tab.press("Enter")
        self.assertEqual("Routers are told that claude/claude-opus-4-6 is unhealthy: 15 % of sessions use it, for 1 h, whatever clients meet and pages say.",
                         tab.text("#override-confirm"))
        self.assertEqual([], agent.json("/v1/overrides")["overrides"])  # said back, not done
        self.picture(tab, "override-confirm", whole=False)
        tab.click("#override-submit")
        self.give(tab, OPERATOR)
        tab.until(shows(OPUS, "unhealthy"), PATIENCE_S)
        self.assertFalse(tab.evaluate("document.querySelector('#override').open"))
        told, = agent.json("/v1/overrides")["overrides"]
        self.assertEqual((OPUS, "unhealthy", 15, "INC-1234, finance closes at 18:00"), (told["target"], told["state"], told["primary_weight"], told["reason"]))
        self.assertIn("by hand", tab.text(row(OPUS)))
        self.assertRegex(tab.text(".by-hand"), r"Set by hand by .*dana.* until .*: INC-1234, finance closes at 18:00")
        tab.until("document.querySelector('#overrides').textContent.includes('In force: claude/claude-opus-4-6')", PATIENCE_S)
        self.assert_kept_here_only(tab, OPERATOR)
        self.picture(tab, "overridden")

        tab.click("text=End the override\u2026")
        tab.click("#override-submit")
        wait_for(lambda: not agent.json("/v1/overrides")["overrides"], "the override to end")
        tab.until("document.querySelector('.by-hand').hidden && document.querySelector('#overrides').textContent.includes('ended by')", PATIENCE_S)

    def test_who_has_no_way_to_override_is_told_so(self):
        agent = self.claude()
        tab = self.open(agent)
        tab.click("text=Override\u2026")
        tab.fill("input[name=reason]", "a try")
        tab.press("Enter", "Enter")
        tab.until("document.querySelector('#override-mistake').textContent !== ''", PATIENCE_S)
        self.assertIn("operator", tab.text("#override-mistake"))
        self.assertEqual([], agent.json("/v1/overrides")["overrides"])


if __name__ == "__main__":
    unittest.main()
