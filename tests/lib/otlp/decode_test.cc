/// Both encodings of an exporter's request, and what is said of one that is neither.
#include <doctest/doctest.h>

#include <protozero/pbf_writer.hpp>

#include "lib/otlp/decode_json.h"
#include "lib/otlp/decode_protobuf.h"
#include "tests/support/otlp.h"

using namespace signalbox::otlp;
using namespace signalbox::testing;

namespace {

constexpr uint64_t kTen = 1'795'600'800'000'000'000;  // 2026-11-25T10:00:00Z
constexpr uint64_t kSecond = 1'000'000'000;

OtlpRequest two_points() {
  return {.points = {{.attributes = {{"gen_ai.provider.name", "anthropic"}, {"error.type", "529"}},
                      .start_ns = kTen,
                      .time_ns = kTen + kSecond,
                      .count = 7},
                     {.attributes = {{"gen_ai.provider.name", "anthropic"}},
                      .start_ns = kTen,
                      .time_ns = kTen + kSecond,
                      .count = 18'446'744'073'709'551'615U,
                      .flags = 1}}};
}

Export decoded(const Decoded& read) {
  const auto* problem = std::get_if<ExportProblem>(&read);
  if (problem != nullptr) FAIL(problem->where, ": ", problem->detail);
  return std::get<Export>(read);
}

ExportProblem refused(const Decoded& read) {
  REQUIRE(std::holds_alternative<ExportProblem>(read));
  return std::get<ExportProblem>(read);
}

/// `inner` as field `number` of a message.
std::string within(uint32_t number, const std::string& inner) {
  std::string outer;
  protozero::pbf_writer(outer).add_message(number, inner);
  return outer;
}

/// A request with `metric` in it.
std::string request_with(const std::string& metric) { return within(1, within(2, within(2, metric))); }

}  // namespace

TEST_CASE("a histogram is read with who measured, since when, until when, and how often") {
  const Export read = decoded(decode_json(otlp_json(two_points())));
  const Export expected = {.resources = {{{"service.name", "checkout"}, {"service.instance.id", "i-1"}}},
                           .scopes = {{0, "instrumentation", "1"}},
                           .points = {{.scope = 0,
                                       .temporality = Temporality::delta,
                                       .attributes = {{"gen_ai.provider.name", "anthropic"}, {"error.type", "529"}},
                                       .start_ns = kTen,
                                       .time_ns = kTen + kSecond,
                                       .count = 7},
                                      {.scope = 0,
                                       .temporality = Temporality::delta,
                                       .attributes = {{"gen_ai.provider.name", "anthropic"}},
                                       .start_ns = kTen,
                                       .time_ns = kTen + kSecond,
                                       .count = 18'446'744'073'709'551'615U,
                                       .no_value = true}}};
  CHECK(read == expected);
}

TEST_CASE("protobuf says the same as JSON, for both kinds of histograms and both temporalities") {
  for (const OtlpKind kind : {OtlpKind::histogram, OtlpKind::exponential, OtlpKind::sum}) {
    for (const int temporality : {0, 1, 2, 3}) {
      OtlpRequest request = two_points();
      request.kind = kind;
      request.temporality = temporality;
      CAPTURE(temporality);
      const Export read = decoded(decode_protobuf(otlp_protobuf(request)));
      CHECK(read == decoded(decode_json(otlp_json(request))));
      CHECK(read.points.size() == (kind == OtlpKind::sum ? 0 : 2));
      CHECK(read.not_histograms == (kind == OtlpKind::sum ? 2 : 0));
    }
  }
}

TEST_CASE("other metrics are not looked into") {
  OtlpRequest request = two_points();
  request.metric = "gen_ai.client.token.usage";
  CHECK(decoded(decode_json(otlp_json(request))) == Export{});
  CHECK(decoded(decode_protobuf(otlp_protobuf(request))) == Export{});
  CHECK(decoded(decode_json(
            R"({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "other", "histogram": 5}]}]}]})")) ==
        Export{});
}

TEST_CASE("an empty request is a request") {
  CHECK(decoded(decode_json("{}")) == Export{});
  CHECK(decoded(decode_json(R"({"resourceMetrics": null, "added later": [1, {}]})")) == Export{});
  CHECK(decoded(decode_protobuf("")) == Export{});
}

TEST_CASE("attributes of every type are told apart") {
  const Export read = decoded(decode_json(R"({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{
    "name": "gen_ai.client.operation.duration", "histogram": {"dataPoints": [{"count": "12", "timeUnixNano": 9, "attributes": [
      {"key": "a", "value": {"stringValue": "x"}}, {"key": "b", "value": {"intValue": "529"}},
      {"key": "c", "value": {"intValue": 529}}, {"key": "d", "value": {"boolValue": true}},
      {"key": "e", "value": {"doubleValue": 0.5}}, {"key": "f", "value": {"arrayValue": {"values": [{"intValue": 1}]}}},
      {"key": "g"}, {"key": "h", "value": {"unheardOf": 1}}]}]}}]}]}]})"));
  REQUIRE(read.points.size() == 1);
  CHECK(read.points[0].count == 12);
  CHECK(read.points[0].time_ns == 9);
  CHECK(read.points[0].attributes == Attributes{{"a", "x"},
                                                {"b", "529"},
                                                {"c", "529"},
                                                {"d", "true"},
                                                {"e", "0.5"},
                                                {"f", R"({"values":[{"intValue":1}]})"},
                                                {"g", ""},
                                                {"h", ""}});
}

TEST_CASE("in protobuf the order of fields means nothing, and what is unknown is passed over") {
  std::string point;
  {
    protozero::pbf_writer writer(point);
    writer.add_fixed64(4, 3);
    writer.add_string(99, "added later");
    writer.add_uint64(3, 5);  // not the type of timeUnixNano: another field
    writer.add_message(
        9, within(2,
                  [] {
                    std::string any;
                    protozero::pbf_writer(any).add_int64(3, -529);
                    return any;
                  }()) +
               [] {
                 std::string key;
                 protozero::pbf_writer(key).add_string(1, "error.type");
                 return key;
               }());
  }
  std::string histogram = within(1, point);
  protozero::pbf_writer(histogram).add_enum(2, 2);
  std::string metric = within(9, histogram);
  protozero::pbf_writer(metric).add_string(1, "gen_ai.client.operation.duration");
  const Export read = decoded(decode_protobuf(request_with(metric)));
  CHECK(read.points ==
        std::vector<Point>{
            {.temporality = Temporality::cumulative, .attributes = {{"error.type", "-529"}}, .count = 3}});
}

TEST_CASE("what is wrong in JSON is named with its place") {
  const std::string metric =
      R"({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "gen_ai.client.operation.duration", )";
  struct Row {
    std::string body;
    std::string where;
    std::string detail;
  };
  const std::string number = "must be a whole number that is not negative, or one as text";
  const std::string points = "/resourceMetrics/0/scopeMetrics/0/metrics/0/histogram/dataPoints";
  for (const Row& row : {
           Row{"", "", "not JSON: byte 1 of 0"},
           Row{"[]", "", "must be an object"},
           Row{R"({"resourceMetrics": {}})", "/resourceMetrics", "must be an array"},
           Row{R"({"resourceMetrics": [1]})", "/resourceMetrics/0", "must be an object"},
           Row{R"({"resourceMetrics": [{"resource": []}]})", "/resourceMetrics/0/resource", "must be an object"},
           Row{R"({"resourceMetrics": [{"resource": {"attributes": [{"key": 1}]}}]})",
               "/resourceMetrics/0/resource/attributes/0/key", "must be a string"},
           Row{metric + R"("histogram": 5}]}]}]})", "/resourceMetrics/0/scopeMetrics/0/metrics/0/histogram",
               "must be an object"},
           Row{metric + R"("histogram": {"dataPoints": [{"count": -1}]}}]}]}]})", points + "/0/count", number},
           Row{metric + R"("histogram": {"dataPoints": [{"count": "1e3"}]}}]}]}]})", points + "/0/count", number},
           Row{metric + R"("histogram": {"dataPoints": [{"count": "18446744073709551616"}]}}]}]}]})",
               points + "/0/count", number},
           Row{metric + R"("histogram": {"dataPoints": [{}, {"timeUnixNano": 1.5}]}}]}]}]})",
               points + "/1/timeUnixNano", number},
           Row{metric + R"("histogram": {"aggregationTemporality": "DELTA"}}]}]}]})",
               "/resourceMetrics/0/scopeMetrics/0/metrics/0/histogram/aggregationTemporality", number},
       }) {
    CAPTURE(row.body);
    CHECK(refused(decode_json(row.body)) == ExportProblem{row.where, row.detail});
  }
}

TEST_CASE("bytes that are no protobuf are refused, wherever they are cut") {
  const std::string whole = otlp_protobuf(two_points());
  const std::string place = "resource_metrics[0].scope_metrics[0].metrics[0]";
  const std::string cut = "not an ExportMetricsServiceRequest: a field goes past the end of its message";
  for (size_t size = 1; size < whole.size(); ++size) {
    CHECK(refused(decode_protobuf(whole.substr(0, size))) == ExportProblem{place, cut});
  }
  struct Row {
    std::string metric;
    std::string how;
  };
  for (const Row& row : {
           Row{"\x07", "a field has a number or a type that protobuf does not have"},  // type 7
           Row{"\x0b", "a field has a number or a type that protobuf does not have"},  // a group
           Row{std::string(1, '\0'), "a field has a number or a type that protobuf does not have"},
           Row{std::string(11, '\xff'), "a number has more than ten bytes"},
           Row{"\x0a\x7f", "a field goes past the end of its message"},
       }) {
    CHECK(refused(decode_protobuf(request_with(row.metric))) ==
          ExportProblem{place, "not an ExportMetricsServiceRequest: " + row.how});
  }
}

TEST_CASE("a request has an end: 1000 points, 256 attributes") {
  OtlpRequest request;
  request.points.resize(1000);
  CHECK(decoded(decode_json(otlp_json(request))).points.size() == 1000);
  CHECK(decoded(decode_protobuf(otlp_protobuf(request))).points.size() == 1000);
  request.points.resize(1001);
  CHECK(refused(decode_json(otlp_json(request))) == too_many_points());
  CHECK(refused(decode_protobuf(otlp_protobuf(request))) == too_many_points());
  CHECK(too_many_points().too_large);

  OtlpRequest wordy;
  wordy.resource.assign(257, {"k", "v"});
  CHECK(refused(decode_json(otlp_json(wordy))).where == "/resourceMetrics/0/resource/attributes");
  CHECK(refused(decode_protobuf(otlp_protobuf(wordy))).detail == "more than 256 attributes");
}

TEST_CASE("a resource and a scope are kept once, however many points they have") {
  const std::string one = otlp_protobuf(two_points());
  const Export read = decoded(decode_protobuf(one + one));
  CHECK(read.resources.size() == 2);
  CHECK(read.scopes.size() == 2);
  CHECK(read.points.size() == 4);
  CHECK(read.points[3].scope == 1);
  CHECK(read.scopes[1].resource == 1);
}
