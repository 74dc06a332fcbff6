#include "agent/http/http_body.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "agent/clock.h"
#include "agent/gunzip.h"

namespace signalbox {
namespace {

/// A batch of 20 targets has 3 KiB and is parsed in 50 us; 16 KiB take as long as 20 requests of routers.
constexpr size_t kLongBody = size_t{16} * 1024;

/// The value of a field that may stand once; nothing when it stands twice.
std::optional<std::string_view> only_field(const RequestHead& head, std::string_view name) {
  std::string_view value;
  bool seen = false;
  for (const HeaderField& field : head.fields) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (std::exchange(seen, true)) return std::nullopt;
    value = field.value;
  }
  return value;
}

/// The media type without its parameters: JSON has no charset but UTF-8.
std::string_view media_type(std::string_view value) {
  const std::string_view type = value.substr(0, value.find(';'));
  return type.substr(0, type.find_last_not_of(" \t") + 1);
}

bool is_protobuf(std::string_view type) { return equal_ignoring_case(type, "application/x-protobuf"); }

ApiReply unsupported(const std::string& detail) { return problem(415, "Unsupported Media Type", detail); }

ApiReply too_large() { return bad_body(413, "", "the body is over 1 MiB when it is inflated"); }

}  // namespace

BodyType body_type(const RequestHead& head) {
  const auto type = only_field(head, "Content-Type");
  return type && is_protobuf(media_type(*type)) ? BodyType::protobuf : BodyType::json;
}

std::optional<ApiReply> refuse_body(const RequestHead& head, const ApiRoute& route, BodyEncoding& encoding) {
  if (head.method == "DELETE") return std::nullopt;
  const std::string_view type = media_type(only_field(head, "Content-Type").value_or(""));
  const bool is_ours = equal_ignoring_case(type, "application/json") || (route.takes_protobuf && is_protobuf(type));
  if (!is_ours) {
    return unsupported(route.takes_protobuf ? "send it as application/x-protobuf or application/json"
                                            : "send it as application/json");
  }
  const auto coding = only_field(head, "Content-Encoding");
  if (coding && (coding->empty() || equal_ignoring_case(*coding, "identity"))) return std::nullopt;
  if (coding && equal_ignoring_case(*coding, "gzip")) {
    encoding = BodyEncoding::gzip;
    return std::nullopt;
  }
  ApiReply reply = unsupported("the only Content-Encoding that is understood here is gzip");
  reply.headers.emplace_back("Accept-Encoding", "gzip");
  return reply;
}

ApiReply no_room_for_body() { return come_again(503, "too many large bodies at a time", seconds(1)); }

/// What a small gzip body becomes is not known before.
bool WriteJob::is_long() const { return body.bytes.size() >= kLongBody || body.encoding == BodyEncoding::gzip; }

void WriteJob::run() {
  if (body.encoding == BodyEncoding::gzip) {
    auto inflated = gunzip(body.bytes, kMaxBodyBytes);
    if (const auto* error = std::get_if<GunzipError>(&inflated)) {
      if (*error == GunzipError::too_large) return respond(too_large());
      return respond(bad_body(400, "", "the body is not gzip, as its Content-Encoding says"));
    }
    body.bytes = std::get<std::string>(std::move(inflated));
    if (!body.share->grow(body.bytes.size())) return respond(no_room_for_body());
  }
  call.request.body = std::move(body.bytes);
  perform_write(call, {*snapshot, nullptr, now()}, writes, respond);
}

}  // namespace signalbox
