/// The dashboard's files: that they are there, how they are kept, and that nothing else may be loaded.
#include <doctest/doctest.h>

#include <set>

#include "agent/api/web_assets.h"
#include "agent/deflate.h"
#include "agent/http/http_reply.h"
#include "tests/support/api.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

std::string header(const ApiReply& reply, std::string_view name) { return std::string(reply_header(reply, name)); }

struct Served {
  Snapshot snapshot = api_snapshot();

  ApiReply get(const std::string& path, const std::string& if_none_match = "") const {
    return testing::get({snapshot, nullptr, snapshot.as_of}, path, {}, if_none_match);
  }
};

std::string asset_path(std::string_view name) {
  return "/assets/" + std::string(web_assets_hash()) + "/" + std::string(name);
}

}  // namespace

TEST_CASE("the page and all of its files together stay under 100 kB") {
  size_t bytes = web_page().size();
  for (const WebAsset& asset : web_assets()) bytes += asset.text.size();
  MESSAGE("dashboard: ", bytes, " bytes");
  CHECK(bytes < 100'000);
}

TEST_CASE("each file that the page names is served, to be kept for good") {
  const Served fixture;
  std::string_view page = web_page();
  std::set<std::string> named;
  for (size_t at = page.find("assets/"); at != std::string_view::npos; at = page.find("assets/", at + 1)) {
    named.emplace("/" + std::string(page.substr(at, page.find('"', at) - at)));
  }
  CHECK(named.size() == web_assets().size());
  for (const std::string& path : named) {
    CAPTURE(path);
    const ApiReply reply = fixture.get(path);
    CHECK(reply.status == 200);
    CHECK(header(reply, "Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(header(reply, "X-Content-Type-Options") == "nosniff");
    CHECK(header(reply, "Content-Security-Policy").empty() != path.ends_with(".svg"));
  }
}

TEST_CASE("an asset is sent packed, and is itself when it is unpacked") {
  for (const WebAsset& asset : web_assets()) {
    CAPTURE(asset.name);
    const ApiReply reply = Served().get(asset_path(asset.name));
    CHECK(header(reply, "Content-Encoding") == "deflate");
    CHECK(inflate_bytes(reply.body, asset.text.size()) == std::string(asset.text));
  }
}

TEST_CASE("the page may load nothing but its own files, and is in nobody's frame") {
  const ApiReply page = Served().get("/");
  const std::string policy = header(page, "Content-Security-Policy");
  for (const char* rule : {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
                           "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"}) {
    CAPTURE(rule);
    CHECK(policy.find(rule) != std::string::npos);
  }
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(header(page, "Referrer-Policy") == "no-referrer");
  CHECK(page.body.find("http:") == std::string::npos);
  CHECK(page.body.find("https:") == std::string::npos);
  CHECK(page.body.find(" style=") == std::string::npos);
  CHECK(page.body.find("@") == std::string::npos);
}

TEST_CASE("the page is renewed by its tag, and the files of another version are not found") {
  const Served fixture;
  const std::string etag = header(fixture.get("/"), "ETag");
  CHECK(header(fixture.get("/"), "Cache-Control") == "no-cache");
  CHECK(fixture.get("/", etag).status == 304);
  CHECK(fixture.get("/", "\"other\"").status == 200);
  CHECK(fixture.get(asset_path("main.mjs")).status == 200);
  CHECK(fixture.get(asset_path("nothing.mjs")).status == 404);
  CHECK(fixture.get("/assets/0123456789abcdef/main.mjs").status == 404);
}
