#pragma once
/// What an OpenTelemetry exporter sent, as far as we use it: the data points of one histogram, whatever their
/// encoding. Buckets, sums, exemplars and all other metrics are not kept.
///
/// Source: opentelemetry-proto, collector/metrics/v1 and metrics/v1; semantic conventions for generative AI
/// metrics.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace signalbox::otlp {

/// Required by the conventions of every GenAI client: one measurement an operation, with `error.type` when it
/// failed.
inline constexpr std::string_view kDurationMetric = "gen_ai.client.operation.duration";

/// Of `kDurationMetric` in one request: as many as a batch may have reports.
inline constexpr size_t kMaxPoints = 1000;
/// Of one point or resource. What SDKs and their detectors set is a few dozen.
inline constexpr size_t kMaxAttributes = 256;

struct Attribute {
  std::string key;
  std::string value;  ///< numbers and booleans as text; lists and bytes as they were sent
  bool operator==(const Attribute&) const = default;
};
using Attributes = std::vector<Attribute>;

/// The value of the first attribute of that name; nothing when there is none or it is empty.
std::optional<std::string> attribute(const Attributes& attributes, std::string_view key);

enum class Temporality { unspecified = 0, delta = 1, cumulative = 2 };

/// Which instrumentation measured, within a resource.
struct Scope {
  size_t resource = 0;  ///< in Export::resources
  std::string name;
  std::string version;
  bool operator==(const Scope&) const = default;
};

struct Point {
  size_t scope = 0;  ///< in Export::scopes
  Temporality temporality = Temporality::unspecified;
  Attributes attributes;
  uint64_t start_ns = 0;  ///< since 1970; 0: the exporter does not know
  uint64_t time_ns = 0;
  uint64_t count = 0;     ///< measurements from `start_ns` to `time_ns`
  bool no_value = false;  ///< a mark that the series has ended, without a value
  bool operator==(const Point&) const = default;
};

struct Export {
  std::vector<Attributes> resources;  ///< like the scopes, those that have points
  std::vector<Scope> scopes;
  std::vector<Point> points;
  int64_t not_histograms = 0;  ///< points under the histogram's name that are of another kind
  bool operator==(const Export&) const = default;
};

/// Why a body is refused whole, and where: a JSON pointer, or the protobuf message.
struct ExportProblem {
  std::string where;
  std::string detail;
  bool too_large = false;  ///< more than is taken at once: 413 instead of 400
  bool operator==(const ExportProblem&) const = default;
};

using Decoded = std::variant<Export, ExportProblem>;

ExportProblem too_many_points();
ExportProblem too_many_attributes(std::string where);

/// What both decoders do: puts points into their scope and resource, which come into the export with their first
/// point.
class ExportBuilder {
 public:
  void begin_resource(Attributes attributes);
  void begin_scope(std::string name, std::string version);
  void add(Point point);
  void add_other(int64_t points) { made_.not_histograms += points; }
  bool is_full() const { return made_.points.size() >= kMaxPoints; }
  Export& made() { return made_; }

 private:
  Export made_;
  Attributes resource_;
  Scope scope_;
  bool resource_is_in_ = false;
  bool scope_is_in_ = false;
};

}  // namespace signalbox::otlp
