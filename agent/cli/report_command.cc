#include "agent/cli/report_command.h"

#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <istream>
#include <random>

#include "agent/ask/answers_to_writes.h"
#include "agent/ask/requests.h"
#include "agent/cli/spans.h"
#include "agent/render/words.h"
#include "lib/outcome.h"
#include "lib/rfc3339.h"
#include "lib/text.h"

namespace signalbox {
namespace {

constexpr std::string_view kStatusPrefix = "status:";
constexpr Millis kFirstPause{250};
constexpr Millis kLongestPause = seconds(5);
/// An agent that asks for more is not waited for.
constexpr seconds kLongestRetryAfter = minutes(1);
/// The agent takes 1 MiB; it is the one to refuse more, but endless input would fill our memory first.
constexpr std::streamsize kMaxInput = std::streamsize{2} << 20U;

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "cli";
  return name.data();
}

std::string draw_batch_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", random());
  return id;
}

std::string read_all(std::istream& in) {
  std::string text(static_cast<size_t>(kMaxInput), '\0');
  in.read(text.data(), kMaxInput);
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "overloaded=4" or "status:529=1", added to the report.
std::optional<Error> add_count(const std::string& text, Json& report) {
  const size_t equals = text.find('=');
  const int64_t count = whole_number(std::string_view(text).substr(equals + 1)).value_or(-1);
  const std::string name = text.substr(0, equals);
  if (equals == text.npos || count < 0) {
    return Error{
        fmt::format("\"{}\": give OUTCOME=COUNT or status:CODE=COUNT, as in ok=95 status:529=1", clean_text(text))};
  }
  const bool is_status = name.starts_with(kStatusPrefix);
  if (!is_status && std::ranges::count(kOutcomeNames, name) == 0) {
    return Error{
        fmt::format("\"{}\" is not an outcome; known are {}", clean_text(name), fmt::join(kOutcomeNames, ", "))};
  }
  Json& sum = is_status ? report["status"][name.substr(kStatusPrefix.size())] : report["outcomes"][name];
  sum = (sum.is_null() ? 0 : sum.get<int64_t>()) + count;
  return std::nullopt;
}

/// `sent_at` is of each try: it takes the clocks' difference out, and a try may come late.
std::string body_now(Json batch) {
  if (!batch.contains("sent_at")) batch["sent_at"] = format_rfc3339(now().wall);
  return dump_json(batch);
}

bool is_worth_another_try(const Result<AgentReply>& reply) {
  constexpr int kTooMany = 429;
  constexpr int kServerTrouble = 500;
  return !reply || reply->status == kTooMany || reply->status >= kServerTrouble;
}

/// What the agent asks for, or `usual`.
Millis pause_after(const Result<AgentReply>& reply, Millis usual) {
  const auto asked = reply ? whole_number(reply->retry_after) : std::nullopt;
  return asked && *asked > 0 && *asked <= kLongestRetryAfter.count() ? Millis(seconds(*asked)) : usual;
}

/// The same batch, under the same id, until the agent has said something final or `patience` is over.
Result<AgentReply> post(const AgentClient& client, const Json& batch, Millis patience, const Pause& pause) {
  const MonoTime end = now().mono + patience;
  for (Millis usual = kFirstPause;; usual = std::min(2 * usual, kLongestPause)) {
    auto reply = client.send({"POST", "/v1/reports", body_now(batch)});
    const Millis wait = pause_after(reply, usual);
    if (!is_worth_another_try(reply) || now().mono + wait > end) return reply;
    pause(wait);
  }
}

int refuse(const Console& console, const AgentClient& client, const AgentReply& reply) {
  constexpr int kBadRequest = 400;
  const std::string pointer = read_pointer(reply.body);
  const std::string place = pointer.empty() ? "" : " (at " + pointer + ")";
  const std::string what = describe_refusal(client, reply) + place;
  if (is_denied(reply)) return fail(console, what, EX_NOPERM);
  return fail(console, what, reply.status == kBadRequest ? EX_DATAERR : kExitUnavailable);
}

int tell(const Console& console, const std::string& body, const std::string& batch_id) {
  const auto receipt = read_receipt(body);
  if (!receipt) return fail(console, receipt.error().message, kExitUnavailable);
  const std::string id = clean_text(batch_id);
  if (receipt->duplicate) {
    console.out << fmt::format("batch {} was stored before: nothing is counted twice\n", id);
    return 0;
  }
  console.out << fmt::format("{} stored as batch {}\n", count_of(receipt->accepted, "report", "reports"), id);
  for (const auto& [pointer, why] : receipt->ignored) {
    complain(console, fmt::format("ignored {}: {}", pointer, why));
  }
  return receipt->accepted == 0 && !receipt->ignored.empty() ? EX_DATAERR : 0;
}

}  // namespace

Result<Json> batch_of_flags(const ReportOptions& options, WallTime now) {
  const auto span = parse_span(options.span);
  if (!span) return Error{"--span: give a time such as 1s, 60s or 5m"};
  if (options.provider.empty()) return Error{"--provider is missing: whose outcomes are these?"};
  const std::string target = options.provider + (options.model.empty() ? "" : "/" + options.model);
  if (!is_target(target)) return Error{not_a_target(target)};
  Json report = {{"provider", options.provider},
                 {"from", format_rfc3339(now - *span)},
                 {"to", format_rfc3339(now)},
                 {"outcomes", Json::object()}};
  if (!options.model.empty()) report["model"] = options.model;
  for (const std::string& count : options.counts) {
    if (auto error = add_count(count, report)) return *std::move(error);
  }
  return Json{{"reporter", options.reporter.empty() ? host_name() : options.reporter},
              {"batch_id", options.batch_id.empty() ? draw_batch_id() : options.batch_id},
              {"reports", Json::array({std::move(report)})}};
}

Result<Json> batch_of_text(const std::string& text, const ReportOptions& options) {
  auto batch = parse_json(text);
  if (!batch) return Error{"standard input: " + batch.error().message};
  if (!batch->is_object()) return Error{"standard input: not a JSON object"};
  if (!options.reporter.empty() || !batch->contains("reporter")) {
    (*batch)["reporter"] = options.reporter.empty() ? host_name() : options.reporter;
  }
  if (!options.batch_id.empty() || !batch->contains("batch_id")) {
    (*batch)["batch_id"] = options.batch_id.empty() ? draw_batch_id() : options.batch_id;
  }
  return batch;
}

int report_command(const Console& console, const AgentClient& client, const ReportOptions& options,
                   std::istream& in, const Pause& pause) {
  const bool none = options.retry_for == "0" || options.retry_for == "0s";
  const auto patience = none ? std::optional(seconds(0)) : parse_span(options.retry_for);
  if (!patience) return fail(console, "--retry-for: give a time such as 30s or 5m, or 0", kExitUsage);
  const bool from_input = options.counts == std::vector<std::string>{"-"};
  std::string text;
  if (from_input) text = read_all(in);
  const auto batch = from_input ? batch_of_text(text, options) : batch_of_flags(options, now().wall);
  if (!batch) return fail(console, batch.error().message, from_input ? EX_DATAERR : kExitUsage);

  const auto reply = post(client, *batch, *patience, pause);
  if (!reply) return fail(console, reply.error().message + "; the batch is not stored", kExitUnavailable);
  if (reply->status != kHttpOk) return refuse(console, client, *reply);
  return tell(console, reply->body, string_field(*batch, "batch_id"));
}

}  // namespace signalbox
