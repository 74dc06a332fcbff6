#pragma once
/// An ExportMetricsServiceRequest in protobuf, by the numbers of its fields. Unknown fields are passed over, also
/// known ones of an unknown type, as every protobuf reader does it.
///
/// Invariant: it reads a fixed depth of messages; values inside values are kept as bytes.
/// Errors: bytes that are no protobuf, with the message in which they stand.
/// Source: opentelemetry-proto 1.x, metrics.proto and common.proto.
#include <string_view>

#include "lib/otlp/exported.h"

namespace signalbox::otlp {

Decoded decode_protobuf(std::string_view body);

}  // namespace signalbox::otlp
