#pragma once
/// The handlers of the route table in api.cc, one a path of the contract.
#include "agent/api/api.h"

namespace signalbox {

// api_health.cc: what routers ask.
ApiReply answer_health(const ApiRequest& request, const ApiContext& context);
ApiReply answer_target(const ApiRequest& request, const ApiContext& context);
ApiReply answer_check(const ApiRequest& request, const ApiContext& context);

// api_history.cc: what was, from the database.
ApiReply answer_transitions(const ApiRequest& request, const ApiContext& context);
ApiReply answer_incidents(const ApiRequest& request, const ApiContext& context);

// api_reports.cc: what clients saw.
void take_reports(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond);
ApiReply answer_reporters(const ApiRequest& request, const ApiContext& context);

// api_overrides.cc: what people set by hand.
ApiReply answer_overrides(const ApiRequest& request, const ApiContext& context);
void put_override(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond);
void delete_override(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond);

// api_self.cc: the agent about itself.
ApiReply answer_sources(const ApiRequest& request, const ApiContext& context);
ApiReply answer_livez(const ApiRequest& request, const ApiContext& context);
ApiReply answer_readyz(const ApiRequest& request, const ApiContext& context);
ApiReply answer_openapi(const ApiRequest& request, const ApiContext& context);

}  // namespace signalbox
