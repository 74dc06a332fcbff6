#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "agent/api/api_handlers.h"
#include "agent/api/api_parameters.h"
#include "lib/ids.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

/// Weak comparison: the tags without their `W/` (RFC 9110, 8.8.3.2).
std::string_view opaque(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

/// The first tag of an `If-None-Match` list, cut off its front; empty at the end, or where it is no list of tags.
std::string_view take_tag(std::string_view& list) {
  list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
  const size_t open = list.starts_with("W/") ? 2 : 0;
  if (list.substr(open, 1) != "\"") return {};
  const size_t close = list.find('"', open + 1);  // a comma between the quotes belongs to the tag
  if (close == std::string_view::npos) return {};
  const std::string_view tag = list.substr(0, close + 1);
  list.remove_prefix(tag.size());
  return tag;
}

/// `If-None-Match` is `*` or a list of tags (RFC 9110, 13.1.2).
bool matches(std::string_view header, std::string_view etag) {
  if (header == "*") return true;
  for (std::string_view tag = take_tag(header); !tag.empty(); tag = take_tag(header)) {
    if (opaque(tag) == opaque(etag)) return true;
  }
  return false;
}

/// An answer that a router may keep and renew.
ApiReply kept(const Snapshot& snapshot, int status, std::string body) {
  ApiReply reply;
  reply.status = status;
  reply.headers = {{"ETag", snapshot.etag}, {"Cache-Control", "max-age=1"}};
  reply.body = std::move(body);
  return reply;
}

/// A 200, or the 304 that renews the router's copy.
ApiReply fresh(const ApiRequest& request, const Snapshot& snapshot, std::string body) {
  if (!matches(request.if_none_match, snapshot.etag)) return kept(snapshot, 200, std::move(body));
  ApiReply reply = kept(snapshot, 304, "");
  reply.headers.emplace_back("X-Signalbox-Expires-At", format_rfc3339(snapshot.expires_at));
  return reply;
}

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
