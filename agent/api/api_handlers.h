#pragma once
/// The handlers of the route table in api.cc, one a path of the contract.
#include <string_view>

#include "agent/api/api.h"

namespace signalbox {

// api_health.cc: what routers ask.
ApiReply answer_health(const ApiRequest& request, const ApiContext& context);
ApiReply answer_target(const ApiRequest& request, const ApiContext& context);
ApiReply answer_check(const ApiRequest& request, const ApiContext& context);

/// The 404 for a name that is neither a configured provider nor a model of one.
ApiReply unknown_target(std::string_view name, const Snapshot& snapshot);

// api_routes.cc: which target a session uses.
ApiReply answer_route(const ApiRequest& request, const ApiContext& context);

// api_stream.cc: the head of the stream of events.
ApiReply answer_stream(const ApiRequest& request, const ApiContext& context);

// api_timeline.cc: counts and states in steps, from the database.
ApiReply answer_timeline(const ApiRequest& request, const ApiContext& context);

// api_history.cc: what was, from the database.
ApiReply answer_transitions(const ApiRequest& request, const ApiContext& context);
ApiReply answer_incidents(const ApiRequest& request, const ApiContext& context);
/// 503: the database cannot be read.
ApiReply history_not_available();

// api_reports.cc: what clients saw.
void take_reports(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond);
ApiReply answer_reporters(const ApiRequest& request, const ApiContext& context);

// api_otlp.cc: what OpenTelemetry's exporters send.
void take_otlp_metrics(const ApiRequest& request, const ApiContext& context, Writes& writes,
                       const Respond& respond);
ApiReply otlp_status(const ApiReply& problem, BodyType type);

// api_overrides.cc: what people set by hand.
ApiReply answer_overrides(const ApiRequest& request, const ApiContext& context);
void put_override(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond);
void delete_override(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond);

// api_metrics.cc: all of it in numbers, for Prometheus.
ApiReply answer_metrics(const ApiRequest& request, const ApiContext& context);

// api_self.cc: the agent about itself.
ApiReply answer_sources(const ApiRequest& request, const ApiContext& context);
ApiReply answer_livez(const ApiRequest& request, const ApiContext& context);
ApiReply answer_readyz(const ApiRequest& request, const ApiContext& context);
ApiReply answer_openapi(const ApiRequest& request, const ApiContext& context);

// api_web.cc: the dashboard.
ApiReply answer_dashboard(const ApiRequest& request, const ApiContext& context);
ApiReply answer_asset(const ApiRequest& request, const ApiContext& context);

}  // namespace signalbox
