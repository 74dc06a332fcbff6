#include <utility>
#include <variant>

#include "agent/api/api_handlers.h"
#include "lib/json.h"

namespace signalbox {
namespace {

ApiReply kept_batch(const BatchVerdict& verdict) {
  OrderedJson ignored = OrderedJson::array();
  for (const IgnoredPart& part : verdict.ignored) ignored.push_back({{"pointer", part.pointer}, {"why", part.why}});
  ApiReply reply;
  reply.headers = {{"Cache-Control", "no-store"}};
  reply.body = dump_json(OrderedJson{
      {"accepted", verdict.accepted}, {"duplicate", verdict.duplicate}, {"ignored", std::move(ignored)}});
  return reply;
}

/// Whatever is not stored is to be sent again, with the same batch_id: it counts once.
ApiReply batch_reply(const BatchTaken& taken) {
  switch (taken.how) {
    case Taken::stored: return kept_batch(taken.verdict);
    case Taken::too_fast:
      return come_again(429, "this reporter sends more batches than reporter_batches_per_s allows",
                        taken.retry_after);
    case Taken::refused:
      return come_again(503, "more batches arrive than can be taken in; send this one again", taken.retry_after);
    case Taken::not_stored: break;
  }
  return come_again(503, "the batch could not be stored; send it again with the same batch_id", taken.retry_after);
}

/// A reporter's token is good for its own name. Without one, names are the host's own affair.
std::optional<ApiReply> refuse_name(const std::string& name, const Caller& caller) {
  if (!caller.grant || caller.grant->role != Role::reporter || name == caller.grant->reporter) return std::nullopt;
  return bad_body(403, "/reporter", "the token is the reporter " + caller.grant->reporter + "'s");
}

}  // namespace

void take_reports(const ApiRequest& request, const ApiContext& context, Writes& writes, const Respond& respond) {
  auto parsed = parse_report_batch(request.body, context.now);
  if (const auto* problem = std::get_if<ReportProblem>(&parsed)) {
    writes.turn_away_batch();
    return respond(bad_body(problem->too_large ? 413 : 400, problem->pointer, problem->detail));
  }
  auto& batch = std::get<ReportBatch>(parsed);
  if (auto refusal = refuse_name(batch.reporter, request.caller)) return respond(*std::move(refusal));
  writes.take(std::move(batch), [respond](const BatchTaken& taken) { respond(batch_reply(taken)); });
}

ApiReply answer_reporters(const ApiRequest&, const ApiContext& context) {
  ApiReply reply;
  reply.headers = {{"Cache-Control", "max-age=1"}};
  reply.body = context.snapshot.reporters;
  return reply;
}

}  // namespace signalbox
