/// The captured pages, where they are at hand (tests/data/README.md says what they are): whole readings.
#include <doctest/doctest.h>

#include <algorithm>

#include "lib/pages/status_page.h"
#include "tests/support/pages.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr const char* kNoOpenAi =
    "error: none of the configured components (01JMXBRMFE6N2NNT7DG6XZQ6PW, 01JP8CD9JR3HR6Y7G4Q75N4DVW) is on the "
    "page; it lists 25 components";

struct Expected {
  const char* file;
  const char* provider;
  std::string reading;
};

const std::vector<Expected>& table() {
  static const std::vector<Expected> rows = {
      {"claude_statuspage_summary_2026-04-28_operational.json", "claude",
       "page 'tymt9n04zgry' 2026-04-28T19:15:52.879Z indicator 'none' level none, 5 unwatched\n"
       "component k8w3r06qmzrp 'Claude API (api.anthropic.com)' operational = none\n"},
      {"claude_statuspage_summary_2026-04-28T1751_indicator-major_claude.ai-major_outage_api-partial.json",
       "claude",
       "page 'tymt9n04zgry' 2026-04-28T17:51:36.946Z indicator 'major' level major, 5 unwatched\n"
       "component k8w3r06qmzrp 'Claude API (api.anthropic.com)' partial_outage = major\n"
       "incident 9l93x2ht4s5w 'Claude.ai unavailable and elevated errors on the API' major = major, identified = "
       "active, 2026-04-28T17:41:55.342Z / 2026-04-28T17:51:36.937Z / -, ours, https://stspg.io/mz37pbn6yt3w\n"},
      {"claude_statuspage_summary_2026-09-22T0101_indicator-minor_impact-major_4-partial-outage.json", "claude",
       "page 'tymt9n04zgry' 2026-09-22T00:57:26.262Z indicator 'minor' level major, 5 unwatched\n"
       "component k8w3r06qmzrp 'Claude API (api.anthropic.com)' partial_outage = major\n"
       "incident 7g1qpkyz5gxh 'Elevated errors for multiple models' major = major, investigating = active, "
       "2026-09-22T00:57:26.117Z / 2026-09-22T00:57:26.258Z / -, ours, https://stspg.io/90s4l9yywzbk\n"},
      {"claude_statuspage_summary_2026-10-08T0110_minor_console-degraded_monitoring.json", "claude",
       "page 'tymt9n04zgry' 2026-10-07T23:44:53.565Z indicator 'minor' level none, 5 unwatched\n"
       "component k8w3r06qmzrp 'Claude API (api.anthropic.com)' operational = none\n"
       "incident 978mjkgw6mh7 'Elevated errors on platform.claude.com' major = major, monitoring = monitoring, "
       "2026-10-07T13:25:04.155Z / 2026-10-07T21:45:27.699Z / -, https://stspg.io/sjkw7njwf0mt\n"},
      {"claude_statuspage_scheduled-maintenances_2026-09-15.json", "claude",
       "error: not a status page: no `components` list"},
      {"openai_incidentio_summary_2026-09-15_operational.json", "openai", kNoOpenAi},
      {"openai_incidentio_summary_2026-09-22T1534_minor_monitoring_all_components_operational.json", "openai",
       kNoOpenAi},
      {"openai_incidentio_summary_2026-09-24_operational.json", "openai", kNoOpenAi},
      {"openai_incidentio_summary_2026-09-29T1842_minor_investigating_22_components_degraded.json", "openai",
       "page '01JMDK9XYNY6RXSED6SDWW50WY' 2026-09-29T18:29:41.000Z indicator 'minor' level minor, 23 unwatched\n"
       "component 01JMXBRMFE6N2NNT7DG6XZQ6PW 'Chat Completions' degraded_performance = minor\n"
       "component 01JP8CD9JR3HR6Y7G4Q75N4DVW 'Responses' degraded_performance = minor\n"
       "incident 01M3Q4RK1SM4EMK445GGPG7C0N 'Elevated errors across ChatGPT, Codex, and the API including the "
       "Agents API' minor = minor, investigating = active, 2026-09-29T17:52:52.000Z / 2026-09-29T18:24:17.000Z / "
       "-\n"
       "incident 01M3Q4HMNP8SZ27DTZKW6F5BJ4 'Support chat unavailable' none = none, investigating = active, "
       "2026-09-29T17:49:05.000Z / 2026-09-29T17:55:17.000Z / -\n"},
      {"google_cloud_incidents_2022-07-03_full-feed_2-active-status.json", "gemini",
       "page '' 2022-07-01T19:25:45.000Z indicator '' level none, covers vertex, 0 unwatched\n"
       "component Z0FZJAMvEB4j3NbCJs6B 'Z0FZJAMvEB4j3NbCJs6B' AVAILABLE = none\n"},
      {"google_cloud_incidents_2026-09-15_one-incident_vertex-gemini_41E5S3mkTGDfkZuJZH5k.json", "gemini",
       "page '' 2026-03-09T05:25:43.000Z indicator '' level none, covers vertex, 0 unwatched\n"
       "component Z0FZJAMvEB4j3NbCJs6B 'Gemini on Agent Platform' AVAILABLE = none\n"
       "incident 41E5S3mkTGDfkZuJZH5k 'Vertex AI Gemini API customers experienced increased error rates when "
       "accessing the global endpoint.' SERVICE_INFORMATION = minor, AVAILABLE = over, 2026-02-27T12:37:00.000Z / "
       "2026-03-09T05:25:43.000Z / 2026-02-27T14:35:00.000Z, ours, "
       "https://status.cloud.google.com/incidents/41E5S3mkTGDfkZuJZH5k\n"},
  };
  return rows;
}

}  // namespace

TEST_CASE("every captured page is read as what it shows") {
  if (captured_pages().empty()) {
    MESSAGE("skipped: the captured pages are not here");
    return;
  }
  CHECK(captured_pages().size() == table().size() + 1);  // and AI Studio's, below
  for (const Expected& row : table()) {
    CAPTURE(row.file);
    CHECK(describe(read_page(row.provider, captured_page(row.file).value_or(""))) == row.reading);
  }
}

TEST_CASE("the captured AI Studio history has one open incident on the API and 28 that are over") {
  const auto body = captured_page("gemini_aistudio_ListIncidentsHistory_2026-04-22_active-2.json");
  if (!body) {
    MESSAGE("skipped: the captured pages are not here");
    return;
  }
  auto reading = read_source(provider("gemini"), ai_studio_source(), {answer("summary", 200, *body)});
  REQUIRE(reading);
  CHECK(reading->incidents.size() == 29);
  CHECK(std::ranges::count(reading->incidents, IncidentPhase::over, &Incident::phase) == 28);
  reading->incidents.resize(2);
  CHECK(
      describe(reading) ==
      "page '' - indicator '' level none, 0 unwatched\n"
      "component 1 'Gemini API' severity 1 = minor\n"
      "incident GeminiAPI-new-keys-20260417 'Gemini API is having some issues serving recently created keys' "
      "severity 1 = minor, investigating = active, 2026-04-17T23:00:00.000Z / 2026-04-17T23:00:00.000Z / -, ours\n"
      "incident AIStudio-batch-issue-20260403 'Gemini API Batch experiencing issues.' severity 1 = minor, resolved "
      "= over, 2026-04-03T20:41:00.000Z / 2026-04-06T13:58:00.000Z / 2026-04-06T13:58:00.000Z, ours\n");
}

TEST_CASE("the captured year of Google Cloud has two incidents that ended without ever becoming AVAILABLE") {
  const auto body = captured_page("google_cloud_incidents_2022-07-03_full-feed_2-active-status.json");
  if (!body) {
    MESSAGE("skipped: the captured pages are not here");
    return;
  }
  ProviderConfig gemini = provider("gemini");
  SourceConfig source = gemini.sources.front();
  source.products.clear();
  for (const Json& incident : Json::parse(*body)) {
    for (const Json& product : incident["affected_products"]) source.products.push_back(product["id"]);
  }
  const auto reading = decode_page(gemini, source, {{"summary", *body}});
  REQUIRE(reading);
  CHECK(reading->incidents.size() == 50);
  CHECK(std::ranges::count(reading->incidents, IncidentPhase::over, &Incident::phase) == 50);
}
