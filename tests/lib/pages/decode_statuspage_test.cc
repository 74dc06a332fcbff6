#include "lib/pages/decode_statuspage.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lib/pages/status_page.h"
#include "tests/support/pages.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

Json atlassian() { return data_json("atlassian_summary.json"); }

std::string read_claude(const Json& page) { return describe(read_page("claude", page.dump())); }

/// The reading of Claude's page with the API component in `status`.
PageReading with_api_status(const Json& status) {
  Json page = atlassian();
  page["components"][2]["status"] = status;
  return *read_page("claude", page.dump());
}

Result<PageReading> read_openai(const std::string& components, const std::string& incidents) {
  const ProviderConfig openai = provider("openai");
  return read_source(openai, openai.sources.front(),
                     {answer("components", 200, components), answer("incidents", 200, incidents)});
}

}  // namespace

TEST_CASE("an Atlassian summary gives the API component, its incidents and its maintenances") {
  CHECK(read_claude(atlassian()) ==
        "page 'tymt9n04zgry' 2026-11-23T10:05:00.000Z indicator 'minor' level major, 2 unwatched\n"
        "component k8w3r06qmzrp 'Claude API (api.anthropic.com)' partial_outage = major\n"
        "incident inc-other 'Console is slow' minor = minor, monitoring = monitoring, 2026-11-23T09:00:00.000Z / "
        "2026-11-23T09:40:00.000Z / -\n"
        "incident inc-active 'Elevated errors on Claude Opus 4.6' major = major, investigating = active, "
        "2026-11-23T08:30:00.000Z / 2026-11-23T10:04:00.000Z / -, ours, https://stspg.io/abc, names "
        "claude-opus-4-6\n"
        "maintenance mnt-ours 'Database upgrade' scheduled 2026-11-24T02:00:00.000Z - 2026-11-24T03:00:00.000Z\n"
        "maintenance mnt-untagged 'Network work' in_progress 2026-11-23T09:00:00.000Z - -\n");
}

TEST_CASE("OpenAI's two documents together give the worst of the configured components and every incident") {
  CHECK(describe(read_openai(data_file("incidentio_components.json"), data_file("incidentio_incidents.json"))) ==
        "page '01JMDK9XYNY6RXSED6SDWW50WY' 2026-11-23T10:00:00.000Z indicator '' level minor, 2 unwatched\n"
        "component 01JMXBRMFE6N2NNT7DG6XZQ6PW 'Chat Completions' operational = none\n"
        "component 01JP8CD9JR3HR6Y7G4Q75N4DVW 'Responses' degraded_performance = minor\n"
        "incident 01B 'Elevated error rates for Codex and ChatGPT Work' minor = minor, monitoring = monitoring, "
        "2026-11-23T08:00:00.000Z / 2026-11-23T09:00:00.000Z / -\n"
        "incident 01A 'Elevated errors from GPT-5.6 and GPT-5.6 Instant on paid plans' minor = minor, identified = "
        "active, 2026-11-23T07:00:00.000Z / 2026-11-23T09:55:00.000Z / -, names gpt-5.6 gpt-5.6-instant\n"
        "incident 01C 'gpt-4o-mini high error rate' major = major, resolved = over, 2026-11-20T09:50:00.000Z / "
        "2026-11-20T10:55:00.000Z / 2026-11-20T10:55:00.000Z, names gpt-4o-mini\n"
        "incident 01D 'API outage' critical = critical, postmortem = over, 2026-11-10T09:50:00.000Z / "
        "2026-11-12T10:55:00.000Z / 2026-11-10T11:00:00.000Z\n");
}

TEST_CASE("the two documents are recognised by shape, in any order and under any name") {
  const ProviderConfig openai = provider("openai");
  const PageDocument components{"summary", data_file("incidentio_components.json")};
  const PageDocument incidents{"incidents", data_file("incidentio_incidents.json")};
  const auto one = decode_page(openai, openai.sources.front(), {components, incidents});
  const auto other = decode_page(openai, openai.sources.front(), {incidents, components});
  REQUIRE(one);
  REQUIRE(other);
  CHECK(*one == *other);
  CHECK(decode_page(openai, openai.sources.front(), {components}));
}

TEST_CASE("an incident that two documents list is read once") {
  const ProviderConfig claude = provider("claude");
  const Json page = atlassian();
  const Json incidents = {{"incidents", page["incidents"]}};
  const auto once = decode_page(claude, claude.sources.front(), {{"summary", page.dump()}});
  const auto twice =
      decode_page(claude, claude.sources.front(), {{"summary", page.dump()}, {"incidents", incidents.dump()}});
  REQUIRE(twice);
  CHECK(*once == *twice);
}

TEST_CASE("component words in either vocabulary are levels, and any other word is unknown") {
  const std::vector<std::pair<Json, OfficialLevel>> table = {
      {"operational", OfficialLevel::none},
      {"degraded_performance", OfficialLevel::minor},
      {"partial_outage", OfficialLevel::major},
      {"major_outage", OfficialLevel::critical},
      {"full_outage", OfficialLevel::critical},
      {"under_maintenance", OfficialLevel::maintenance},
      {"Operational", OfficialLevel::unknown},
      {"security_incident", OfficialLevel::unknown},
      {"", OfficialLevel::unknown},
      {nullptr, OfficialLevel::unknown},
      {Json::array({"operational"}), OfficialLevel::unknown},
  };
  for (const auto& [word, level] : table) {
    CAPTURE(word.dump());
    const PageReading reading = with_api_status(word);
    CHECK(reading.component_level == level);
    CHECK(reading.components.front().level == level);
  }
}

TEST_CASE("a component of unknown status leaves the verdict to those that are known") {
  Json page = data_json("incidentio_components.json");
  page["components"][0]["status"] = "a_new_word";
  const auto reading = read_page("openai", page.dump());
  REQUIRE(reading);
  CHECK(reading->component_level == OfficialLevel::minor);
  CHECK(reading->components.front().level == OfficialLevel::unknown);
}

TEST_CASE("incident words are phases, and a word we do not know means that somebody may be affected") {
  const std::vector<std::pair<std::string, IncidentPhase>> table = {
      {"investigating", IncidentPhase::active}, {"identified", IncidentPhase::active},
      {"in_progress", IncidentPhase::active},   {"monitoring", IncidentPhase::monitoring},
      {"verifying", IncidentPhase::monitoring}, {"resolved", IncidentPhase::over},
      {"postmortem", IncidentPhase::over},      {"completed", IncidentPhase::over},
      {"escalated", IncidentPhase::active},     {"", IncidentPhase::active},
  };
  for (const auto& [word, phase] : table) {
    CAPTURE(word);
    CHECK(phase_of(word) == phase);
  }
}

TEST_CASE("the API's level is its component's, whether the page's indicator is lower or higher") {
  Json page = atlassian();
  page["components"][2]["status"] = "major_outage";
  page["status"]["indicator"] = "none";
  CHECK(read_page("claude", page.dump())->component_level == OfficialLevel::critical);
  page["components"][2]["status"] = "operational";
  page["status"]["indicator"] = "critical";
  CHECK(read_page("claude", page.dump())->component_level == OfficialLevel::none);
}

TEST_CASE("an open incident beside green components leaves the component level green") {
  const PageReading reading = with_api_status("operational");
  CHECK(reading.component_level == OfficialLevel::none);
  REQUIRE(reading.incidents.size() == 2);
  CHECK(reading.incidents.back().phase == IncidentPhase::active);
  CHECK(reading.incidents.back().on_our_components);
}

TEST_CASE("a renamed component is known by its id") {
  Json page = atlassian();
  page["components"][2]["name"] = "Something else";
  CHECK(read_page("claude", page.dump())->components.front().name == "Something else");
}

TEST_CASE("a configured component that is not on the page is named, and the others still count") {
  Json page = data_json("incidentio_components.json");
  page["components"].erase(0);
  const auto reading = read_page("openai", page.dump());
  REQUIRE(reading);
  CHECK(reading->component_level == OfficialLevel::minor);
  CHECK(reading->missing_components == std::vector<std::string>{"01JMXBRMFE6N2NNT7DG6XZQ6PW"});
}

TEST_CASE("a page without any configured component is an error that says how many it lists") {
  Json page = atlassian();
  page["components"].erase(2);
  CHECK(read_claude(page) ==
        "error: none of the configured components (k8w3r06qmzrp) is on the page; it lists 2 components");
  page["components"] = Json::array();
  CHECK(read_claude(page) ==
        "error: none of the configured components (k8w3r06qmzrp) is on the page; it lists 0 components");
}

TEST_CASE("incident.io's summary of 25 rotating components without ours is an error, not healthy") {
  Json page = data_json("incidentio_components.json");
  page["components"] = Json::array();
  for (int i = 0; i < 25; ++i) {
    page["components"].push_back(
        {{"id", fmt::format("01K{:02}", i)}, {"name", "Other"}, {"status", "operational"}});
  }
  CHECK(describe(read_page("openai", page.dump())) ==
        "error: none of the configured components (01JMXBRMFE6N2NNT7DG6XZQ6PW, 01JP8CD9JR3HR6Y7G4Q75N4DVW) is on "
        "the page; it lists 25 components");
}

TEST_CASE("another page's id is an error that names both, wherever the document carries it") {
  Json page = atlassian();
  page["page"]["id"] = "jbxzcdv9xc4d";
  CHECK(read_claude(page) == "error: another page: its id is jbxzcdv9xc4d, configured is tymt9n04zgry");
  page.erase("page");
  CHECK(read_page("claude", page.dump()));
  page["components"][0]["page_id"] = "jbxzcdv9xc4d";
  CHECK(read_claude(page) == "error: another page: its id is jbxzcdv9xc4d, configured is tymt9n04zgry");
}

TEST_CASE("a wrong incidents document is an error that names it") {
  const std::string components = data_file("incidentio_components.json");
  const auto error = [&](const std::string& incidents) { return describe(read_openai(components, incidents)); };
  CHECK(error("{}") == "error: incidents: not a status page: no `incidents` list");
  CHECK(error(R"({"incidents": {}})") == "error: incidents: not a status page: no `incidents` list");
  CHECK(error("[]") == "error: incidents: not a status page: the document is not a JSON object");
  CHECK(error(R"({"page": {"id": "x"}, "incidents": []})") ==
        "error: incidents: another page: its id is x, configured is 01JMDK9XYNY6RXSED6SDWW50WY");
  CHECK(error(R"({"incidents": [{"id": "a"}, {"name": "b"}]})") == "error: incidents: incidents[1] has no id");
  CHECK(read_openai(components, R"({"incidents": []})"));
}

TEST_CASE("lists of another type are errors, and absent or null ones are empty") {
  for (const char* list : {"incidents", "scheduled_maintenances"}) {
    CAPTURE(list);
    Json page = atlassian();
    page[list] = "none";
    CHECK(read_claude(page) == fmt::format("error: `{}` is not a list", list));
    page[list] = nullptr;
    CHECK(read_page("claude", page.dump()));
    page.erase(list);
    CHECK(read_page("claude", page.dump()));
  }
  Json page = atlassian();
  page["components"][1] = "text";
  CHECK(read_claude(page) == "error: components[1] has no id");
  page.erase("components");
  CHECK(read_claude(page) == "error: not a status page: no `components` list");
}

TEST_CASE("fields of unexpected types are taken as absent") {
  Json page = atlassian();
  Json& incident = page["incidents"][0];
  incident["components"] = "k8w3r06qmzrp";
  incident["incident_updates"] = 7;
  incident["started_at"] = false;
  incident["name"] = nullptr;
  incident["impact"] = Json::array();
  page["status"] = "minor";
  const auto reading = read_page("claude", page.dump());
  REQUIRE(reading);
  CHECK(reading->indicator.empty());
  const Incident& first = reading->incidents.front();
  CHECK(first.id == "inc-active");
  CHECK(first.name.empty());
  CHECK(first.level == OfficialLevel::unknown);
  CHECK_FALSE(first.on_our_components);
}

TEST_CASE("text from the page arrives clean and short, links only when they are plain https") {
  Json page = atlassian();
  page["components"][2]["name"] = "API\x1b[2J\xE2\x80\xAE evil";
  page["incidents"][0]["name"] = std::string(5000, 'x');
  page["incidents"][0]["id"] = std::string(5000, 'y');
  page["incidents"][0]["shortlink"] = "https://stspg.io/\"onclick=alert(1)";
  const auto reading = read_page("claude", page.dump());
  REQUIRE(reading);
  CHECK(reading->components.front().name == "API [2J evil");
  const Incident& incident = reading->incidents.back();
  CHECK(incident.name.size() == 300);
  CHECK(incident.id.size() == kMaxId);
  CHECK(incident.url.empty());
}

TEST_CASE("a page with thousands of incidents keeps the newest, open ones before over ones") {
  Json page = atlassian();
  Json over = page["incidents"][1];
  over["status"] = "resolved";
  page["incidents"] = Json::array();
  for (int i = 0; i < 2000; ++i) {
    over["id"] = fmt::format("over-{}", i);
    over["started_at"] = over["created_at"] = "2026-11-23T11:00:00Z";
    page["incidents"].push_back(over);
  }
  page["incidents"].push_back(atlassian()["incidents"][0]);
  const auto reading = read_page("claude", page.dump());
  REQUIRE(reading);
  CHECK(reading->incidents.size() == kMaxOverIncidents + 1);
  CHECK(reading->incidents.back().id == "inc-active");
}
