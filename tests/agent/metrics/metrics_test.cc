#include "agent/metrics/metrics.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "agent/http/request_counts.h"
#include "tests/support/api.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

/// The lines of one family, without HELP and TYPE.
std::vector<std::string> samples(const std::string& text, const std::string& family) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(family) && line.find_first_of("{ ", 0) >= family.size()) found.push_back(line);
  }
  return found;
}

Snapshot snapshot_of(const Figures& figures) {
  Snapshot snapshot = api_snapshot();
  snapshot.figures = figures;
  return snapshot;
}

WallTime at(int64_t ms) { return WallTime(Millis(1'795'428'000'000 + ms)); }

}  // namespace

TEST_CASE("a target has a line for each state, and a provider's model is empty") {
  Figures figures;
  figures.targets = {{{"claude", ""}, State::healthy, 100, at(0)},
                     {{"claude", "models/x"}, State::unhealthy, 5, at(1250)}};
  const std::string text = render_metrics(snapshot_of(figures), {});
  CHECK(samples(text, "signalbox_target_state") ==
        std::vector<std::string>{
            R"(signalbox_target_state{provider="claude",model="",state="unknown"} 0)",
            R"(signalbox_target_state{provider="claude",model="",state="healthy"} 1)",
            R"(signalbox_target_state{provider="claude",model="",state="degraded"} 0)",
            R"(signalbox_target_state{provider="claude",model="",state="unhealthy"} 0)",
            R"(signalbox_target_state{provider="claude",model="",state="recovering"} 0)",
            R"(signalbox_target_state{provider="claude",model="models/x",state="unknown"} 0)",
            R"(signalbox_target_state{provider="claude",model="models/x",state="healthy"} 0)",
            R"(signalbox_target_state{provider="claude",model="models/x",state="degraded"} 0)",
            R"(signalbox_target_state{provider="claude",model="models/x",state="unhealthy"} 1)",
            R"(signalbox_target_state{provider="claude",model="models/x",state="recovering"} 0)"});
  CHECK(samples(text, "signalbox_target_primary_weight_ratio") ==
        std::vector<std::string>{
            R"(signalbox_target_primary_weight_ratio{provider="claude",model=""} 1)",
            R"(signalbox_target_primary_weight_ratio{provider="claude",model="models/x"} 0.05)"});
  CHECK(samples(text, "signalbox_target_since") ==
        std::vector<std::string>{
            R"(signalbox_target_since_timestamp_seconds{provider="claude",model=""} 1795428000)",
            R"(signalbox_target_since_timestamp_seconds{provider="claude",model="models/x"} 1795428001.25)"});
}

TEST_CASE("a histogram is cumulative and ends with everything") {
  Measured measured;
  measured.ingest.commits.add(Millis(2));
  measured.ingest.commits.add(Millis(300));
  measured.ingest.commits.add(seconds(60));
  const auto lines = samples(render_metrics(snapshot_of({}), measured), "signalbox_report_commit_duration_seconds");
  REQUIRE(lines.size() == DurationCounts::kBounds.size() + 3);
  CHECK(std::ranges::count(lines, R"(signalbox_report_commit_duration_seconds_bucket{le="0.001"} 0)") == 1);
  CHECK(std::ranges::count(lines, R"(signalbox_report_commit_duration_seconds_bucket{le="0.0025"} 1)") == 1);
  CHECK(std::ranges::count(lines, R"(signalbox_report_commit_duration_seconds_bucket{le="10"} 2)") == 1);
  CHECK(std::ranges::count(lines, R"(signalbox_report_commit_duration_seconds_bucket{le="+Inf"} 3)") == 1);
  CHECK(std::ranges::count(lines, "signalbox_report_commit_duration_seconds_count 3") == 1);
  CHECK(std::ranges::count(lines, "signalbox_report_commit_duration_seconds_sum 60.302") == 1);
}

TEST_CASE("a reporter's name cannot leave its label") {
  Figures figures;
  figures.reporters = {{"a\"} 1\nsignalbox_store_ok 0 \\", at(0), true}};
  const std::string text = render_metrics(snapshot_of(figures), {});
  CHECK(samples(text, "signalbox_reporter_set_aside") ==
        std::vector<std::string>{R"(signalbox_reporter_set_aside{reporter="a\"} 1\nsignalbox_store_ok 0 \\"} 1)"});
  CHECK(samples(text, "signalbox_store_ok") == std::vector<std::string>{"signalbox_store_ok 1"});
}

TEST_CASE("large counts are written out whole") {
  Measured measured;
  measured.engine.reported[{"claude", ""}] = {123'456'789'012'345};
  CHECK(samples(render_metrics(snapshot_of({}), measured), "signalbox_reported_outcomes_total").front() ==
        R"(signalbox_reported_outcomes_total{provider="claude",model="",outcome="ok"} 123456789012345)");
}

TEST_CASE("metrics are answered as Prometheus asks for them") {
  const Snapshot snapshot = snapshot_of({});
  Measured measured;
  measured.front.requests = {{"/v1/health/{target}", "GET", 200, 7}};
  const ApiReply reply = get({snapshot, nullptr, snapshot.as_of, &measured}, "/metrics");
  CHECK(reply.status == 200);
  CHECK(reply.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(samples(reply.body, "signalbox_http_requests_total") ==
        std::vector<std::string>{
            R"(signalbox_http_requests_total{route="/v1/health/{target}",method="GET",code="200"} 7)"});
}

TEST_CASE("the process knows itself") {
  const ProcessFigures figures = process_figures();
  CHECK(figures.resident_bytes > 1'000'000);
  CHECK(figures.virtual_bytes >= figures.resident_bytes);
  CHECK(figures.open_fds >= 3);
  CHECK(figures.max_fds >= figures.open_fds);
  CHECK(figures.threads >= 1);
  CHECK(figures.start_time > 1.7e9);
}

TEST_CASE("routes are told by their pattern, which no path can widen") {
  CHECK(route_label("/v1/health/(.+)") == "/v1/health/{target}");
  CHECK(route_label("/v1/routes/([^/]+)") == "/v1/routes/{name}");
  CHECK(route_label(R"(/openapi\.json)") == "/openapi.json");
  CHECK(route_label("/livez") == "/livez");
  std::set<std::string> labels;
  for (const ApiRoute& route : api_routes()) labels.insert(route_label(route.pattern));
  CHECK(labels.size() == api_routes().size());
}

TEST_CASE("a method that nobody uses is no label of its own") {
  CHECK(method_label("GET") == "GET");
  CHECK(method_label("BREW") == "other");
}
