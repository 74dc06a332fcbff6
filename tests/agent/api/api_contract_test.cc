/// That the contract and the agent say the same: the paths here, the answers by tests/schema/validate.py.
#include <doctest/doctest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <set>
#include <thread>

#include "agent/api/openapi.h"
#include "agent/clock.h"
#include "agent/http/http_front.h"
#include "lib/core.h"
#include "lib/json.h"
#include "tests/support/api.h"
#include "tests/support/builders.h"
#include "tests/support/records.h"
#include "tests/support/source_dir.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

/// A documented path with a name in the place of each parameter.
std::string filled(std::string path) {
  for (const std::string name : {"{provider}", "{model}", "{route}"}) {
    if (const size_t at = path.find(name); at != std::string::npos) path.replace(at, name.size(), "name");
  }
  if (path.starts_with("/assets/")) return "/assets/0123456789abcdef/main.mjs";
  return path;
}

/// Evidence of every shape: an incident, a maintenance, a source that never answered, one known model.
SnapshotPtr real_snapshot(Instant now) {
  ProviderConfig claude = provider("claude");
  claude.models = {"claude-opus-4-6"};
  ProviderConfig openai = provider("openai", {source("page"), source("silent")});
  auto configured = std::make_shared<Config>(*config({claude, openai}));
  configured->routes = {
      {.name = "chat", .primary = "claude/claude-opus-4-6", .fallbacks = {"openai/gpt-5.5"}, .notice = "A backup."},
      {.name = "search", .primary = "openai"}};
  Core core = update(start_core(configured, {.generation = 41}, now), {}, now).core;
  Incident errors = incident("Elevated errors on Claude Opus 4.6", OfficialLevel::major, now.wall - minutes(3));
  errors.url = "https://stspg.io/x";
  PageReading red = page(OfficialLevel::major, {errors});
  red.page_updated_at = now.wall;
  red.indicator = "minor";
  red.missing_components = {"batch"};
  red.maintenances = {{.id = "m1", .name = "Failover", .status = "scheduled", .from = now.wall, .to = {}}};
  core = update(core, {observed(red, now), observed(page(OfficialLevel::minor), now, "openai")}, now).core;
  core = update(core, {observed(Error{"HTTP 503"}, now, "claude")}, now).core;
  return render(core, {.version = "1.2.3", .instance = "5f1c9a"}, now);
}

/// Two pages of each kind. The cursor is good for the fake alone.
class TwoPages final : public FakeHistory {
 public:
  explicit TwoPages(std::string evidence) : evidence_(std::move(evidence)) {}
  Result<HistoryPage<TransitionRecord>> transitions(const TransitionQuery& query) override {
    if (!query.cursor.empty() && query.cursor != "next") return Error{kBadCursor};
    TransitionRecord record = transition(8, {"claude", "claude-opus-4-6"});
    record.evidence = query.cursor.empty() ? evidence_ : "";
    return HistoryPage<TransitionRecord>{{record}, query.cursor.empty() ? "next" : ""};
  }
  Result<HistoryPage<IncidentRecord>> incidents(const IncidentQuery& query) override {
    if (!query.cursor.empty() && query.cursor != "next") return Error{kBadCursor};
    IncidentRecord record = signalbox::incident("i1");
    if (!query.cursor.empty()) record.url = "";
    return HistoryPage<IncidentRecord>{{record}, query.cursor.empty() ? "next" : ""};
  }
  Result<std::vector<CountStep>> counts(const CountQuery& query) override {
    return std::vector<CountStep>{{query.since, {90, 10}}};
  }
  Result<StateSeries> states(const StateQuery& query) override {
    return StateSeries{.before = StateChange{query.since - hours(1), State::healthy, 100}};
  }

 private:
  std::string evidence_;
};

std::string evidence_of(const Snapshot& snapshot) {
  return dump_json(OrderedJson((*parse_ordered_json(snapshot.targets.at("claude").body))["evidence"]));
}

/// Serves the real routes on a free port while it lives.
class ServedApi {
 public:
  explicit ServedApi(const SnapshotPtr& snapshot) {
    FrontConfig config;
    config.listen = {"127.0.0.1:0"};
    auto front = HttpFront::listen(config, api_routes(), std::make_unique<TwoPages>(evidence_of(*snapshot)),
                                   snapshot, &writes_);
    REQUIRE(front);
    front_ = std::move(*front);
    thread_ = std::thread([this] { front_->run(); });
  }
  ServedApi(const ServedApi&) = delete;
  ServedApi& operator=(const ServedApi&) = delete;
  ~ServedApi() {
    front_->stop();
    thread_.join();
  }
  std::string url() const { return "http://" + front_->bound().front(); }

 private:
  FakeWrites writes_;
  std::unique_ptr<HttpFront> front_;
  std::thread thread_;
};

struct Finished {
  int status;
  std::string output;
};

Finished run(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe);
  std::string output;
  char buffer[4096];
  while (const size_t count = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

}  // namespace

TEST_CASE("each path of the contract has one route, and each route is in the contract") {
  const Json contract = *parse_json(openapi_document());
  std::set<std::string> described;
  for (const auto& [path, item] : contract["paths"].items()) {
    CAPTURE(path);
    const ApiRoute* route = find_route(filled(path));
    REQUIRE(route);
    described.insert(route->pattern);
    CHECK(item.contains("get") == (route->get != nullptr));
    CHECK(item.contains("post") == (route->post != nullptr));
    CHECK(item.contains("put") == (route->put != nullptr));
    CHECK(item.contains("delete") == (route->del != nullptr));
    if (route->get == nullptr) continue;
    std::set<std::string> names;
    for (const Json& one : item["get"].value("parameters", Json::array())) names.insert(one.value("$ref", ""));
    CHECK(names.contains("#/components/parameters/wait_s") == route->waits);
    CHECK(names.contains("#/components/parameters/generation") == route->waits);
    const bool about_writes = path == "/v1/overrides" || path == "/v1/reporters";
    CHECK(item["get"]["tags"].front() == (about_writes                     ? "writing"
                                          : route->reads_history           ? "history"
                                          : route->waits || route->streams ? "health"
                                                                           : "agent"));
  }
  std::set<std::string> routed;
  for (const ApiRoute& route : api_routes()) routed.insert(route.pattern);
  CHECK(described == routed);
  CHECK(contract["info"]["version"] == SIGNALBOX_VERSION);
}

TEST_CASE("what is not a path of the contract has no route") {
  for (const char* path :
       {"/index.html", "/assets/", "/assets/0123456789abcdef/../main.mjs", "/v1", "/v1/health/", "/v1/check",
        "/v1/check/", "/v1/routes/", "/v1/routes/a/b", "/v1/timeline", "/v1/stream/", "/v1/sources/", "/v1/healthy",
        "/openapi_json", "/livez/x", "/v2/health", "//v1/health"}) {
    CAPTURE(path);
    CHECK(find_route(path) == nullptr);
  }
}

TEST_CASE("what the agent answers over the wire keeps the contract") {
  const ServedApi api(real_snapshot(now()));
  const Finished checked =
      run("/usr/bin/python3 " + testing::source_dir() + "/tests/schema/validate.py --url " + api.url());
  INFO(checked.output);
  CHECK(checked.status == 0);
  // Every documented path answered, with its models both known and inherited.
  for (const char* line : {"ok    GET /v1/health 200",
                           "ok    GET /v1/health/claude/claude-opus-4-6 200",
                           "ok    GET /v1/health/openai/models%2Fnobody-has-this%4020260101 200",
                           "ok    GET /v1/check/claude 503",
                           "ok    GET /v1/check/openai?degraded=429 429",
                           "ok    GET /v1/health/claude If-None-Match 304",
                           "ok    GET /v1/check/claude If-None-Match 503",
                           "ok    GET /v1/transitions?limit=1&cursor=next 200",
                           "ok    GET /v1/routes/chat?key=user-1 200",
                           "ok    GET /v1/routes/chat If-None-Match 304",
                           "ok    GET /v1/stream 200",
                           "ok    HEAD /v1/stream 200",
                           "ok    GET /v1/timeline/claude/claude-opus-4-6?step_s=3600 200",
                           "ok    HEAD /readyz 200",
                           "ok    GET /metrics 200",
                           "ok    HEAD /metrics 200",
                           "ok    GET /openapi.json 200",
                           "ok    GET / 200",
                           "ok    GET / If-None-Match 304",
                           "ok    HEAD / 200",
                           "ok    GET /assets/0123456789abcdef/main.mjs 404",
                           "ok    GET /v1/transitions?cursor=none-of-ours 400",
                           "ok    POST /v1/reports 200",
                           "ok    POST /v1/reports 413",
                           "ok    PUT /v1/overrides/claude/a/model 403",
                           "ok    GET /v1/reporters 200",
                           "ok    GET /v1/overrides 200"}) {
    CAPTURE(line);
    CHECK(checked.output.find(line) != std::string::npos);
  }
}
