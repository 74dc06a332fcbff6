#pragma once
/// What an OpenTelemetry exporter sends, written down once and encoded both ways.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace signalbox::testing {

using OtlpAttributes = std::vector<std::pair<std::string, std::string>>;

enum class OtlpKind { histogram, exponential, sum };

struct OtlpPoint {
  OtlpAttributes attributes;
  uint64_t start_ns = 0;
  uint64_t time_ns = 0;
  uint64_t count = 0;
  uint32_t flags = 0;
};

/// A request with one resource, one scope and one metric.
struct OtlpRequest {
  OtlpAttributes resource = {{"service.name", "checkout"}, {"service.instance.id", "i-1"}};
  std::string metric = "gen_ai.client.operation.duration";
  OtlpKind kind = OtlpKind::histogram;
  int temporality = 1;  ///< 1 delta, 2 cumulative
  std::vector<OtlpPoint> points;
};

/// As the JavaScript SDK writes it, with buckets and sums.
std::string otlp_json(const OtlpRequest& request);
std::string otlp_protobuf(const OtlpRequest& request);

}  // namespace signalbox::testing
