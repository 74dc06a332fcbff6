/// The body of `POST /v1/reports`.
///
/// In: the body. Holds: a batch is within its bounds; what is wrong is said in a clean sentence; a batch that is
/// written again as its values reads as the same batch; and the core, whatever is reported, keeps the canary.
#include "lib/report.h"

#include <algorithm>
#include <memory>

#include "lib/core.h"
#include "lib/rfc3339.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_targets.h"

namespace signalbox::fuzz {
namespace {

constexpr size_t kMaxDetail = 1000;

void expect_in_bounds(const ReportBatch& batch, Instant at) {
  expect_clean(batch.reporter, kMaxReporterName, "a reporter's name");
  expect_clean(batch.batch_id, kMaxBatchId, "a batch's id");
  expect(!batch.reporter.empty() && !batch.batch_id.empty(), "a batch has names");
  expect(batch.reports.size() <= kMaxReports, "reports are bounded");
  for (const Report& report : batch.reports) {
    expect(parse_target(to_string(report.target)) == report.target, "a target's name is one");
    expect(report.to <= at.wall + seconds(5), "no report comes from the future");
    expect(report.span >= Millis(0), "a report does not end before it begins");
    for (const int64_t count : report.counts) {
      expect(count >= 0 && count <= kMaxCount, "a count is within its bound");
    }
  }
  for (const IgnoredPart& part : batch.ignored) {
    expect_clean(part.pointer, kMaxDetail, "a pointer");
    expect_clean(part.why, kMaxDetail, "why a part is ignored");
  }
}

/// Nothing where a time would need a year of five digits.
std::optional<std::string> written(const ReportBatch& batch) {
  const Millis skew = batch.skew.value_or(Millis(0));
  Json body = {{"reporter", batch.reporter}, {"batch_id", batch.batch_id}, {"reports", Json::array()}};
  if (batch.skew) body["sent_at"] = format_rfc3339(batch.at.wall + skew);
  if (!is_writable(batch.at.wall + skew)) return std::nullopt;
  for (const Report& report : batch.reports) {
    const WallTime to = report.to + skew;
    if (!is_writable(to) || !is_writable(to - report.span)) return std::nullopt;
    Json one = {{"provider", report.target.provider},
                {"to", format_rfc3339(to)},
                {"from", format_rfc3339(to - report.span)},
                {"outcomes", Json::object()}};
    if (!report.target.is_provider()) one["model"] = report.target.model;
    for (size_t i = 0; i < kOutcomeNames.size(); ++i) {
      one["outcomes"][std::string(kOutcomeNames.at(i))] = report.counts.at(i);
    }
    body["reports"].push_back(std::move(one));
  }
  return body.dump();
}

void expect_core_stands(const ReportBatch& batch) {
  const auto shared = std::make_shared<const Config>(config());
  Core core = update(start_core(shared, {}, now()), {}, now()).core;
  Update result = update(std::move(core), {batch}, now() + seconds(1));
  expect(result.verdicts.size() == 1, "each batch has a verdict");
  result = update(std::move(result.core), {batch}, now() + seconds(2));
  expect(result.verdicts.size() == 1 && result.verdicts.front().duplicate, "the same batch counts once");
  for (const auto& [target, state] : result.core.targets) {
    expect(state.health.weight >= 1 && state.health.weight <= 100, "clients alone never take the canary away");
  }
}

}  // namespace

void report(std::string_view input) {
  const Instant at = now() + seconds(1);
  const auto read = parse_report_batch(input, at);
  if (const auto* problem = std::get_if<ReportProblem>(&read)) {
    expect(!problem->detail.empty(), "a problem says something");
    expect_clean(problem->detail, kMaxDetail, "a problem");
    expect_clean(problem->pointer, kMaxDetail, "a problem's pointer");
    return;
  }
  auto batch = std::get<ReportBatch>(read);
  expect_in_bounds(batch, at);
  if (const auto body = written(batch)) {
    const auto again = parse_report_batch(*body, at);
    const auto* same = std::get_if<ReportBatch>(&again);
    expect(same != nullptr, "a batch that is written again can be read");
    batch.ignored.clear();
    expect(*same == batch, "a batch is the same written and read");
  }
  expect_core_stands(batch);
}

}  // namespace signalbox::fuzz
