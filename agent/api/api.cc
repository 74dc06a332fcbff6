#include "agent/api/api.h"

#include <array>

#include "agent/api/api_handlers.h"

namespace signalbox {

std::span<const ApiRoute> api_routes() {
  static const std::array<ApiRoute, 12> kRoutes = {{
      {"/v1/health", answer_health, false, true},
      {"/v1/health/(.+)", answer_target, false, true},
      {"/v1/check/(.+)", answer_check, false, true},
      {"/v1/routes/([^/]+)", answer_route, false, true},
      {"/v1/transitions", answer_transitions, true, false},
      {"/v1/timeline/(.+)", answer_timeline, true, false},
      {"/v1/stream", answer_stream, false, false, true},
      {"/v1/incidents", answer_incidents, true, false},
      {"/v1/sources", answer_sources, false, false},
      {"/livez", answer_livez, false, false},
      {"/readyz", answer_readyz, false, false},
      {R"(/openapi\.json)", answer_openapi, false, false},
  }};
  return kRoutes;
}

}  // namespace signalbox
