#include <spdlog/spdlog.h>

#include "agent/api/api_handlers.h"
#include "agent/api/api_parameters.h"
#include "lib/answer.h"
#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr int64_t kDefaultLimit = 100;
/// A transition with its evidence has a KB or two: a page of 1000 stays within a few MB.
constexpr int64_t kMaxLimit = 1000;
/// By then a database that was busy, or was being replaced, is back.
constexpr Millis kHistoryRetryAfter = seconds(5);

/// Why is for the log alone: the text may hold a path or be SQLite's.
ApiReply failure(const Error& error) {
  if (error.message == kBadCursor) return bad_parameter("cursor", kBadCursor);
  spdlog::warn("{}", error.message);
  return history_not_available();
}

OrderedJson text_or_null(const std::string& text) { return text.empty() ? OrderedJson() : OrderedJson(text); }

/// What was stored is passed on as it is; it is null where the database holds anything but an object.
OrderedJson stored_object(const std::string& text) {
  auto value = parse_ordered_json(text);
  return value && value->is_object() ? std::move(*value) : OrderedJson();
}

OrderedJson row(const TransitionRecord& record) {
  return {{"at", format_rfc3339(record.at)},
          {"target", to_string(record.target)},
          {"from", to_string(record.from)},
          {"to", to_string(record.to)},
          {"why", record.why},
          {"evidence", stored_object(record.evidence)},
          {"generation", record.generation}};
}

OrderedJson row(const IncidentRecord& record) {
  return {{"provider", record.provider},
          {"source", record.source},
          {"id", record.id},
          {"name", record.name},
          {"impact", record.impact},
          {"status", record.status},
          {"started_at", time_json(record.started_at)},
          {"first_seen_at", format_rfc3339(record.first_seen_at)},
          {"updated_at", time_json(record.updated_at)},
          {"resolved_at", time_json(record.resolved_at)},
          {"url", text_or_null(record.url)},
          {"scope", record.scope}};
}

template <class Record>
ApiReply page(const char* name, const Result<HistoryPage<Record>>& found) {
  if (!found) return failure(found.error());
  OrderedJson rows = OrderedJson::array();
  for (const Record& record : found->rows) rows.push_back(row(record));
  ApiReply reply;
  reply.headers = {{"Cache-Control", "max-age=1"}};
  reply.body = dump_json(OrderedJson{{name, std::move(rows)}, {"next_cursor", text_or_null(found->next_cursor)}});
  return reply;
}

}  // namespace

ApiReply history_not_available() {
  return come_again(503, "history is not available; health answers go on", kHistoryRetryAfter);
}

ApiReply answer_transitions(const ApiRequest& request, const ApiContext& context) {
  Parameters parameters(request);
  TransitionQuery query;
  query.target = parameters.target("target");
  query.since = parameters.time("since");
  query.until = parameters.time("until");
  query.limit = static_cast<int>(parameters.integer("limit", kDefaultLimit, 1, kMaxLimit));
  query.cursor = parameters.text("cursor").value_or("");
  if (parameters.refusal()) return *parameters.refusal();
  if (context.history == nullptr) return history_not_available();
  return page("transitions", context.history->transitions(query));
}

ApiReply answer_incidents(const ApiRequest& request, const ApiContext& context) {
  Parameters parameters(request);
  IncidentQuery query;
  query.provider = parameters.provider("provider");
  query.since = parameters.time("since");
  query.limit = static_cast<int>(parameters.integer("limit", kDefaultLimit, 1, kMaxLimit));
  query.cursor = parameters.text("cursor").value_or("");
  if (parameters.refusal()) return *parameters.refusal();
  if (context.history == nullptr) return history_not_available();
  return page("incidents", context.history->incidents(query));
}

}  // namespace signalbox
