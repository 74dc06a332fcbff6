/// The body of `POST /v1/otlp/v1/metrics`, in both encodings.
///
/// In: the body. Holds: what is wrong is said in a clean sentence; batches are within their bounds, and each is one
/// that a client could have sent; the same body makes the same batches again; the memory of series is bounded.
#include <algorithm>

#include "lib/otlp/batches.h"
#include "lib/otlp/decode_json.h"
#include "lib/otlp/decode_protobuf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

constexpr size_t kMaxWords = 1000;

void expect_in_bounds(const otlp::Batches& made) {
  expect(made.batches.size() <= otlp::kMaxReporters, "batches are bounded");
  expect_clean(made.rejected.message(), kMaxWords, "why points are rejected");
  expect(made.rejected.points() > 0 || made.rejected.message().empty(), "no reason without a point");
  for (const otlp::Batch& one : made.batches) {
    expect(is_reporter_name(one.batch.reporter), "a reporter has a name");
    expect(one.batch.reports.size() <= kMaxReports, "reports are bounded");
    for (const Report& report : one.batch.reports) {
      expect(parse_target(to_string(report.target)) == report.target, "a target's name is one");
      expect(report.to <= now().wall + seconds(5), "no report comes from the future");
      expect(report.to >= now().wall - hours(1), "no report is too old to be known again");
      expect(report.span >= Millis(0), "a report does not end before it begins");
      expect(std::ranges::all_of(report.counts, [](int64_t count) { return count >= 0 && count <= kMaxCount; }),
             "a count is within its bound");
      expect(std::ranges::any_of(report.counts, [](int64_t count) { return count > 0; }),
             "a report counts something");
    }
  }
}

void take(const otlp::Decoded& decoded) {
  if (const auto* problem = std::get_if<otlp::ExportProblem>(&decoded)) {
    expect(!problem->detail.empty(), "a problem says something");
    expect_clean(problem->detail, kMaxWords, "a problem");
    expect_clean(problem->where, kMaxWords, "a problem's place");
    return;
  }
  const auto& exported = std::get<otlp::Export>(decoded);
  expect(exported.points.size() <= otlp::kMaxPoints, "points are bounded");
  otlp::SeriesMemory memory(now().wall - hours(1));
  const otlp::Reading reading = {
      .batch_id = "otlp-1", .reporter = {}, .at = now(), .is_configured = [](std::string_view) { return true; }};
  const auto made = otlp::batches_of(exported, reading, memory);
  if (const auto* problem = std::get_if<otlp::ExportProblem>(&made)) {
    expect(problem->too_large, "a request that can be read is refused only for its size");
    return;
  }
  expect_in_bounds(std::get<otlp::Batches>(made));
  expect(memory.size() <= exported.points.size(), "a point makes one series at most");
  const auto again = otlp::batches_of(exported, reading, memory);
  const auto& first = std::get<otlp::Batches>(made).batches;
  const auto& second = std::get<otlp::Batches>(again).batches;
  const auto same = [](const otlp::Batch& a, const otlp::Batch& b) { return a.batch.reporter == b.batch.reporter; };
  expect(std::ranges::equal(first, second, same), "a retry has the same reporters");
}

}  // namespace

void otlp_json(std::string_view input) { take(otlp::decode_json(input)); }

void otlp_protobuf(std::string_view input) { take(otlp::decode_protobuf(input)); }

}  // namespace signalbox::fuzz
