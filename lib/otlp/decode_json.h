#pragma once
/// An ExportMetricsServiceRequest in OTLP's JSON: names in lowerCamelCase, 64-bit numbers as numbers or as decimal
/// text, enumerations as numbers, unknown members ignored, null for what is not there.
///
/// Errors: the first member of a wrong type, by its JSON pointer. Metrics that we do not use are not looked into.
/// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
#include <string_view>

#include "lib/otlp/exported.h"

namespace signalbox::otlp {

Decoded decode_json(std::string_view body);

}  // namespace signalbox::otlp
