"""Every real capture, served by a fake page: level, state, weight, check code and exit code are right."""
import unittest

from harness import DATA, ONLY_FAKES, SAMPLES, AgentTest, json_reply, wait_for

CLAUDE = dict(page_id="tymt9n04zgry", components=("k8w3r06qmzrp",))
OPENAI = dict(page_id="01JMDK9XYNY6RXSED6SDWW50WY",
              components=("01JMXBRMFE6N2NNT7DG6XZQ6PW", "01JP8CD9JR3HR6Y7G4Q75N4DVW"))

HEALTHY = ("none", "healthy", 100, 200, 0)
MINOR = ("minor", "degraded", 100, 200, 1)
MAJOR = ("major", "unhealthy", 10, 503, 2)
# The summary of OpenAI's page lists 25 of its components: while ours are not among them we do not know.
UNKNOWN = ("unknown", "unknown", 100, 200, 3)

STATUSPAGES = {
    "claude_statuspage_summary_2026-04-28_operational.json": (CLAUDE, HEALTHY),
    "claude_statuspage_summary_2026-04-28T1751_indicator-major_claude.ai-major_outage_api-partial.json": (CLAUDE, MAJOR),
    "claude_statuspage_summary_2026-09-22T0101_indicator-minor_impact-major_4-partial-outage.json": (CLAUDE, MAJOR),
    "claude_statuspage_summary_2026-10-08T0110_minor_console-degraded_monitoring.json": (CLAUDE, HEALTHY),
    "openai_incidentio_summary_2026-09-15_operational.json": (OPENAI, UNKNOWN),
    "openai_incidentio_summary_2026-09-22T1534_minor_monitoring_all_components_operational.json": (OPENAI, UNKNOWN),
    "openai_incidentio_summary_2026-09-24_operational.json": (OPENAI, UNKNOWN),
    "openai_incidentio_summary_2026-09-29T1842_minor_investigating_22_components_degraded.json": (OPENAI, MINOR),
}
GOOGLE = {
    "google_cloud_incidents_2026-09-15_one-incident_vertex-gemini_41E5S3mkTGDfkZuJZH5k.json": HEALTHY,
    "google_cloud_incidents_2022-07-03_full-feed_2-active-status.json": HEALTHY,
}
AI_STUDIO = {"gemini_aistudio_ListIncidentsHistory_2026-04-22_active-2.json": HEALTHY}

# One poll of each is enough; one a second of a megabyte, sanitized, comes late, and what was read before is stale by then.
INTERVAL_S = 60


def google_provider(name, url):
    return (f'[[providers.{name}.sources]]\nname = "google_cloud"\nkind = "google_cloud"\nurls = ["{url}"]\n'
            f'products = ["Z0FZJAMvEB4j3NbCJs6B"]\ninterval_s = {INTERVAL_S}\n')


def ai_studio_provider(name, url):
    return (f'[[providers.{name}.sources]]\nname = "ai_studio"\nkind = "ai_studio"\nurls = ["{url}"]\n'
            f'components = ["1"]\napi_key = "public-browser-key"\ninterval_s = {INTERVAL_S}\n')


@unittest.skipUnless(SAMPLES.is_dir(), "the captures are not beside this checkout")
class Captures(AgentTest):
    def test_every_capture_gives_the_expected_answer(self):
        config, expected = ONLY_FAKES, {}

        def serve(file):
            path = f"/{len(expected)}.json"
            self.page.serve(path, json_reply((SAMPLES / file).read_bytes()))
            return f"capture-{len(expected)}", path

        for file, (ids, answer) in STATUSPAGES.items():
            name, path = serve(file)
            config += self.provider(name, path, interval_s=INTERVAL_S, **ids)
            expected[name] = (file, answer)
        for files, provider in ((GOOGLE, google_provider), (AI_STUDIO, ai_studio_provider)):
            for file, answer in files.items():
                name, path = serve(file)
                config += provider(name, self.page.url + path)
                expected[name] = (file, answer)

        agent = self.agent(config).start()
        for name, (file, (level, state, weight, code, exit_code)) in expected.items():
            with self.subTest(file):
                wait_for(lambda: self.polled(agent, name), f"{name} to be polled")
                health = agent.health(name)
                self.assertEqual((level, state, weight),
                                 (health["evidence"]["official"]["level"], health["state"],
                                  health["advice"]["primary_weight"]), health["why"])
                self.assertEqual(code, agent.get(f"/v1/check/{name}")[0])
                self.assertEqual(exit_code, agent.cli("status", name).returncode)

    @staticmethod
    def polled(agent, name):
        return any(source["provider"] == name and source["last_try_at"] for source in agent.json("/v1/sources")["sources"])


if __name__ == "__main__":
    unittest.main()
