#include "lib/pages/decode_ai_studio.h"

#include <doctest/doctest.h>

#include "lib/pages/status_page.h"
#include "tests/support/pages.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

Json studio() { return data_json("ai_studio_incidents.json"); }

Result<PageReading> read_studio(const Json& feed) {
  return read_source(provider("gemini"), ai_studio_source(), {answer("summary", 200, feed.dump())});
}

}  // namespace

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
