#include "lib/otlp/response.h"

#include <protozero/pbf_writer.hpp>

#include "lib/json.h"

namespace signalbox::otlp {
namespace {

/// google.rpc.Code, as its own comments map it to HTTP.
int code_of(int http_status) {
  switch (http_status) {
    case 401: return 16;                         // UNAUTHENTICATED
    case 403: return 7;                          // PERMISSION_DENIED
    case 429: return 8;                          // RESOURCE_EXHAUSTED
    case 503: return 14;                         // UNAVAILABLE
    default: return http_status < 500 ? 3 : 13;  // INVALID_ARGUMENT, INTERNAL
  }
}

}  // namespace

std::string write_response(Encoding encoding, int64_t rejected_points, std::string_view message) {
  const bool partial = rejected_points > 0 || !message.empty();
  if (encoding == Encoding::json) {
    OrderedJson body = OrderedJson::object();
    if (partial) {
      // proto3's JSON writes 64-bit numbers as text.
      body["partialSuccess"] = {{"rejectedDataPoints", std::to_string(rejected_points)}, {"errorMessage", message}};
    }
    return dump_json(body);
  }
  std::string body;
  if (partial) {
    protozero::pbf_writer response(body);
    protozero::pbf_writer partial_success(response, 1);
    partial_success.add_int64(1, rejected_points);
    partial_success.add_string(2, message.data(), message.size());
  }
  return body;
}

std::string write_status(Encoding encoding, int http_status, std::string_view message) {
  if (encoding == Encoding::json) {
    return dump_json(OrderedJson{{"code", code_of(http_status)}, {"message", message}});
  }
  std::string body;
  protozero::pbf_writer status(body);
  status.add_int32(1, code_of(http_status));
  status.add_string(2, message.data(), message.size());
  return body;
}

}  // namespace signalbox::otlp
