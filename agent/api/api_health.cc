#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "agent/api/api_handlers.h"
#include "agent/api/api_parameters.h"
#include "agent/api/kept_answer.h"
#include "lib/ids.h"

namespace signalbox {
namespace {

struct Found {
  const TargetAnswer* answer = nullptr;  ///< of the target, or of its provider; null: there is none
  std::string body;
};

/// A model that nobody knows has its provider's health.
Found find_target(std::string_view name, const Snapshot& snapshot) {
  if (const auto known = snapshot.targets.find(name); known != snapshot.targets.end()) {
    return {&known->second, known->second.body};
  }
  const auto target = parse_target(name);
  if (!target || target->is_provider()) return {};
  const auto provider = snapshot.targets.find(target->provider);
  if (provider == snapshot.targets.end()) return {};
  return {&provider->second, inherited_body(provider->second, target->provider, target->model)};
}

/// What follows the route's prefix: provider, or provider/model.
std::string_view rest_of(const ApiRequest& request, std::string_view prefix) {
  return std::string_view(request.path).substr(prefix.size());
}

/// Usable is every state but unhealthy. Recovering is usable because a load balancer that cannot weigh has to come
/// back at some point, and the first step of the ramp is that point; it is no warning either, for Consul would show
/// one at each recovery that goes as it should. Consul's warning, 429, is for degraded alone.
int check_status(State state, bool warn_degraded) {
  if (state == State::unhealthy) return 503;
  return state == State::degraded && warn_degraded ? 429 : 200;
}

/// What is left of the hold, in whole seconds: not 0, which would ask to come back at once.
std::string retry_after(const TargetAnswer& answer) {
  return std::to_string(std::max<int64_t>(1, std::chrono::ceil<seconds>(answer.hold_left).count()));
}

}  // namespace

ApiReply unknown_target(std::string_view name, const Snapshot& snapshot) {
  if (snapshot.targets.contains(name.substr(0, name.find('/')))) {
    return problem(404, "Not Found", "a model's name is 1-128 of A-Z a-z 0-9 . _ : @ / -");
  }
  std::vector<std::string_view> known;
  for (const auto& [target, answer] : snapshot.targets) {
    if (target.find('/') == std::string::npos) known.push_back(target);
  }
  if (known.empty()) return problem(404, "Not Found", "no such provider: none is configured");
  return problem(404, "Not Found", fmt::format("no such provider; configured are {}", fmt::join(known, ", ")));
}

ApiReply answer_health(const ApiRequest& request, const ApiContext& context) {
  Parameters parameters(request);
  parameters.wait();
  if (parameters.refusal()) return *parameters.refusal();
  return fresh(request, context.snapshot, context.snapshot.health);
}

ApiReply answer_target(const ApiRequest& request, const ApiContext& context) {
  Parameters parameters(request);
  parameters.wait();
  if (parameters.refusal()) return *parameters.refusal();
  const std::string_view name = rest_of(request, "/v1/health/");
  Found found = find_target(name, context.snapshot);
  if (found.answer == nullptr) return unknown_target(name, context.snapshot);
  return fresh(request, context.snapshot, std::move(found.body));
}

ApiReply answer_check(const ApiRequest& request, const ApiContext& context) {
  Parameters parameters(request);
  parameters.wait();
  const bool warn_degraded = parameters.flag("degraded", "429");
  if (parameters.refusal()) return *parameters.refusal();
  const std::string_view name = rest_of(request, "/v1/check/");
  Found found = find_target(name, context.snapshot);
  if (found.answer == nullptr) return unknown_target(name, context.snapshot);

  const State state = found.answer->state;
  const int status = check_status(state, warn_degraded);
  // Only where the status would be 200 may it be 304: a precondition is ignored where the answer without it is not
  // a success (RFC 9110, 13.2.1), and a balancer that reads nothing but the status would take the 304 for "usable".
  ApiReply reply = status == 200 ? fresh(request, context.snapshot, std::move(found.body))
                                 : kept(context.snapshot, status, std::move(found.body));
  reply.headers.emplace_back("X-Signalbox-State", to_string(state));
  if (state == State::degraded) reply.headers.emplace_back("x-envoy-degraded", "true");
  if (status == 503) reply.headers.emplace_back("Retry-After", retry_after(*found.answer));
  return reply;
}

}  // namespace signalbox
