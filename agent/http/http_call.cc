#include "agent/http/http_call.h"

#include <spdlog/spdlog.h>

namespace signalbox {
namespace {

ApiReply failed(const ApiCall& call, const char* what) {
  spdlog::error("http: the handler of {} failed: {}", call.route->pattern, what);
  return problem(500, "Internal Server Error", "the agent failed to answer; its log says why");
}

}  // namespace

ApiReply perform(const ApiCall& call, const ApiContext& context) {
  try {
    return call.route->get(call.request, context);
  } catch (const std::exception& error) {
    return failed(call, error.what());
  } catch (...) {
    return failed(call, "not a std::exception");
  }
}

void perform_write(const ApiCall& call, const ApiContext& context, Writes* writes, const Respond& respond) {
  if (writes == nullptr) return respond(problem(503, "Service Unavailable", "this agent takes nothing in"));
  try {
    call.write(call.request, context, *writes, respond);
  } catch (const std::exception& error) {
    respond(failed(call, error.what()));
  } catch (...) {
    respond(failed(call, "not a std::exception"));
  }
}

}  // namespace signalbox
