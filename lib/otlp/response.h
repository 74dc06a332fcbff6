#pragma once
/// What an exporter is answered, in the encoding of its request.
///
/// Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response; google/rpc/status.proto and code.proto.
#include <cstdint>
#include <string>
#include <string_view>

namespace signalbox::otlp {

enum class Encoding { json, protobuf };

/// ExportMetricsServiceResponse. Without rejected points and without a message it is empty: a full success.
std::string write_response(Encoding encoding, int64_t rejected_points, std::string_view message);

/// google.rpc.Status for an HTTP status of 400 or more.
std::string write_status(Encoding encoding, int http_status, std::string_view message);

}  // namespace signalbox::otlp
