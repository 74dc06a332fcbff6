#include "lib/pages/decode_google_cloud.h"

#include <doctest/doctest.h>

#include "lib/pages/status_page.h"
#include "tests/support/pages.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

Json cloud() { return data_json("google_cloud_incidents.json"); }

Result<PageReading> read_cloud(const Json& feed) { return read_page("gemini", feed.dump()); }

Incident newest_of_cloud(const Json& feed) { return read_cloud(feed)->incidents.front(); }

}  // namespace

TEST_CASE("a Google Cloud feed gives our product's incidents and what the open ones say of it") {
  CHECK(describe(read_cloud(cloud())) ==
        "page '' 2026-11-23T09:45:00.000Z indicator '' level none, covers vertex, 0 unwatched\n"
        "component Z0FZJAMvEB4j3NbCJs6B 'Gemini on Agent Platform' SERVICE_DISRUPTION = major\n"
        "incident open '**Gemini 2.5 Pro** fails in us-central1.' SERVICE_DISRUPTION = major, SERVICE_DISRUPTION = "
        "active, 2026-11-23T09:00:00.000Z / 2026-11-23T09:30:00.000Z / -, ours, "
        "https://status.cloud.google.com/incidents/open, names gemini-2.5-pro\n"
        "incident ended 'Vertex Gemini API had errors.' SERVICE_INFORMATION = minor, SERVICE_DISRUPTION = over, "
        "2026-11-20T08:00:00.000Z / 2026-11-21T09:45:00.000Z / 2026-11-20T09:00:00.000Z, ours, "
        "https://status.cloud.google.com/incidents/ended\n");
}

TEST_CASE("severity and status impact: the worse of the two, and an unknown pair is unknown") {
  struct Row {
    const char* severity;
    const char* impact;
    OfficialLevel level;
  };
  for (const Row& row : {Row{"low", "SERVICE_INFORMATION", OfficialLevel::minor},
                         Row{"medium", "SERVICE_DISRUPTION", OfficialLevel::major},
                         Row{"high", "SERVICE_OUTAGE", OfficialLevel::critical},
                         Row{"low", "SERVICE_OUTAGE", OfficialLevel::critical},
                         Row{"high", "SERVICE_INFORMATION", OfficialLevel::critical},
                         Row{"", "SERVICE_DISRUPTION", OfficialLevel::major},
                         Row{"enormous", "SERVICE_MELTDOWN", OfficialLevel::unknown}}) {
    CAPTURE(row.severity);
    CAPTURE(row.impact);
    Json feed = cloud();
    feed[0]["severity"] = row.severity;
    feed[0]["status_impact"] = row.impact;
    CHECK(newest_of_cloud(feed).level == row.level);
    CHECK(read_cloud(feed)->component_level ==
          (row.level == OfficialLevel::unknown ? OfficialLevel::unknown : OfficialLevel::none));
  }
}

TEST_CASE("a Google Cloud incident runs while it has no end and its newest update is not AVAILABLE") {
  Json feed = cloud();
  feed[0].erase("end");
  CHECK(newest_of_cloud(feed).phase == IncidentPhase::active);
  feed[0]["most_recent_update"]["status"] = "AVAILABLE";
  CHECK(newest_of_cloud(feed).phase == IncidentPhase::over);
  CHECK(newest_of_cloud(feed).resolved_at == newest_of_cloud(feed).updated_at);
  CHECK(read_cloud(feed)->components.front().status == "AVAILABLE");
}

TEST_CASE("a feed in which our product never occurs is healthy, and its name is its id") {
  Json feed = Json::array({cloud()[1]});
  CHECK(describe(read_cloud(feed)) ==
        "page '' 2026-11-23T09:45:00.000Z indicator '' level none, covers vertex, 0 unwatched\n"
        "component Z0FZJAMvEB4j3NbCJs6B 'Z0FZJAMvEB4j3NbCJs6B' AVAILABLE = none\n");
}

TEST_CASE("a Google Cloud feed that proves nothing is an error") {
  const auto error = [](const Json& feed) { return describe(read_cloud(feed)); };
  CHECK(error(Json::array()) ==
        "error: an empty feed: it has always listed incidents of some product, so this says nothing");
  CHECK(error(Json::object()) == "error: not a Google Cloud feed: the document is not a list");
  CHECK(error(Json::array({1})) == "error: not a Google Cloud feed: [0] has no id");
  Json feed = cloud();
  feed[1].erase("begin");
  CHECK(error(feed) == "error: not a Google Cloud feed: [1] has no begin");
  feed = cloud();
  feed[2]["end"] = "soon";
  CHECK(error(feed) == "error: [2].end is not a time");
}
