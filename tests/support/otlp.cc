#include "tests/support/otlp.h"

#include <protozero/pbf_writer.hpp>

#include "lib/json.h"

namespace signalbox::testing {
namespace {

using protozero::pbf_writer;

OrderedJson attributes_json(const OtlpAttributes& attributes) {
  OrderedJson list = OrderedJson::array();
  for (const auto& [key, value] : attributes) list.push_back({{"key", key}, {"value", {{"stringValue", value}}}});
  return list;
}

void write_attributes(pbf_writer& owner, uint32_t field, const OtlpAttributes& attributes) {
  for (const auto& [key, value] : attributes) {
    pbf_writer key_value(owner, field);
    key_value.add_string(1, key);
    pbf_writer any(key_value, 2);
    any.add_string(1, value);
  }
}

const char* json_kind(OtlpKind kind) {
  if (kind == OtlpKind::histogram) return "histogram";
  return kind == OtlpKind::exponential ? "exponentialHistogram" : "sum";
}

OrderedJson point_json(const OtlpPoint& point, OtlpKind kind) {
  OrderedJson json = {{"attributes", attributes_json(point.attributes)},
                      {"startTimeUnixNano", std::to_string(point.start_ns)},
                      {"timeUnixNano", std::to_string(point.time_ns)},
                      {"count", point.count},
                      {"sum", 1.5},
                      {"flags", point.flags}};
  if (kind == OtlpKind::histogram) {
    json["bucketCounts"] = {point.count, 0};
    json["explicitBounds"] = {5};
  } else if (kind == OtlpKind::exponential) {
    json["scale"] = -2;
    json["zeroCount"] = "0";
    json["positive"] = {{"offset", 1}, {"bucketCounts", {point.count}}};
  }
  return json;
}

void write_point(pbf_writer& metric, const OtlpPoint& point, OtlpKind kind) {
  const bool exponential = kind == OtlpKind::exponential;
  pbf_writer data(metric, 1);
  data.add_fixed64(2, point.start_ns);
  data.add_fixed64(3, point.time_ns);
  data.add_fixed64(4, point.count);
  data.add_double(5, 1.5);
  if (exponential) {
    data.add_sint32(6, -2);
    data.add_fixed64(7, 0);
    pbf_writer positive(data, 8);
    positive.add_sint32(1, 1);
  } else {
    const std::vector<uint64_t> buckets = {point.count, 0};
    data.add_packed_fixed64(6, buckets.begin(), buckets.end());
  }
  write_attributes(data, exponential ? 1 : 9, point.attributes);
  data.add_uint32(10, point.flags);
}

}  // namespace

std::string otlp_json(const OtlpRequest& request) {
  OrderedJson points = OrderedJson::array();
  for (const OtlpPoint& point : request.points) points.push_back(point_json(point, request.kind));
  const OrderedJson metric = {
      {"name", request.metric},
      {"unit", "s"},
      {json_kind(request.kind), {{"aggregationTemporality", request.temporality}, {"dataPoints", points}}}};
  const OrderedJson scope = {{"scope", {{"name", "instrumentation"}, {"version", "1"}}},
                             {"metrics", OrderedJson::array({metric})}};
  const OrderedJson resource = {
      {"resource", {{"attributes", attributes_json(request.resource)}, {"droppedAttributesCount", 0}}},
      {"scopeMetrics", OrderedJson::array({scope})}};
  return dump_json(OrderedJson{{"resourceMetrics", OrderedJson::array({resource})}});
}

std::string otlp_protobuf(const OtlpRequest& request) {
  std::string body;
  pbf_writer root(body);
  {
    pbf_writer resource_metrics(root, 1);
    {
      pbf_writer resource(resource_metrics, 1);
      write_attributes(resource, 1, request.resource);
    }
    pbf_writer scope_metrics(resource_metrics, 2);
    {
      pbf_writer scope(scope_metrics, 1);
      scope.add_string(1, "instrumentation");
      scope.add_string(2, "1");
    }
    pbf_writer metric(scope_metrics, 2);
    metric.add_string(1, request.metric);
    metric.add_string(3, "s");
    const uint32_t field = request.kind == OtlpKind::histogram ? 9 : request.kind == OtlpKind::exponential ? 10 : 7;
    pbf_writer data(metric, field);
    for (const OtlpPoint& point : request.points) write_point(data, point, request.kind);
    data.add_enum(2, request.temporality);
  }
  return body;
}

}  // namespace signalbox::testing
