#pragma once
/// A batch of counts from a client: the body of `POST /v1/reports` as a value (api.md, "Reporting").
///
/// Units: times are corrected to the agent's clock: the reporter's skew is taken out with `sent_at`.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/ids.h"
#include "lib/json.h"
#include "lib/outcome.h"
#include "lib/time.h"

namespace signalbox {

inline constexpr size_t kMaxReports = 1000;
inline constexpr int64_t kMaxCount = 1'000'000'000;  ///< of one outcome in one report
inline constexpr size_t kMaxBatchId = 128;

struct Report {
  Target target;
  WallTime to;     ///< the end of what it covers; the arrival when the client did not say
  Millis span{0};  ///< what it covers; a second when the client did not say
  OutcomeCounts counts{};
  bool operator==(const Report&) const = default;
};

/// A part of a batch that counts for nothing, and why. It does not spoil the rest.
struct IgnoredPart {
  std::string pointer;  ///< JSON pointer into the batch
  std::string why;
  bool operator==(const IgnoredPart&) const = default;
};

struct ReportBatch {
  std::string reporter;
  std::string batch_id;
  Instant at;                        ///< when it arrived
  std::optional<Millis> skew;        ///< the reporter's clock minus ours; nothing without `sent_at`
  std::vector<Report> reports;       ///< empty: a heartbeat
  std::vector<IgnoredPart> ignored;  ///< words for errors that nobody knows
  bool operator==(const ReportBatch&) const = default;
};

/// Why a batch is refused whole, and where: `pointer` is a JSON pointer (RFC 6901), "" for the document.
struct ReportProblem {
  std::string pointer;
  std::string detail;
  bool too_large = false;  ///< more reports than a batch may have: 413 instead of 400
  bool operator==(const ReportProblem&) const = default;
};

/// The body's shape:
///
///     {"reporter": "router-eu-1", "batch_id": "8d4f", "sent_at": TIME?, "reports": [
///        {"provider": "claude", "model": "claude-opus-4-6"?, "from": TIME?, "to": TIME?,
///         "outcomes": {"ok": 95, "timeout": 1}?, "status": {"529": 1}?, "errors": {"overloaded_error": 2}?}]}
///
/// `errors` are a provider's own words (`classify_error`), for what a status cannot say: an error inside a stream
/// that began with 200, a 429 that is a spent quota. At least one of the three is needed; they add up. A key that
/// is none of these is a problem: it would be counts lost. A provider that nobody configured is not: who takes the
/// batch in says so.
std::variant<ReportBatch, ReportProblem> parse_report_batch(std::string_view body, Instant at);
std::variant<ReportBatch, ReportProblem> report_batch_from_json(const Json& body, Instant at);

/// Names a batch for the hour in which it is known: 64 bits of (reporter, batch_id). Two of two million batches an
/// hour share a key once in ten million hours.
uint64_t batch_key(std::string_view reporter, std::string_view batch_id);

}  // namespace signalbox
