"""The Python and the Node client, two applications of one fleet: their users are answered through an outage, and the agent
hears exactly what their requests met."""
import collections
import hashlib
import json
import signal
import sys
import unittest

from fleet import BUDGET_S, COMMANDS, EXAMPLES, FULL_BUDGET_S, NOTICE, PRIMARY, Application, Fleet, said
from harness import PATIENCE_S, reply, wait_for

SLACK_S = 2 * PATIENCE_S  # what a busy machine may add to what users wait


class Applications(Fleet):
    def applications(self, url=None, heartbeat_s=30, patience_s=PATIENCE_S, timeout_s=2 * PATIENCE_S):
        """What is only slow, on a busy machine, must not look as if it hung: they are patient."""
        options = {"url": url or self.between.url, "timeout_s": timeout_s, "heartbeat_s": heartbeat_s, "patience_s": patience_s,
                   "targets": {PRIMARY: self.claude.url + "/v1/messages", "openai": self.openai.url + "/v1/responses"}}
        made = [Application(name, options) for name in COMMANDS]
        for one in made:
            self.addCleanup(one.remove)
        return made

    def ask(self, applications, keys, want="well"):
        """What each application's users saw, who all ask at once."""
        for one in applications:
            one.begin([f"{key}" for key in keys], want)
        return [{**seen, "application": one.name} for one in applications for seen in one.seen()]

    def answered_by(self, name, seen, degraded):
        """`name` answered whole, and a fallback's users were told."""
        target = PRIMARY if name == "claude" else name
        for one in seen:
            self.assertEqual((target, degraded, NOTICE if degraded else None, None),
                             tuple(one[field] for field in ("target", "degraded", "notice", "failure")), one)
            self.assertEqual(said(name), one["text"])


class Clients(Applications):
    def test_users_are_answered_through_an_outage_and_the_agent_hears_every_outcome(self):
        applications = self.applications()
        self.answered_by("claude", self.ask(applications, range(10)), degraded=False)
        self.assertEqual([], self.openai.attempts())

        # The outage: everything that can go wrong, and the page stays green.
        kinds = ("529", "500", "overload in stream", "no answer", "429")
        self.claude.behave = lambda request: kinds[int(request["key"])]
        before = len(self.claude.attempts())
        seen = self.ask(applications, range(len(kinds)))
        self.answered_by("openai", seen, degraded=True)
        for one in seen:
            self.assertLess(one["seconds"], BUDGET_S + SLACK_S, one)
        tries = collections.Counter(self.claude.attempts()[before:])
        for kind in kinds:  # retried within the budget, and then shed
            self.assertGreater(tries[kind], len(applications), tries)
        self.claude.behave = lambda request: "529"

        def shifted():
            self.answered_by("openai", self.ask(applications, range(8)), degraded=True)
            return self.running.health(PRIMARY)["state"] == "unhealthy"

        wait_for(shifted, "the agent to learn of the outage", 3 * PATIENCE_S)

        # Then the share moves: only the canary's sessions are tried, once, before they are shed.
        route = self.running.json("/v1/routes/chat")

        def canary(key):
            number = hashlib.sha256(f"{route['split_seed']}/chat/{key}".encode()).digest()[:8]
            return int.from_bytes(number, "big") % 100 < route["primary_weight"]

        known = next(f"{key}" for key in range(8) if not canary(f"{key}"))  # it was told to use the primary
        for application in applications:
            wait_for(lambda: self.leaves_the_primary(application, known), f"{application.name} to hear of it", 3 * PATIENCE_S)
        before = len(self.claude.attempts())
        keys = [f"session-{number}" for number in range(60)]
        self.answered_by("openai", self.ask(applications, keys), degraded=True)
        canaries = sum(canary(key) for key in keys)
        self.assertGreater(canaries, 0)
        self.assertEqual(canaries * len(applications), len(self.claude.attempts()) - before)

        for application in applications:
            self.assertEqual(0, application.close(), application.log)
        self.assert_all_was_told()
        self.assertEqual(sorted(COMMANDS), sorted(one["name"] for one in self.running.json("/v1/reporters")["reporters"]))

    def leaves_the_primary(self, application, key):
        before = len(self.claude.attempts())
        self.ask([application], [key])
        return len(self.claude.attempts()) == before

    def test_what_begins_to_fail_in_the_middle_is_counted_and_not_tried_again(self):
        applications = self.applications()
        for want, failure in (("late overload", "errors overloaded_error"), ("cut", "outcomes server_error"),
                              ("400", "status 400")):
            for one in self.ask(applications, [want], want):
                self.assertEqual(failure, one["failure"], one)
                self.assertEqual("" if want == "400" else said("claude"), one["text"])
            self.assertEqual([want] * len(applications), self.claude.attempts(want))
        self.ask(applications, ["abandon"], "abandon")
        # What the provider asks for is waited for, as far as the budget goes.
        self.claude.behave = lambda request: "well" if self.claude.attempts(request["key"]) else request["want"]
        for application in applications:
            one = self.ask([application], [f"soon for {application.name}"], "soon")[0]
            self.assertEqual((PRIMARY, None), (one["target"], one["failure"]))
            self.assertGreater(one["seconds"], 1)
        self.claude.behave = lambda request: request["want"]
        self.openai.behave = lambda request: "well"
        self.answered_by("openai", self.ask(applications, ["far"], "far"), degraded=True)
        self.assertEqual(["far"] * len(applications), self.claude.attempts("far"))
        for application in applications:
            self.assertEqual(0, application.close(), application.log)
        self.assert_all_was_told()

    def test_who_hangs_is_left_when_its_time_is_over(self):
        applications = self.applications(timeout_s=BUDGET_S)
        self.claude.behave = lambda request: "hang"
        seen = self.ask(applications, ["one"])
        self.answered_by("openai", seen, degraded=True)
        self.assertEqual(["hang"] * len(applications), self.claude.attempts("one"))
        for one in seen:
            self.assertLess(one["seconds"], BUDGET_S + SLACK_S)
        for application in applications:
            self.assertEqual(0, application.close(), application.log)
        self.assertEqual({"timeout": len(applications)}, self.told("claude"))

    def test_a_batch_counts_once_whatever_happens_to_its_answers(self):
        applications = self.applications(heartbeat_s=1)
        first = {"lose": {}, "slow": {}, "refuse": {}}  # what happens -> reporter -> the batch_id that it happens to
        happens = []

        def meddle(handler, body):
            batch = json.loads(body)
            reporter, batch_id = batch["reporter"], batch["batch_id"]
            if not batch["reports"] or first[happens[-1]].setdefault(reporter, batch_id) != batch_id:
                return None
            tries = len(self.tries_of(reporter, batch_id))
            if happens[-1] == "lose":
                return "lose" if tries < 3 else None
            if happens[-1] == "slow" and tries > 1:
                return None
            answer = reply(503, b"{}", {"Retry-After": "2"}) if happens[-1] == "slow" else reply(400, b'{"pointer": ""}')
            answer(handler)
            return "answered"

        self.between.meddle = meddle
        for what, tries in (("lose", 3), ("slow", 2)):
            happens.append(what)
            self.answered_by("claude", self.ask(applications, range(5)), degraded=False)
            everything = 5 * len(applications) * len(happens)
            wait_for(lambda: self.told("claude").get("ok") == everything, f"what {what}s to be counted", 5 * PATIENCE_S)
            # What was lost is counted before it is answered.
            wait_for(lambda: all(len(self.tries_of(one.name, first[what].get(one.name))) == tries for one in applications),
                     f"what {what}s to be answered", 5 * PATIENCE_S)
        happens.append("refuse")
        self.ask(applications, range(5))
        wait_for(lambda: len(first["refuse"]) == len(applications), "a batch to be refused", 3 * PATIENCE_S)
        lost, slowed, refused = first.values()
        for application in applications:
            name = application.name
            tries = self.tries_of(name, slowed[name])
            self.assertEqual(2, len(tries))
            (first_at, first), (second_at, second) = tries
            self.assertGreaterEqual(second_at - first_at, 2, name)
            self.assertGreater(second.pop("sent_at"), first.pop("sent_at"))
            self.assertEqual(first, second)
            self.assertEqual(3, len(self.tries_of(name, lost[name])))
            self.assertEqual(1, len(self.tries_of(name, refused[name])))
            before = self.heartbeats(name)
            wait_for(lambda: self.heartbeats(name) > before, "a heartbeat", 3 * PATIENCE_S)
            self.assertEqual(0, application.close())
            self.assertIn(f"{refused[name]} is dropped", "".join(application.log))
        self.assertEqual(len(applications), len(self.between.renewed_by))
        for reporter in self.running.json("/v1/reporters")["reporters"]:
            self.assertLess(abs(reporter["skew_ms"]), 1000 * SLACK_S)

    def heartbeats(self, reporter):
        return len([batch for _, batch in self.between.tries(reporter) if not batch["reports"]])

    def tries_of(self, reporter, batch_id):
        return [(at, batch) for at, batch in self.between.tries(reporter) if batch["batch_id"] == batch_id]


class Death(Applications):
    # Long enough for a busy machine to do what is done meanwhile.
    answer_ttl_s = int(1.5 * PATIENCE_S)

    def test_an_agent_that_dies_changes_nothing_until_its_answers_expire(self):
        applications = self.applications(f"http://{self.running.address}", patience_s=0.25)
        self.take_down(PRIMARY)
        for application in applications:
            wait_for(lambda: self.ask([application], ["first"])[0]["degraded"], f"{application.name} to hear of it",
                     3 * PATIENCE_S)
        # One that hangs: nobody waits for it.
        self.running.process.send_signal(signal.SIGSTOP)
        before = len(self.claude.attempts())
        seen = self.ask(applications, range(20))
        self.answered_by("openai", seen, degraded=True)
        self.assertLess(max(one["seconds"] for one in seen), 3 * SLACK_S)  # it would be for ever
        self.running.kill()
        self.answered_by("openai", self.ask(applications, range(20, 30)), degraded=True)
        self.assertEqual(before, len(self.claude.attempts()))
        # Then it is unknown: the primary, and the full budget.
        for application in applications:
            wait_for(lambda: self.ask([application], ["first"])[0]["target"] == PRIMARY, f"{application.name} to forget it",
                     3 * PATIENCE_S)
        self.claude.behave = lambda request: "529"
        for one in self.ask(applications, range(3)):
            self.assertEqual(("openai", True, None), tuple(one[field] for field in ("target", "degraded", "failure")), one)
            self.assertGreater(one["seconds"], FULL_BUDGET_S - 3)
            self.assertLess(one["seconds"], FULL_BUDGET_S + SLACK_S)


class Bounds(unittest.TestCase):
    def test_what_waits_for_an_agent_that_is_away_is_bounded_and_nothing_of_it_is_lost(self):
        sys.dont_write_bytecode = True  # nothing of ours among the examples
        sys.path.insert(0, str(EXAMPLES))
        self.addCleanup(sys.path.remove, str(EXAMPLES))
        import signalbox_client as client

        posted = []

        class Away:
            there = False

            def call(self, path, timeout_s, body, headers):
                if not self.there:
                    raise ConnectionRefusedError("away")
                posted.append(json.loads(body))
                return 200, {}, '{"accepted": 1, "duplicate": false, "ignored": []}'

        agent = Away()
        reports = client.Reports(agent, "r", 30)
        for _ in range(500):
            reports.count("claude/claude-opus-4-6", "outcomes", "ok")
            reports.flush()
        self.assertEqual(client.MOST_BATCHES, len(reports.waiting))
        for number in range(1000):  # a provider that makes up words
            reports.count("openai", "errors", f"word-{number}")
        self.assertLessEqual(len(reports.open["openai"]["errors"]), 101)
        agent.there, reports.not_before = True, 0
        reports.flush()
        reports.flush()
        self.assertEqual((0, {}), (len(reports.waiting), reports.open))
        parts = [part for batch in posted for part in batch["reports"]]
        self.assertEqual(500, sum(part.get("outcomes", {}).get("ok", 0) for part in parts))
        self.assertEqual(1000, sum(sum(part.get("errors", {}).values()) for part in parts))
        self.assertEqual(len(posted), len({batch["batch_id"] for batch in posted}))


if __name__ == "__main__":
    unittest.main()
