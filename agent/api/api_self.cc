#include <fmt/format.h>

#include "agent/api/api_handlers.h"
#include "agent/api/openapi.h"
#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

/// The engine publishes once a second: ten missed ones are no hiccup.
constexpr Millis kEnginePatience{10'000};
/// draft-inadarei-api-health-check-06, which expired as a draft.
constexpr const char* kHealthJson = "application/health+json";

}  // namespace

ApiReply answer_sources(const ApiRequest&, const ApiContext& context) {
  ApiReply reply;
  reply.headers = {{"Cache-Control", "max-age=1"}};
  reply.body = context.snapshot.sources;
  return reply;
}

ApiReply answer_livez(const ApiRequest&, const ApiContext& context) {
  const Millis silent = context.now.mono - context.snapshot.as_of.mono;
  const bool alive = silent <= kEnginePatience;
  OrderedJson check{{"status", alive ? "pass" : "fail"}, {"time", format_rfc3339(context.now.wall)}};
  if (!alive)
    check["output"] =
        fmt::format("the engine has not published for {} s", std::chrono::floor<seconds>(silent).count());
  ApiReply reply;
  reply.status = alive ? 200 : 503;
  reply.content_type = kHealthJson;
  reply.headers = {{"Cache-Control", "no-store"}};
  reply.body = dump_json(OrderedJson{{"status", alive ? "pass" : "fail"},
                                     {"version", SIGNALBOX_VERSION},
                                     {"serviceId", "signalbox"},
                                     {"checks", {{"engine:heartbeat", OrderedJson::array({check})}}}});
  return reply;
}

ApiReply answer_readyz(const ApiRequest&, const ApiContext& context) {
  ApiReply reply;
  reply.status = context.snapshot.ready ? 200 : 503;
  reply.content_type = kHealthJson;
  reply.headers = {{"Cache-Control", "no-store"}};
  reply.body = context.snapshot.readyz;
  return reply;
}

ApiReply answer_openapi(const ApiRequest&, const ApiContext&) {
  ApiReply reply;
  reply.headers = {{"Cache-Control", "max-age=1"}};
  reply.body = openapi_document();
  return reply;
}

}  // namespace signalbox
