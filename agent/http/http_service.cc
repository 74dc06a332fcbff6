#include "agent/http/http_service.h"

#include <utility>

#include "agent/clock.h"
#include "agent/http/http_reply.h"

namespace signalbox {
std::optional<Wait> long_poll(const ApiCall& call) {
  if (!call.route->waits) return {};
  Parameters parameters(call.request);
  const auto wait = parameters.wait();
  return parameters.refusal() ? std::nullopt : wait;
}

HttpService::HttpService(std::span<const ApiRoute> routes, HostPolicy hosts, TokensPtr tokens,
                         const FrontLimits& limits, SnapshotPtr first, Writes* writes)
    : limits_(limits),
      hosts_(std::move(hosts)),
      tokens_(std::move(tokens)),
      writes_(writes),
      bodies_(limits.bodies),
      adapter_(routes),
      hot_([this](std::string_view path, const std::string& if_none_match) {
        return hot_answer(path, if_none_match);
      }),
      feed_(first),
      snapshot_(std::move(first)) {
  tick(now());
}

void HttpService::publish(SnapshotPtr snapshot) {
  snapshot_ = std::move(snapshot);
  hot_.reset(snapshot_, date_);
  feed_.publish(snapshot_);
}

void HttpService::tick(Instant now) {
  tick_time_ = now.mono;
  const auto second = std::chrono::floor<seconds>(now.wall);
  if (second == date_second_) return;
  date_second_ = second;
  date_ = http_date(now.wall);
  hot_.reset(snapshot_, date_);
}

FrontCounts HttpService::counts() const {
  return {.requests = requests_.all(),
          .streams = feed_.readers,
          .streams_dropped = feed_.dropped,
          .long_polls = long_polls_,
          .tls_expires_at = tls_ ? std::optional(tls_->expires_at()) : std::nullopt,
          .tls_handshakes_failed = failed_handshakes_};
}

ApiReply HttpService::answer(const ApiCall& call) const { return perform(call, {*snapshot_, nullptr, now()}); }

/// By way of the adapter, so that a hot path means the same route and the same call as it does there.
std::optional<HotReply> HttpService::hot_answer(std::string_view path, const std::string& if_none_match) {
  RequestHead head;
  head.method = "GET";
  head.target = path;
  head.fields = {{"Host", "localhost"}};
  if (!if_none_match.empty()) head.fields.push_back({"If-None-Match", if_none_match});
  const auto routed = adapter_.route(head);
  const auto* call = std::get_if<ApiCall>(&routed);
  if (!call || call->route->reads_history) return {};
  auto reply = answer(*call);
  // A bug's 500 is not kept: the next request shall try again.
  if (reply.status == 500) return {};
  uint64_t& count = requests_.of(call->route, method_label("GET"), reply.status);
  return HotReply{std::move(reply), &count};
}

}  // namespace signalbox
