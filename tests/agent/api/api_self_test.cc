#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "agent/api/openapi.h"
#include "tests/support/api.h"
#include "tests/support/source_dir.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

struct Fixture {
  Snapshot snapshot = api_snapshot();

  ApiReply get(const std::string& path, Millis after = Millis(0)) const {
    return testing::get({snapshot, nullptr, snapshot.as_of + after}, path);
  }
};

std::string livez(const std::string& head, const std::string& status, const std::string& time,
                  const std::string& output) {
  return head + " application/health+json\nCache-Control: no-store\n\n" + R"({"status":")" + status +
         R"(","version":")" SIGNALBOX_VERSION
         R"(","serviceId":"signalbox","checks":{"engine:heartbeat":[{"status":")" +
         status + R"(","time":")" + time + "\"" + output + "}]}}";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the agent is alive until its engine has not published for more than ten seconds") {
  CHECK(show(get("/livez")) == livez("200", "pass", "2026-11-23T10:00:00.000Z", ""));
  CHECK(show(get("/livez", Millis(10'000))) == livez("200", "pass", "2026-11-23T10:00:10.000Z", ""));
  CHECK(show(get("/livez", Millis(10'001))) ==
        livez("503", "fail", "2026-11-23T10:00:10.001Z", R"(,"output":"the engine has not published for 10 s")"));
  CHECK(show(get("/livez", hours(1))) ==
        livez("503", "fail", "2026-11-23T11:00:00.000Z", R"(,"output":"the engine has not published for 3600 s")"));
}

TEST_CASE_FIXTURE(Fixture, "a step of the wall clock does not make the engine silent") {
  const Instant stepped{snapshot.as_of.wall + hours(5), snapshot.as_of.mono};
  CHECK(testing::get({snapshot, nullptr, stepped}, "/livez").status == 200);
}

TEST_CASE_FIXTURE(Fixture, "readyz is the core's word, 200 with warnings too") {
  CHECK(show(get("/readyz")) == "200 application/health+json\nCache-Control: no-store\n\n" + snapshot.readyz);
  snapshot.readyz = R"({"status":"warn"})";
  CHECK(show(get("/readyz")) == "200 application/health+json\nCache-Control: no-store\n\n" + snapshot.readyz);
  snapshot.ready = false;
  snapshot.readyz = R"({"status":"fail"})";
  CHECK(show(get("/readyz")) == "503 application/health+json\nCache-Control: no-store\n\n" + snapshot.readyz);
}

TEST_CASE_FIXTURE(Fixture, "sources are the snapshot's") {
  CHECK(show(get("/v1/sources")) == "200 application/json\nCache-Control: max-age=1\n\n" + snapshot.sources);
}

TEST_CASE_FIXTURE(Fixture, "the contract is served as it stands in the repository, to the byte") {
  std::ifstream file(testing::source_dir() + "/schema/openapi.json", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE(text.str().size() > 10'000);
  CHECK(openapi_document() == text.str());
  CHECK(show(get("/openapi.json")) == "200 application/json\nCache-Control: max-age=1\n\n" + text.str());
}
