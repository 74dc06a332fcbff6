#include "agent/api/api.h"

#include <array>

#include "agent/api/api_handlers.h"

namespace signalbox {

std::span<const ApiRoute> api_routes() {
  static const std::array<ApiRoute, 20> kRoutes = {{
      {"/v1/health", answer_health, false, true},
      {"/v1/health/(.+)", answer_target, false, true},
      {"/v1/check/(.+)", answer_check, false, true},
      {"/v1/routes/([^/]+)", answer_route, false, true},
      {"/v1/transitions", answer_transitions, true, false},
      {"/v1/timeline/(.+)", answer_timeline, true, false},
      {.pattern = "/v1/stream", .get = answer_stream, .streams = true},
      {"/v1/incidents", answer_incidents, true, false},
      {"/v1/sources", answer_sources, false, false},
      {"/v1/reporters", answer_reporters, false, false},
      {.pattern = "/v1/reports", .post = take_reports, .to_write = Right::report},
      {.pattern = "/v1/otlp/v1/metrics",
       .post = take_otlp_metrics,
       .to_write = Right::report,
       .takes_protobuf = true,
       .reword = otlp_status},
      {"/v1/overrides", answer_overrides, true, false},
      {.pattern = "/v1/overrides/(.+)", .put = put_override, .del = delete_override},
      {.pattern = "/livez", .get = answer_livez, .open = true},
      {"/readyz", answer_readyz, false, false},
      {.pattern = "/metrics", .get = answer_metrics, .measures = true},
      {R"(/openapi\.json)", answer_openapi, false, false},
      {.pattern = "/", .get = answer_dashboard, .open = true},
      {.pattern = R"(/assets/([0-9a-f]+)/([a-z_]+\.[a-z]+))", .get = answer_asset, .open = true},
  }};
  return kRoutes;
}

}  // namespace signalbox
