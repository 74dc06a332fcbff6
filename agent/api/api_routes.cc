#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "agent/api/api_handlers.h"
#include "agent/api/api_parameters.h"
#include "agent/api/kept_answer.h"
#include "agent/api/session_number.h"

namespace signalbox {
namespace {

constexpr std::string_view kPrefix = "/v1/routes/";

ApiReply unknown_route(const Snapshot& snapshot) {
  std::vector<std::string_view> known;
  for (const auto& [name, answer] : snapshot.routes) known.emplace_back(name);
  if (known.empty()) return problem(404, "Not Found", "no such route: none is configured");
  return problem(404, "Not Found", fmt::format("no such route; configured are {}", fmt::join(known, ", ")));
}

size_t choice_of(const std::string& name, const RouteAnswer& route, const std::optional<std::string>& key) {
  if (!key) return choose_for_all(route.split);
  return choose(route.split, session_number(route.split_seed, name, *key));
}

}  // namespace

ApiReply answer_route(const ApiRequest& request, const ApiContext& context) {
  Parameters parameters(request);
  parameters.wait();
  const auto key = parameters.text("key");
  if (parameters.refusal()) return *parameters.refusal();
  // An empty key would make one session of all of them.
  if (key && (key->empty() || key->size() > kMaxSessionKeyBytes)) {
    return bad_parameter("key", "key must be 1-1024 bytes that name the session; leave it out if there is none");
  }
  const auto found = context.snapshot.routes.find(request.path.substr(kPrefix.size()));
  if (found == context.snapshot.routes.end()) return unknown_route(context.snapshot);
  const auto& [name, route] = *found;
  const size_t chosen = choice_of(name, route, key);
  const std::string& keyed = chosen == 0 ? route.for_primary : route.for_other;
  ApiReply reply = fresh(request, context.snapshot, key ? keyed : route.for_all);
  // For proxies that read no body: nginx's auth_request, forward-auth of others.
  reply.headers.emplace_back("X-Signalbox-Target", route.shares.at(chosen).target);
  reply.headers.emplace_back("X-Signalbox-Degraded", chosen == 0 ? "false" : "true");
  return reply;
}

}  // namespace signalbox
