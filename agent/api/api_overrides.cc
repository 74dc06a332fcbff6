#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "agent/api/api_handlers.h"
#include "agent/api/api_parameters.h"
#include "agent/api/override_body.h"
#include "lib/answer.h"
#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr int64_t kDefaultHistory = 100;
constexpr int64_t kMaxHistory = 1000;
constexpr std::string_view kPrefix = "/v1/overrides/";

/// The target that the path names; or the 404.
std::variant<Target, ApiReply> named_target(const ApiRequest& request, const Snapshot& snapshot) {
  const auto target = parse_target(std::string_view(request.path).substr(kPrefix.size()));
  if (target && snapshot.targets.contains(target->provider)) return *target;
  if (!target) return problem(404, "Not Found", "the path does not end in a provider, or a provider and a model");
  return problem(404, "Not Found", "no such provider");
}

bool is_overridden(const Snapshot& snapshot, const Target& target) {
  const Result<Json> listed = parse_json(snapshot.overrides);
  if (!listed) return false;
  return std::ranges::any_of(field(*listed, "overrides"),
                             [&](const Json& row) { return string_field(row, "target") == to_string(target); });
}

const char* word_of(OverrideAction action) {
  if (action == OverrideAction::set) return "set";
  return action == OverrideAction::cleared ? "cleared" : "expired";
}

OrderedJson row_of(const OverrideRecord& record) {
  return {{"at", format_rfc3339(record.at)},  {"target", to_string(record.target)},
          {"action", word_of(record.action)}, {"by", record.by.empty() ? OrderedJson() : OrderedJson(record.by)},
          {"state", to_string(record.state)}, {"primary_weight", record.primary_weight},
          {"reason", record.reason},          {"expires_at", format_rfc3339(record.expires_at)}};
}

/// Null where it cannot be read: what is in force is answered all the same.
OrderedJson history_of(History* history, int limit) {
  if (history == nullptr) return nullptr;
  const auto found = history->overrides({.target = std::nullopt, .limit = limit});
  if (!found) {
    spdlog::warn("{}", found.error().message);
    return nullptr;
  }
  OrderedJson rows = OrderedJson::array();
  for (const OverrideRecord& record : *found) rows.push_back(row_of(record));
  return rows;
}

ApiReply in_force(const OrderedJson& body) {
  ApiReply reply;
  reply.headers = {{"Cache-Control", "no-store"}};
  reply.body = dump_json(body);
  return reply;
}

ApiReply too_busy() {
  return come_again(503, "more arrives than the agent can take in; nothing is changed", seconds(1));
}

/// Both answers tell whether a restart would know.
ApiReply override_reply(Taken taken, OrderedJson body) {
  if (taken == Taken::refused || taken == Taken::too_fast) return too_busy();
  body["stored"] = taken == Taken::stored;
  return in_force(body);
}

}  // namespace

ApiReply answer_overrides(const ApiRequest& request, const ApiContext& context) {
  Parameters parameters(request);
  const auto limit = static_cast<int>(parameters.integer("limit", kDefaultHistory, 1, kMaxHistory));
  if (parameters.refusal()) return *parameters.refusal();
  auto body = parse_ordered_json(context.snapshot.overrides);
  if (!body) return problem(500, "Internal Server Error", "the agent failed to answer");
  (*body)["history"] = history_of(context.history, limit);
  ApiReply reply;
  reply.headers = {{"Cache-Control", "max-age=1"}};
  reply.body = dump_json(*body);
  return reply;
}

void put_override(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond) {
  const auto target = named_target(request, context.snapshot);
  if (const auto* unknown = std::get_if<ApiReply>(&target)) return respond(*unknown);
  auto parsed = parse_override(request.body, context.now);
  if (const auto* mistake = std::get_if<ApiReply>(&parsed)) return respond(*mistake);
  auto& terms = std::get<Override>(parsed);
  terms.by = overrider(terms.by, request.caller);
  OrderedJson body{{"target", to_string(std::get<Target>(target))}};
  body.update(override_json(terms));
  writes.take(OverrideChange{std::get<Target>(target), terms, terms.by, context.now},
              [respond, body](Taken taken) { respond(override_reply(taken, body)); });
}

void delete_override(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond) {
  const auto target = named_target(request, context.snapshot);
  if (const auto* unknown = std::get_if<ApiReply>(&target)) return respond(*unknown);
  const Target& one = std::get<Target>(target);
  if (!is_overridden(context.snapshot, one)) {
    return respond(problem(404, "Not Found", "no override of its own is in force for this target"));
  }
  const std::string by = overrider("", request.caller);
  writes.take(OverrideChange{one, std::nullopt, by, context.now}, [respond, one, by](Taken taken) {
    respond(override_reply(taken, {{"target", to_string(one)}, {"override", nullptr}, {"by", by}}));
  });
}

}  // namespace signalbox
