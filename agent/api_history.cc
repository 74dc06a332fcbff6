#include "agent/api_handlers.h"
#include "agent/api_parameters.h"
#include "lib/answer.h"
#include "lib/json.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

constexpr int64_t kDefaultLimit = 100;
constexpr int64_t kMaxLimit = 1000;

ApiReply not_available() {
  ApiReply reply = problem(503, "Service Unavailable", "the history cannot be read now; health answers go on");
  reply.headers.emplace_back("Retry-After", "5");
  return reply;
}

ApiReply failure(const Error& error) {
  return error.message == kBadCursor ? bad_request(error.message) : not_available();
}

OrderedJson cursor_json(const std::string& cursor) { return cursor.empty() ? OrderedJson() : OrderedJson(cursor); }

ApiReply page(const char* name, OrderedJson rows, const std::string& cursor) {
  ApiReply reply;
  reply.headers = {{"Cache-Control", "max-age=1"}};
  reply.body = dump_json(OrderedJson{{name, std::move(rows)}, {"next_cursor", cursor_json(cursor)}});
  return reply;
}

OrderedJson row(const TransitionRecord& record) {
  OrderedJson evidence = OrderedJson::parse(record.evidence, nullptr, false);
  if (evidence.is_discarded()) evidence = nullptr;
  return {{"at", format_rfc3339(record.at)},
          {"target", to_string(record.target)},
          {"from", to_string(record.from)},
          {"to", to_string(record.to)},
          {"why", record.why},
          {"evidence", std::move(evidence)},
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
          {"url", record.url.empty() ? OrderedJson() : OrderedJson(record.url)},
          {"scope", record.scope}};
}

template <class Record>
OrderedJson rows_of(const HistoryPage<Record>& found) {
  OrderedJson rows = OrderedJson::array();
  for (const Record& record : found.rows) rows.push_back(row(record));
  return rows;
}

}  // namespace

ApiReply answer_transitions(const ApiRequest& request, const ApiContext& context) {
  TransitionQuery query;
  if (const auto target = parameter(request, "target")) {
    query.target = parse_target(*target);
    if (!query.target) return bad_request("target must be a provider, or provider/model");
  }
  const auto since = time_parameter(request, "since");
  if (!since) return bad_request(since.error().message);
  const auto until = time_parameter(request, "until");
  if (!until) return bad_request(until.error().message);
  const auto limit = integer_parameter(request, "limit", kDefaultLimit, 1, kMaxLimit);
  if (!limit) return bad_request(limit.error().message);
  query.since = *since;
  query.until = *until;
  query.limit = static_cast<int>(*limit);
  query.cursor = parameter(request, "cursor").value_or("");

  if (context.history == nullptr) return not_available();
  const auto found = context.history->transitions(query);
  if (!found) return failure(found.error());
  return page("transitions", rows_of(*found), found->next_cursor);
}

ApiReply answer_incidents(const ApiRequest& request, const ApiContext& context) {
  IncidentQuery query;
  query.provider = parameter(request, "provider").value_or("");
  if (!query.provider.empty() && !is_provider_name(query.provider)) {
    return bad_request("provider must be 1-64 of a-z 0-9 _ -");
  }
  const auto since = time_parameter(request, "since");
  if (!since) return bad_request(since.error().message);
  const auto limit = integer_parameter(request, "limit", kDefaultLimit, 1, kMaxLimit);
  if (!limit) return bad_request(limit.error().message);
  query.since = *since;
  query.limit = static_cast<int>(*limit);
  query.cursor = parameter(request, "cursor").value_or("");

  if (context.history == nullptr) return not_available();
  const auto found = context.history->incidents(query);
  if (!found) return failure(found.error());
  return page("incidents", rows_of(*found), found->next_cursor);
}

}  // namespace signalbox
