/// POST /v1/otlp/v1/metrics as a function: from an exporter's body to batches, and how it is answered.
#include <doctest/doctest.h>

#include "tests/support/api.h"
#include "tests/support/builders.h"
#include "tests/support/otlp.h"

using namespace signalbox;
using namespace signalbox::testing;

namespace {

const Instant kNow = ManualClock().now;
const std::string kPath = "/v1/otlp/v1/metrics";

uint64_t ns(WallTime at) { return static_cast<uint64_t>(at.time_since_epoch().count()) * 1'000'000; }

OtlpRequest request_of(const std::string& provider, uint64_t count, const std::string& error_type = "") {
  OtlpPoint point{.attributes = {{"gen_ai.provider.name", provider}},
                  .start_ns = ns(kNow.wall - seconds(1)),
                  .time_ns = ns(kNow.wall),
                  .count = count};
  if (!error_type.empty()) point.attributes.emplace_back("error.type", error_type);
  return {.points = {point}};
}

struct Api {
  Snapshot snapshot = api_snapshot();
  FakeWrites writes;

  /// As the front calls it: a refusal is worded by the route.
  ApiReply post(const std::string& body, BodyType type = BodyType::json, const Caller& caller = {}) {
    std::optional<ApiReply> given;
    take_otlp({.method = "POST", .path = kPath, .body = body, .caller = caller, .body_type = type}, given);
    if (given->status < 400) return *given;
    return find_route(kPath)->reword(*given, type);
  }

 private:
  void take_otlp(const ApiRequest& request, std::optional<ApiReply>& given) {
    find_route(kPath)->post(request, {snapshot, nullptr, kNow}, writes,
                            [&](ApiReply reply) { given = std::move(reply); });
  }
};

std::string header(const ApiReply& reply, const std::string& name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

TEST_CASE("an export that is stored is answered in its own encoding, and is a batch like any other") {
  Api api;
  const OtlpRequest request = request_of("anthropic", 4, "529");
  CHECK(show(api.post(otlp_json(request))) == "200 application/json\nCache-Control: no-store\n\n{}");
  CHECK(show(api.post(otlp_protobuf(request), BodyType::protobuf)) ==
        "200 application/x-protobuf\nCache-Control: no-store\n\n");
  REQUIRE(api.writes.batches.size() == 2);
  for (const ReportBatch& batch : api.writes.batches) {
    CHECK(batch.reporter == "checkout/i-1");
    CHECK(batch.at == kNow);
    REQUIRE(batch.reports.size() == 1);
    CHECK(batch.reports[0].target == Target{"claude", ""});
    CHECK(batch.reports[0].counts.at(static_cast<size_t>(Outcome::overloaded)) == 4);
  }
}

TEST_CASE("the same body is the same batch, and no other is") {
  Api api;
  const std::string body = otlp_json(request_of("anthropic", 4));
  api.post(body);
  api.post(body);
  api.post(otlp_json(request_of("anthropic", 5)));
  REQUIRE(api.writes.batches.size() == 3);
  CHECK(api.writes.batches[0] == api.writes.batches[1]);
  CHECK(api.writes.batches[0].batch_id != api.writes.batches[2].batch_id);
  CHECK(api.writes.batches[0].batch_id.starts_with("otlp-"));
  CHECK(api.writes.batches[0].batch_id.size() == 37);
  CHECK(is_label(api.writes.batches[0].batch_id, kMaxBatchId));
}

TEST_CASE("what cannot be used is told as a partial success, in both encodings") {
  Api api;
  const OtlpRequest request = request_of("cohere", 4);
  CHECK(api.post(otlp_json(request)).body ==
        R"({"partialSuccess":{"rejectedDataPoints":"1","errorMessage":)"
        R"("1 not counted: no provider \"cohere\" is configured, for \"cohere\""}})");
  const ApiReply protobuf = api.post(otlp_protobuf(request), BodyType::protobuf);
  CHECK(protobuf.status == 200);
  CHECK(protobuf.body.starts_with("\x0a"));
  CHECK(protobuf.body.find("no provider \"cohere\" is configured") != std::string::npos);
  CHECK(api.writes.batches.empty());
}

TEST_CASE("an export without anything for us is a success, and writes nothing") {
  Api api;
  CHECK(api.post("{}").body == "{}");
  CHECK(api.post("", BodyType::protobuf).body.empty());
  OtlpRequest other = request_of("anthropic", 4);
  other.metric = "http.server.request.duration";
  CHECK(api.post(otlp_json(other)).body == "{}");
  CHECK(api.writes.batches.empty());
  CHECK(api.writes.turned_away == 0);
}

TEST_CASE("bad data is a 400 with a google.rpc.Status that says where") {
  Api api;
  CHECK(show(api.post(R"({"resourceMetrics": 1})")) ==
        "400 application/json\nCache-Control: no-store\n\n"
        R"({"code":3,"message":"/resourceMetrics: must be an array"})");
  const ApiReply protobuf = api.post("\x0a\x7f", BodyType::protobuf);
  CHECK(protobuf.status == 400);
  CHECK(protobuf.content_type == "application/x-protobuf");
  CHECK(protobuf.body.starts_with("\x08\x03\x12"));
  CHECK(protobuf.body.find("not an ExportMetricsServiceRequest") != std::string::npos);
  OtlpRequest many;
  many.points.resize(1001);
  CHECK(api.post(otlp_json(many)).status == 413);
  CHECK(api.writes.turned_away == 3);
  CHECK(api.writes.batches.empty());
}

TEST_CASE("what is not on disk is not acknowledged, and the exporter is told when to come again") {
  Api api;
  const std::string body = otlp_json(request_of("anthropic", 4));
  for (const auto& [how, status] :
       {std::pair{Taken::not_stored, 503}, std::pair{Taken::refused, 503}, std::pair{Taken::too_fast, 429}}) {
    api.writes.how = how;
    api.writes.retry_after = Millis(1'001);
    const ApiReply reply = api.post(body);
    CHECK(reply.status == status);
    CHECK(header(reply, "Retry-After") == "2");
    CHECK(reply.body.find(R"("message":)") != std::string::npos);
  }
}

TEST_CASE("a cumulative count that was refused is counted when it comes again, and one that is stored only once") {
  Api api;
  OtlpRequest request = request_of("anthropic", 100);
  request.temporality = 2;
  const auto counted = [&] {
    api.writes.batches.clear();
    api.post(otlp_json(request));
    const auto& reports = api.writes.batches.at(0).reports;
    return reports.empty() ? 0 : reports[0].counts.at(0);
  };
  const auto next = [&](uint64_t count) {
    request.points[0].count = count;
    request.points[0].time_ns += 1'000'000;
  };
  CHECK(counted() == 100);
  next(107);
  api.writes.how = Taken::too_fast;
  CHECK(counted() == 7);
  api.writes.how = Taken::stored;
  CHECK(counted() == 7);
  next(110);
  CHECK(counted() == 3);
  next(120);
  api.writes.how = Taken::refused;
  CHECK(counted() == 10);
  next(121);
  CHECK(counted() == 11);
  next(122);
  api.writes.how = Taken::not_stored;  // taken in all the same
  CHECK(counted() == 12);
  next(123);
  CHECK(counted() == 1);
}

TEST_CASE("a request of several instances is answered once, by the worst of its batches") {
  struct Picky final : Writes {
    FakeWrites others;
    void take(ReportBatch batch, BatchDone done) override {
      others.how = batch.reporter == "checkout/i-2" ? Taken::refused : Taken::stored;
      others.take(std::move(batch), done);
    }
    void take(OverrideChange change, OverrideDone done) override { others.take(std::move(change), done); }
    SharedSeries& series() override { return others.series(); }
  };
  Picky writes;
  std::string body;
  for (const char* instance : {"i-1", "i-2", "i-3"}) {
    OtlpRequest request = request_of("anthropic", 4);
    request.resource[1].second = instance;
    body += otlp_protobuf(request);
  }
  const Snapshot snapshot = api_snapshot();
  int answers = 0;
  int status = 0;
  find_route(kPath)->post({.method = "POST", .path = kPath, .body = body, .body_type = BodyType::protobuf},
                          {snapshot, nullptr, kNow}, writes, [&](const ApiReply& reply) {
                            ++answers;
                            status = reply.status;
                          });
  CHECK(answers == 1);
  CHECK(status == 503);
  CHECK(writes.others.batches.size() == 3);
}

TEST_CASE("a reporter's token names the reporter, whatever the resource says") {
  Api api;
  api.post(otlp_json(request_of("anthropic", 4)), BodyType::json, {.grant = Grant{Role::reporter, "router-1"}});
  REQUIRE(api.writes.batches.size() == 1);
  CHECK(api.writes.batches[0].reporter == "router-1");
}
