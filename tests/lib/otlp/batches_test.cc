/// An exporter's points as batches of reports.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "lib/otlp/batches.h"
#include "lib/otlp/decode_json.h"
#include "tests/support/builders.h"
#include "tests/support/otlp.h"

using namespace signalbox;
using namespace signalbox::otlp;
using namespace signalbox::testing;

namespace {

const Instant kNow = ManualClock().now;

uint64_t ns(WallTime at) { return static_cast<uint64_t>(at.time_since_epoch().count()) * 1'000'000; }

/// `attributes` beside a provider and a model; over the last ten seconds.
OtlpPoint point(uint64_t count, OtlpAttributes attributes = {}) {
  attributes.emplace_back("gen_ai.provider.name", "anthropic");
  attributes.emplace_back("gen_ai.request.model", "claude-opus-4-6");
  attributes.emplace_back("gen_ai.operation.name", "chat");
  return {
      .attributes = attributes, .start_ns = ns(kNow.wall - seconds(10)), .time_ns = ns(kNow.wall), .count = count};
}

struct Receiver {
  SeriesMemory memory{kNow.wall - hours(1)};
  std::optional<std::string> token_of;

  std::variant<Batches, ExportProblem> read(const Export& exported) {
    return batches_of(exported,
                      {.batch_id = "otlp-1",
                       .reporter = token_of,
                       .at = kNow,
                       .is_configured =
                           [](std::string_view name) {
                             return name == "claude" || name == "gemini" || name == "azure_ai_openai";
                           }},
                      memory);
  }
  Batches take(const OtlpRequest& request) {
    return std::get<Batches>(read(std::get<Export>(decode_json(otlp_json(request)))));
  }
};

OutcomeCounts counts(std::initializer_list<std::pair<Outcome, int64_t>> given) {
  OutcomeCounts made{};
  for (const auto& [outcome, count] : given) made.at(static_cast<size_t>(outcome)) = count;
  return made;
}

}  // namespace

TEST_CASE("the outcomes of one model over the same time are one report") {
  const Batches made = Receiver().take(
      {.points = {point(95), point(3, {{"error.type", "529"}}), point(1, {{"error.type", "OverloadedError"}}),
                  point(1, {{"error.type", "TimeoutError"}})}});
  CHECK(made.rejected.points() == 0);
  REQUIRE(made.batches.size() == 1);
  const ReportBatch expected = {
      .reporter = "checkout/i-1",
      .batch_id = "otlp-1",
      .at = kNow,
      .reports = {{.target = {"claude", "claude-opus-4-6"},
                   .to = kNow.wall,
                   .span = seconds(10),
                   .counts = counts({{Outcome::ok, 95}, {Outcome::overloaded, 4}, {Outcome::timeout, 1}})}}};
  CHECK(made.batches[0].batch == expected);
  CHECK(made.batches[0].counted.empty());
}

TEST_CASE("a cumulative count is what came since the last one, and one that is refused comes with the next") {
  Receiver receiver;
  OtlpRequest request{.temporality = 2, .points = {point(100)}};
  const auto next = [&](uint64_t count) {
    request.points[0].count = count;
    request.points[0].time_ns += 1'000'000'000;
    return receiver.take(request);
  };
  request.points[0].time_ns = ns(kNow.wall - seconds(5));
  CHECK(next(100).batches[0].batch.reports[0].counts == counts({{Outcome::ok, 100}}));
  const Batches second = next(107);
  REQUIRE(second.batches[0].batch.reports.size() == 1);
  CHECK(second.batches[0].batch.reports[0].span == seconds(1));
  CHECK(second.batches[0].batch.reports[0].counts == counts({{Outcome::ok, 7}}));
  CHECK(receiver.take(request).batches[0].batch == second.batches[0].batch);  // a retry
  for (const Counted& one : second.batches[0].counted) receiver.memory.settle(one.series, one.time, false);
  CHECK(next(109).batches[0].batch.reports[0].counts == counts({{Outcome::ok, 9}}));
  const Batches idle = next(109);
  REQUIRE(idle.batches.size() == 1);
  CHECK(idle.batches[0].batch.reports.empty());  // a heartbeat
}

TEST_CASE("series are told apart by resource, attributes and start, in whatever order the attributes come") {
  Receiver receiver;
  OtlpRequest request{.temporality = 2, .points = {point(10)}};
  const auto counted = [&] {
    const Batches made = receiver.take(request);
    const auto& reports = made.batches[0].batch.reports;
    return reports.empty() ? 0 : reports[0].counts.at(0);
  };
  request.points[0].start_ns = ns(kNow.wall - hours(2));  // before the memory: a first point counts nothing
  CHECK(counted() == 0);
  request.points[0].time_ns += 1'000'000;
  request.points[0].count = 12;
  std::swap(request.points[0].attributes[0], request.points[0].attributes[2]);
  CHECK(counted() == 2);
  request.resource.emplace_back("process.pid", "7");
  request.points[0].time_ns += 1'000'000;
  request.points[0].count = 13;
  CHECK(counted() == 0);
  request.points[0].attributes.emplace_back("server.address", "10.0.0.1");
  request.points[0].time_ns += 1'000'000;
  CHECK(counted() == 0);
  request.points[0].start_ns += 1;
  request.points[0].time_ns += 1'000'000;
  CHECK(counted() == 0);
  CHECK(receiver.memory.size() == 4);
}

TEST_CASE("two processes that call themselves alike are two series, not one that is reset again and again") {
  Receiver receiver;
  OtlpRequest one{.temporality = 2, .points = {point(1000)}};
  OtlpRequest other = one;
  one.points[0].start_ns = ns(kNow.wall - hours(3));
  other.points[0].start_ns = ns(kNow.wall - hours(2));
  other.points[0].count = 900;
  int64_t counted = 0;
  for (int round = 0; round < 5; ++round) {
    for (OtlpRequest* request : {&one, &other}) {
      request->points[0].time_ns += 1'000'000;
      request->points[0].count += 1;
      for (const Batch& batch : receiver.take(*request).batches) {
        for (const Report& report : batch.batch.reports) counted += report.counts.at(0);
      }
    }
  }
  CHECK(counted == 8);
}

TEST_CASE("what cannot be used is rejected with the reason, and the rest is taken") {
  const auto with = [](OtlpAttributes attributes) {
    OtlpPoint made = point(1);
    made.attributes = std::move(attributes);
    return made;
  };
  OtlpPoint no_time = point(1);
  no_time.time_ns = no_time.start_ns = 0;
  OtlpPoint backwards = point(1);
  std::swap(backwards.start_ns, backwards.time_ns);
  OtlpPoint future = point(1);
  future.time_ns = ns(kNow.wall + Millis(5001));
  OtlpPoint old = point(1);
  old.start_ns = old.time_ns = ns(kNow.wall - hours(1) - Millis(1));
  struct Row {
    OtlpPoint point;
    std::string why;
  };
  for (const Row& row : {
           Row{with({}), "neither gen_ai.provider.name nor gen_ai.system is set"},
           Row{with({{"gen_ai.provider.name", "cohere"}}), "no provider \"cohere\" is configured, for \"cohere\""},
           Row{with({{"gen_ai.provider.name", "openai"}}), "no provider \"openai\" is configured, for \"openai\""},
           Row{with({{"gen_ai.provider.name", "\x1b[2J"}}), "no provider \"[2j\" is configured, for \"[2J\""},
           Row{with({{"gen_ai.provider.name", "anthropic"}, {"gen_ai.request.model", "my model"}}),
               "gen_ai.request.model \"my model\" is not the name of a model"},
           Row{point(1, {{"error.type", "ValueError"}}), "nobody knows the error.type \"ValueError\""},
           Row{no_time, "timeUnixNano is not set"},
           Row{backwards, "startTimeUnixNano is later than timeUnixNano"},
           Row{future, "timeUnixNano is more than 5 s in the future: the clocks differ"},
           Row{old, "timeUnixNano is over an hour ago"},
           Row{point(1'000'000'001), "an outcome's count over 1000000000"},
       }) {
    CAPTURE(row.why);
    const Batches made = Receiver().take({.points = {row.point, point(4)}});
    CHECK(made.rejected.points() == 1);
    CHECK(made.rejected.message() == "1 not counted: " + row.why);
    REQUIRE(made.batches.size() == 1);
    CHECK(made.batches[0].batch.reports.back().counts == counts({{Outcome::ok, 4}}));
  }
}

TEST_CASE("an outcome's count has one bound, under however many errors it comes") {
  const Batches made =
      Receiver().take({.points = {point(999'999'999, {{"error.type", "500"}}), point(2, {{"error.type", "502"}}),
                                  point(1, {{"error.type", "api_error"}})}});
  CHECK(made.rejected.points() == 1);
  CHECK(made.batches.at(0).batch.reports.at(0).counts == counts({{Outcome::server_error, 1'000'000'000}}));
}

TEST_CASE("another kind of metric, or no temporality, is rejected") {
  const Batches sum = Receiver().take({.kind = OtlpKind::sum, .points = {point(1), point(2)}});
  CHECK(sum.rejected.message() == "2 not counted: gen_ai.client.operation.duration is no histogram");
  CHECK(sum.batches.empty());
  const Batches unsaid = Receiver().take({.temporality = 0, .points = {point(1)}});
  CHECK(unsaid.rejected.message() ==
        "1 not counted: aggregationTemporality is neither 1 (delta) nor 2 (cumulative)");
}

TEST_CASE("what is no call to a model, and a mark without a value, is passed over") {
  OtlpPoint ended = point(0);
  ended.flags = 1;
  OtlpRequest request{.points = {ended}};
  for (const char* operation : {"execute_tool", "invoke_agent", "invoke_workflow"}) {
    OtlpPoint one = point(5, {{"error.type", "ToolError"}});
    one.attributes.insert(one.attributes.begin(), {"gen_ai.operation.name", operation});
    request.points.push_back(one);
  }
  const Batches made = Receiver().take(request);
  CHECK(made.batches.empty());
  CHECK(made.rejected.points() == 0);
}

TEST_CASE("providers have our names, and other people's servers names of their own") {
  for (const auto& [name, ours] : std::vector<std::pair<std::string, std::string>>{
           {"anthropic", "claude"},
           {"Anthropic", "claude"},
           {"openai", "openai"},
           {"gcp.gemini", "gemini"},
           {"gcp.vertex_ai", "gemini"},
           {"gcp.gen_ai", "gemini"},
           {"gemini", "gemini"},
           {"azure.ai.openai", "azure_ai_openai"},
           {"aws.bedrock", "aws_bedrock"},
           {"mistral_ai", "mistral_ai"},
           {"claude", "claude"},
       }) {
    CHECK(provider_of(name) == ours);
  }
}

TEST_CASE("gen_ai.system stands in for the provider's name in older SDKs; the model may be missing") {
  OtlpPoint old = point(2);
  old.attributes = {{"gen_ai.system", "azure.ai.openai"}};
  const Batches made = Receiver().take({.points = {old}});
  REQUIRE(made.batches.size() == 1);
  CHECK(made.batches[0].batch.reports[0].target == Target{"azure_ai_openai", ""});
}

TEST_CASE("a reporter is the token's, or a service and its instance") {
  struct Row {
    OtlpAttributes resource;
    std::string name;
  };
  for (const Row& row : {
           Row{{{"service.name", "shop"}, {"service.instance.id", "7"}}, "shop/7"},
           Row{{{"service.name", "shop"}}, "shop"},
           Row{{{"service.instance.id", "7"}}, "7"},
           Row{{}, "opentelemetry"},
           Row{{{"service.name", "caf\xc3\xa9\n"}}, "caf___"},
           Row{{{"service.name", std::string(200, 's')}, {"service.instance.id", std::string(200, 'i')}},
               std::string(64, 's') + "/" + std::string(63, 'i')},
       }) {
    Receiver receiver;
    CHECK(receiver.take({.resource = row.resource, .points = {point(1)}}).batches[0].batch.reporter == row.name);
    CHECK(is_reporter_name(row.name));
    receiver.token_of = "router-1";
    CHECK(receiver.take({.resource = row.resource, .points = {point(1)}}).batches[0].batch.reporter == "router-1");
  }
}

TEST_CASE("what a Collector passes on is a batch for each instance, at most 64") {
  const Export one = std::get<Export>(decode_json(otlp_json({.points = {point(1)}})));
  Export many;
  const auto add_instance = [&] {
    const size_t i = many.resources.size();
    many.resources.push_back({{"service.instance.id", std::to_string(i)}});
    many.scopes.push_back({i, "", ""});
    many.points.push_back(one.points[0]);
    many.points.back().scope = i;
  };
  for (int i = 0; i < 64; ++i) add_instance();
  CHECK(std::get<Batches>(Receiver().read(many)).batches.size() == 64);
  add_instance();
  const auto refused = std::get<ExportProblem>(Receiver().read(many));
  CHECK(refused.too_large);
  CHECK(refused.detail == "data points of 65 services or instances; at most 64 may come at once");
}

TEST_CASE("the message about rejections is short, the most frequent reason first") {
  Rejections rejected;
  CHECK(rejected.message().empty());
  rejected.add("b", 2);
  rejected.add("a");
  CHECK(rejected.message() == "2 not counted: b; 1 not counted: a");
  for (int i = 0; i < 1000; ++i) rejected.add(fmt::format("reason {}", i));
  CHECK(rejected.points() == 1003);
  CHECK(rejected.message().size() <= 1000);
}
