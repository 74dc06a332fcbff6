#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <utility>
#include <variant>

#include "agent/api/api_handlers.h"
#include "lib/json.h"
#include "lib/otlp/batches.h"
#include "lib/otlp/decode_json.h"
#include "lib/otlp/decode_protobuf.h"
#include "lib/otlp/response.h"

namespace signalbox {
namespace {

using otlp::Encoding;

Encoding encoding_of(BodyType type) { return type == BodyType::protobuf ? Encoding::protobuf : Encoding::json; }

std::string media_type_of(BodyType type) {
  return type == BodyType::protobuf ? "application/x-protobuf" : "application/json";
}

/// OTLP gives batches no name: the same body is the same batch. Its times tell it from every other one.
std::string batch_id_of(std::string_view body) {
  constexpr size_t kBytes = 16;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the library's type for bytes
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data());
  return fmt::format("otlp-{:02x}", fmt::join(digest.begin(), digest.begin() + kBytes, ""));
}

/// One answer for the batches of a request, when the last of them has its own. What is not stored is sent again as
/// a whole; the batches that were stored are known then.
class Answer {
 public:
  Answer(size_t batches, otlp::Rejections rejected, BodyType type, Respond respond)
      : left_(batches), rejected_(std::move(rejected)), type_(type), respond_(std::move(respond)) {}

  void add(const BatchTaken& taken) {
    {
      const std::lock_guard lock(mutex_);
      if (taken.how != Taken::stored) {
        failed_ = true;
        too_fast_ = too_fast_ || taken.how == Taken::too_fast;
        retry_after_ = std::max(retry_after_, taken.retry_after);
      }
      if (--left_ > 0) return;
    }
    give();
  }

  /// Precondition: all batches are answered.
  void give() const {
    if (!failed_) return respond_(stored());
    if (too_fast_) {
      return respond_(
          come_again(429, "this service sends more often than reporter_batches_per_s allows", retry_after_));
    }
    respond_(come_again(503, "not all of it could be stored; send it again", retry_after_));
  }

 private:
  ApiReply stored() const {
    ApiReply reply;
    reply.content_type = media_type_of(type_);
    reply.headers = {{"Cache-Control", "no-store"}};
    reply.body = otlp::write_response(encoding_of(type_), rejected_.points(), rejected_.message());
    return reply;
  }

  std::mutex mutex_;  ///< guards what batches change: `left_` and the three at the end
  size_t left_;
  const otlp::Rejections rejected_;
  const BodyType type_;
  const Respond respond_;
  bool failed_ = false;
  bool too_fast_ = false;
  Millis retry_after_{0};
};

otlp::Reading reading_of(const ApiRequest& request, const ApiContext& context) {
  const auto& grant = request.caller.grant;
  otlp::Reading reading{.batch_id = batch_id_of(request.body), .at = context.now};
  if (grant && grant->role == Role::reporter) reading.reporter = grant->reporter;
  reading.is_configured = [&context](std::string_view provider) {
    return context.snapshot.targets.contains(provider);
  };
  return reading;
}

void settle(SharedSeries& series, const std::vector<otlp::Counted>& counted, bool taken_in) {
  series.with([&](otlp::SeriesMemory& memory) {
    for (const otlp::Counted& one : counted) memory.settle(one.series, one.time, taken_in);
  });
}

void take_batches(otlp::Batches made, BodyType type, Writes& writes, const Respond& respond) {
  const auto answer = std::make_shared<Answer>(made.batches.size(), std::move(made.rejected), type, respond);
  if (made.batches.empty()) return answer->give();
  for (otlp::Batch& one : made.batches) {
    SharedSeries& series = writes.series();
    writes.take(std::move(one.batch), [answer, &series, counted = std::move(one.counted)](const BatchTaken& taken) {
      settle(series, counted, taken.how == Taken::stored || taken.how == Taken::not_stored);
      answer->add(taken);
    });
  }
}

}  // namespace

void take_otlp_metrics(const ApiRequest& request, const ApiContext& context, Writes& writes,
                       const Respond& respond) {
  const auto refuse = [&](const otlp::ExportProblem& problem) {
    writes.turn_away_batch();
    respond(bad_body(problem.too_large ? 413 : 400, problem.where, problem.detail));
  };
  const otlp::Decoded decoded = request.body_type == BodyType::protobuf ? otlp::decode_protobuf(request.body)
                                                                        : otlp::decode_json(request.body);
  if (const auto* problem = std::get_if<otlp::ExportProblem>(&decoded)) return refuse(*problem);
  auto made = writes.series().with([&](otlp::SeriesMemory& memory) {
    return otlp::batches_of(std::get<otlp::Export>(decoded), reading_of(request, context), memory);
  });
  if (const auto* problem = std::get_if<otlp::ExportProblem>(&made)) return refuse(*problem);
  take_batches(std::get<otlp::Batches>(std::move(made)), request.body_type, writes, respond);
}

/// google.rpc.Status with what the problem says; its headers stay.
ApiReply otlp_status(const ApiReply& problem, BodyType type) {
  const auto told = parse_json(problem.body);
  std::string message = told ? string_field(*told, "detail") : std::string();
  const std::string where = told ? string_field(*told, "pointer") : std::string();
  if (!where.empty()) message = fmt::format("{}: {}", where, message);
  ApiReply reply = problem;
  reply.content_type = media_type_of(type);
  reply.body = otlp::write_status(encoding_of(type), problem.status, message);
  return reply;
}

}  // namespace signalbox
