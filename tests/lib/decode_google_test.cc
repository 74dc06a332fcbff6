/// Both feeds of Google: incidents only, so that an empty or foreign document must never look healthy.
#include <doctest/doctest.h>

#include "lib/status_page.h"
#include "tests/support/pages.h"

using namespace signalbox;
using namespace signalbox::test;

namespace {

Json cloud() { return data_json("google_cloud_incidents.json"); }
Json studio() { return data_json("ai_studio_incidents.json"); }

Result<PageReading> read_cloud(const Json& feed) { return read_page("gemini", feed.dump()); }

Result<PageReading> read_studio(const Json& feed) {
  return read_source(provider("gemini"), ai_studio_source(), {answer("summary", 200, feed.dump())});
}

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

TEST_CASE("an AI Studio answer gives our component's incidents, newest update by its time") {
  CHECK(
      describe(read_studio(studio())) ==
      "page '' - indicator '' level none, 0 unwatched\n"
      "component 1 'Gemini API' severity 1 = minor\n"
      "incident GeminiAPI-new 'Gemini 2.5 Pro is slow' severity 1 = minor, investigating = active, "
      "2026-11-23T09:00:00.000Z / 2026-11-23T09:00:00.000Z / -, ours, names gemini-2.5-pro\n"
      "incident GeminiAPI-fixed 'Gemini API and AI Studio outage' severity 2 = major, monitoring = monitoring, "
      "2026-11-22T09:00:00.000Z / 2026-11-22T10:00:00.000Z / -, ours\n"
      "incident GeminiAPI-old 'Batch API outage.' severity 2 = major, resolved = over, 2026-11-20T09:00:00.000Z / "
      "2026-11-20T10:00:00.000Z / 2026-11-20T10:00:00.000Z, ours\n");
}

TEST_CASE("an AI Studio code or severity that was never seen is neither over nor harmless") {
  Json feed = studio();
  feed[0][0][0][2] = 3;
  feed[0][0][0][3][0][0] = 9;
  const auto reading = read_studio(feed);
  REQUIRE(reading);
  CHECK(reading->component_level == OfficialLevel::unknown);
  CHECK(reading->components.front().status == "severity 3");
  CHECK(reading->incidents.front().status == "code 9");
  CHECK(reading->incidents.front().phase == IncidentPhase::active);
}

TEST_CASE("an AI Studio answer that proves nothing is an error") {
  const char* empty = "error: not an AI Studio feed: no list of incidents";
  for (const char* text : {"[]", "[[]]", "[[[]]]", "{}", "null", "[null]", "[[null]]", "\"[[[]]]\""}) {
    CAPTURE(text);
    CHECK(describe(read_studio(Json::parse(text))) == empty);
  }
  const std::vector<std::pair<const char*, Json>> broken = {
      {"/0/0/1/0", 7},
      {"/0/0/1/1", nullptr},
      {"/0/0/1/2", "2"},
      {"/0/0/1/3", Json::array()},
      {"/0/0/1/3/0/0", "1"},
      {"/0/0/1/3/0/2/0", "soon"},
      {"/0/0/1/3/0/2/0", 1795424400},
      {"/0/0/1/5", 1},
      {"/0/0/1/3/0/2/0", "99999999999999999999"},
      {"/0/0/1/5/0", "1"},
      {"/0/0/1", nullptr},
  };
  for (const auto& [pointer, value] : broken) {
    CAPTURE(pointer);
    Json feed = studio();
    feed[Json::json_pointer(pointer)] = value;
    CHECK(describe(read_studio(feed)) == "error: not an AI Studio feed: incident 1 has another shape");
  }
}
