#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "agent/api_handlers.h"
#include "agent/api_parameters.h"
#include "lib/ids.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// `If-None-Match` is a list of tags, or `*`; the comparison is weak (RFC 9110, 13.1.2).
bool matches(std::string_view header, std::string_view etag) {
  const auto opaque = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
  while (!header.empty()) {
    const size_t comma = header.find(',');
    std::string_view tag = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const size_t first = tag.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    tag = tag.substr(first, tag.find_last_not_of(" \t") - first + 1);
    if (tag == "*" || opaque(tag) == opaque(etag)) return true;
  }
  return false;
}

Headers freshness(const Snapshot& snapshot) { return {{"ETag", snapshot.etag}, {"Cache-Control", "max-age=1"}}; }

/// A 200 with the freshness contract, or the 304 that renews the router's copy.
ApiReply fresh(const ApiRequest& request, const Snapshot& snapshot, std::string body) {
  ApiReply reply;
  reply.headers = freshness(snapshot);
  if (!matches(request.if_none_match, snapshot.etag)) {
    reply.body = std::move(body);
    return reply;
  }
  reply.status = 304;
  reply.headers.emplace_back("X-Signalbox-Expires-At", format_rfc3339(snapshot.expires_at));
  return reply;
}

struct Found {
  const TargetAnswer* answer = nullptr;  ///< of the target, or of its provider
  std::string body;
};

/// The target behind the path's rest; a model that nobody knows has its provider's health.
Found find_target(std::string_view name, const Snapshot& snapshot) {
  if (const auto known = snapshot.targets.find(name); known != snapshot.targets.end()) {
    return {&known->second, known->second.body};
  }
  const auto target = parse_target(name);
  if (!target) return {};
  const auto provider = snapshot.targets.find(target->provider);
  if (provider == snapshot.targets.end()) return {};
  return {&provider->second, inherited_body(provider->second, target->provider, target->model)};
}

ApiReply unknown_target(std::string_view name, const Snapshot& snapshot) {
  const auto provider = name.substr(0, name.find('/'));
  if (snapshot.targets.contains(provider)) {
    return problem(404, "Not Found", "a model's name is 1-128 of A-Z a-z 0-9 . _ : @ / -");
  }
  std::vector<std::string_view> known;
  for (const auto& [target, answer] : snapshot.targets) {
    if (target.find('/') == std::string::npos) known.push_back(target);
  }
  return problem(404, "Not Found",
                 fmt::format("no such provider is configured; known are: {}", fmt::join(known, ", ")));
}

std::string_view rest_of(const ApiRequest& request, std::string_view prefix) {
  return std::string_view(request.path).substr(prefix.size());
}

/// What a load balancer understands: recovering is usable (its share is what the ramp is for, and a balancer that
/// cannot weigh has to come back at some point); Consul's warning is for degraded alone.
int check_status(State state, bool degraded_is_429) {
  if (state == State::unhealthy) return 503;
  return state == State::degraded && degraded_is_429 ? 429 : 200;
}

}  // namespace

ApiReply answer_health(const ApiRequest& request, const ApiContext& context) {
  if (const auto error = check_wait(request)) return bad_request(error->message);
  return fresh(request, context.snapshot, context.snapshot.health);
}

ApiReply answer_target(const ApiRequest& request, const ApiContext& context) {
  if (const auto error = check_wait(request)) return bad_request(error->message);
  const std::string_view name = rest_of(request, "/v1/health/");
  Found found = find_target(name, context.snapshot);
  if (found.answer == nullptr) return unknown_target(name, context.snapshot);
  return fresh(request, context.snapshot, std::move(found.body));
}

ApiReply answer_check(const ApiRequest& request, const ApiContext& context) {
  if (const auto error = check_wait(request)) return bad_request(error->message);
  const auto degraded = parameter(request, "degraded");
  if (degraded && *degraded != "429") return bad_request("degraded must be 429");
  const std::string_view name = rest_of(request, "/v1/check/");
  Found found = find_target(name, context.snapshot);
  if (found.answer == nullptr) return unknown_target(name, context.snapshot);

  const State state = found.answer->state;
  const int status = check_status(state, degraded.has_value());
  ApiReply reply;
  if (status == 200) {
    reply = fresh(request, context.snapshot, std::move(found.body));
  } else {
    // A load balancer reads the status: "not modified" would hide the 503.
    reply.status = status;
    reply.headers = freshness(context.snapshot);
    reply.body = std::move(found.body);
  }
  reply.headers.emplace_back("X-Signalbox-State", to_string(state));
  if (state == State::degraded) reply.headers.emplace_back("x-envoy-degraded", "true");
  if (status == 503) {
    const auto left = std::chrono::ceil<seconds>(found.answer->hold_left);
    reply.headers.emplace_back("Retry-After", std::to_string(std::max<int64_t>(1, left.count())));
  }
  return reply;
}

}  // namespace signalbox
