#pragma once
/// A request that found its route, and the one place where a route's handler is called.
#include "agent/api/api.h"

namespace signalbox {

struct ApiCall {
  const ApiRoute* route;
  ApiRequest request;
  Writer write = nullptr;  ///< of a request that writes
};

/// Calls the handler. What it throws is a bug: it is logged and becomes a 500 that tells the client nothing.
ApiReply perform(const ApiCall& call, const ApiContext& context);

/// Calls the writer, likewise. `writes` may be null: where nothing can be written, 503.
void perform_write(const ApiCall& call, const ApiContext& context, Writes* writes, const Respond& respond);

}  // namespace signalbox
