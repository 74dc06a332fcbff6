#pragma once
/// What an exporter sent, as batches of reports: one a reporter.
///
/// A point is a report: the provider and model that it names, its outcome by `error.type`, its count. What cannot
/// be used is rejected with a reason and spoils nothing else. Not counted, and not rejected either: other metrics,
/// operations of the caller's own (tools, agents: their model calls are counted by themselves).
///
/// The reporter is the token's, or "NAME/INSTANCE" by the resource's service.name and service.instance.id.
///
/// Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/ (and registry/attributes/gen-ai/).
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/otlp/exported.h"
#include "lib/otlp/series.h"
#include "lib/report.h"

namespace signalbox::otlp {

/// In one request: more than are told apart (`Policy::max_reporters`) need not come at once.
inline constexpr size_t kMaxReporters = 64;

/// How a request is read.
struct Reading {
  std::string batch_id;                 ///< the same for the same body: a retry is known by it
  std::optional<std::string> reporter;  ///< whose token it came with
  Instant at;
  std::function<bool(std::string_view provider)> is_configured;
};

/// Points that are not counted, by the reason.
class Rejections {
 public:
  void add(std::string why, int64_t points = 1) { why_[std::move(why)] += points; }
  int64_t points() const;
  /// A sentence for the exporter's log, at most 1000 bytes, the most frequent reasons first. Empty for none.
  std::string message() const;

 private:
  std::map<std::string, int64_t> why_;
};

/// A point of a series that a batch has counted: to be settled with the batch.
struct Counted {
  SeriesId series;
  WallTime time;
};

struct Batch {
  ReportBatch batch;
  std::vector<Counted> counted;
};

struct Batches {
  std::vector<Batch> batches;
  Rejections rejected;
};

std::variant<Batches, ExportProblem> batches_of(const Export& exported, const Reading& reading,
                                                SeriesMemory& memory);

/// Our name of a provider: "claude" of "anthropic", "mistral_ai" of "mistral_ai", "azure_ai_openai" of
/// "azure.ai.openai": another company's servers are another provider, whose outage is not OpenAI's.
std::string provider_of(std::string_view provider_name);

/// Printable ASCII, at most kMaxReporterName.
std::string reporter_of(const Attributes& resource);

}  // namespace signalbox::otlp
