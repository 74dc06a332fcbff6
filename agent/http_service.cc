#include "agent/http_service.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "agent/clock.h"
#include "agent/http_reply.h"

namespace signalbox {
namespace {

std::optional<uint64_t> number(const ApiRequest& request, const char* name) {
  if (request.query.count(name) != 1) return {};
  const auto& text = request.query.find(name)->second;
  uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return {};
  return value;
}

}  // namespace

std::optional<LongPoll> long_poll(const ApiCall& call) {
  if (!call.route->waits) return {};
  const auto wait_s = number(call.request, "wait_s");
  const auto generation = number(call.request, "generation");
  if (!wait_s || !generation) return {};
  return LongPoll{*generation, seconds(std::min<uint64_t>(*wait_s, kMaxLongPoll.count()))};
}

HttpService::HttpService(std::span<const ApiRoute> routes, HostPolicy hosts, const FrontLimits& limits,
                         SnapshotPtr first)
    : limits_(limits),
      hosts_(std::move(hosts)),
      adapter_(routes),
      hot_([this](std::string_view path, const std::string& if_none_match) {
        return hot_answer(path, if_none_match);
      }),
      snapshot_(std::move(first)) {
  tick(now());
}

void HttpService::publish(SnapshotPtr snapshot) {
  snapshot_ = std::move(snapshot);
  hot_.reset(snapshot_, date_);
}

void HttpService::tick(Instant now) {
  tick_time_ = now.mono;
  const auto second = std::chrono::floor<seconds>(now.wall);
  if (second == date_second_) return;
  date_second_ = second;
  date_ = http_date(now.wall);
  hot_.reset(snapshot_, date_);
}

ApiReply HttpService::answer(const ApiCall& call) const { return perform(call, {*snapshot_, nullptr, now()}); }

/// By way of the adapter, so that a hot path means the same route and the same call as it does there.
std::optional<ApiReply> HttpService::hot_answer(std::string_view path, const std::string& if_none_match) {
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
  return reply;
}

}  // namespace signalbox
