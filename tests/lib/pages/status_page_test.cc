#include "lib/pages/status_page.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/support/pages.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

constexpr const char* kHtml = "an HTML page instead of JSON: the page may have moved to another vendor";

std::string read_claude(HttpReply reply) {
  const ProviderConfig claude = provider("claude");
  return describe(
      read_source(claude, claude.sources.front(), {{"summary", "https://status.example/", std::move(reply)}}));
}

std::string read_openai(HttpReply components, HttpReply incidents) {
  const ProviderConfig openai = provider("openai");
  return describe(read_source(openai, openai.sources.front(),
                              {{"components", "https://status.example/c", std::move(components)},
                               {"incidents", "https://status.example/i", std::move(incidents)}}));
}

struct Sample {
  ProviderConfig provider;
  SourceConfig source;
  std::string name;
  std::string body;

  Result<PageReading> read(const std::string& bytes) const {
    return read_source(provider, source, {answer("summary", 200, bytes)});
  }
};

Sample sample(const std::string& of, const std::string& name, const std::string& body) {
  ProviderConfig owner = provider(of);
  const bool studio = name.find("studio") != std::string::npos;
  const SourceConfig source = studio ? ai_studio_source() : owner.sources.front();
  return {std::move(owner), source, name, body};
}

std::vector<Sample> small_pages() {
  const std::pair<const char*, const char*> files[] = {{"claude", "atlassian_summary.json"},
                                                       {"openai", "incidentio_components.json"},
                                                       {"gemini", "google_cloud_incidents.json"},
                                                       {"gemini", "ai_studio_incidents.json"}};
  std::vector<Sample> pages;
  for (const auto& [of, name] : files) pages.push_back(sample(of, name, data_file(name)));
  return pages;
}

/// The small pages, and the captured ones where they are. The captured year of Google Cloud (1.3 MB) is left out:
/// reading it hundreds of times takes minutes and shows nothing new.
std::vector<Sample> all_pages() {
  std::vector<Sample> pages = small_pages();
  for (const std::string& name : captured_pages()) {
    const std::string vendor = name.substr(0, name.find('_'));
    Sample page = sample(vendor == "google" ? "gemini" : vendor, name, *captured_page(name));
    if (page.body.size() < 100'000) pages.push_back(std::move(page));
  }
  return pages;
}

/// A page whose JSON was damaged may still be JSON; then it may be read. What is not JSON must be an error.
void check_damaged(const Sample& sample, const std::string& damaged) {
  const Result<PageReading> reading = sample.read(damaged);
  if (!Json::accept(damaged)) CHECK_FALSE(reading);
  CHECK_FALSE(describe(reading).empty());
}

}  // namespace

TEST_CASE("what is not a page is an error that says what came instead") {
  const std::vector<std::pair<HttpReply, std::string>> table = {
      {{.status = 405, .waf_action = "captcha"}, "bot challenge (405, captcha)"},
      {{.status = 405}, "bot challenge (405)"},
      {{.status = 202, .waf_action = "challenge"}, "bot challenge (202, challenge)"},
      {{.status = 202}, "bot challenge (202, empty body)"},
      {{.status = 202, .body = "{}"}, "HTTP 202"},
      {{.status = 403, .body = "<html>", .cf_mitigated = "challenge"}, "bot challenge (403, challenge)"},
      {{.status = 403}, "HTTP 403"},
      {{.status = 401}, "HTTP 401"},
      {{.status = 404, .body = "<!DOCTYPE html>"}, "HTTP 404"},
      {{.status = 503}, "HTTP 503"},
      {{.status = 204}, "HTTP 204"},
      {{.status = 302, .location = "https://status.claude.com/api/v2/summary.json"},
       "redirects (302) to https://status.claude.com/api/v2/summary.json: not followed; if the page has moved, "
       "change the URL"},
      {{.status = 301, .location = "https://evil/\x1b[2J" + std::string(500, 'x')},
       "redirects (301) to https://evil/ [2J" + std::string(100, 'x') +
           "...: not followed; if the page has moved, change the URL"},
      {{.status = 308}, "redirects (308) to nowhere: not followed; if the page has moved, change the URL"},
      {{.status = 200, .body = "<!DOCTYPE html><html></html>"}, kHtml},
      {{.status = 200, .body = "\xEF\xBB\xBF\r\n <html>"}, kHtml},
      {{.status = 200, .body = "{}", .content_type = "text/html; charset=utf-8"}, kHtml},
      {{.status = 200}, "not JSON: byte 1 of 0"},
      {{.status = 200, .body = R"({"page": {"id": "tymt)"}, "not JSON: byte 22 of 21"},
      {{.status = 200, .body = std::string(200'000, '[')}, "JSON nested deeper than 64 levels"},
      {{.status = 200, .body = "{\"page\": \"\xFF\xFE\"}"}, "not JSON: byte 11 of 14"},
      {{.status = 200, .body = "null"}, "not a status page: the document is not a JSON object"},
      {{.status = 200, .body = "{}"}, "not a status page: no `components` list"},
  };
  for (const auto& [reply, expected] : table) {
    CAPTURE(expected);
    CHECK(read_claude(reply) == "error: " + expected);
  }
}

TEST_CASE("a fetch that failed is an error in its own words") {
  const ProviderConfig claude = provider("claude");
  const auto read = [&](const char* detail) {
    const FetchFailure failure{FetchErrorKind::timeout, detail};
    return describe(read_source(claude, claude.sources.front(), {{"summary", "https://status.example/", failure}}));
  };
  CHECK(read("no answer within 10 s") == "error: no answer within 10 s");
  CHECK(read("") == "error: the fetch failed");
  CHECK(describe(read_source(claude, claude.sources.front(), {})) == "error: no document to read");
}

TEST_CASE("where a source has several documents the error names the one") {
  const HttpReply good{.status = 200, .body = data_file("incidentio_components.json")};
  CHECK(read_openai(good, {.status = 503}) == "error: incidents: HTTP 503");
  CHECK(read_openai({.status = 200, .body = "<html>"}, good) == std::string("error: components: ") + kHtml);
  CHECK(read_openai({.status = 200, .body = "["}, good) == "error: components: not JSON: byte 2 of 1");
}

TEST_CASE("a kind that no decoder reads is an error") {
  SourceConfig source = provider("claude").sources.front();
  source.kind = static_cast<SourceKind>(99);
  CHECK(describe(read_source(provider("claude"), source, {answer("summary", 200, "{}")})) ==
        "error: a kind of source that no decoder reads");
}

TEST_CASE("no page that is cut short is ever read, wherever the cut") {
  for (const Sample& page : all_pages()) {
    CAPTURE(page.name);
    const size_t end = page.body.find_last_of("]}");
    const size_t step = std::max<size_t>(1, end / 400);
    for (size_t cut = 0; cut <= end; cut += step) {
      CAPTURE(cut);
      CHECK_FALSE(page.read(page.body.substr(0, cut)));
    }
  }
}

TEST_CASE("no damaged byte crashes a decoder, and nothing that is not JSON is read") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (const Sample& page : all_pages()) {
    CAPTURE(page.name);
    for (int round = 0; round < 300; ++round) {
      std::string damaged = page.body;
      const auto flips = 1 + random() % 4;
      for (unsigned i = 0; i < flips; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
      check_damaged(page, damaged);
    }
  }
}

TEST_CASE("no member of another type crashes a decoder") {
  const std::vector<Json> others = {
      nullptr, 1, "text", Json::array(), Json::object(), -1.5, 18446744073709551615u, true, Json::array({nullptr})};
  for (const Sample& page : small_pages()) {
    CAPTURE(page.name);
    const Json original = Json::parse(page.body);
    const Json leaves = original.flatten();
    for (const auto& leaf : leaves.items()) {
      // The value itself and each container around it.
      for (Json::json_pointer at(leaf.key()); !at.empty(); at = at.parent_pointer()) {
        for (const Json& other : others) {
          Json changed = original;
          changed[at] = other;
          CHECK_FALSE(describe(page.read(changed.dump())).empty());
        }
      }
    }
  }
}
