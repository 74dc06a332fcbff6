#include "lib/otlp/batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "lib/otlp/error_type.h"
#include "lib/result.h"
#include "lib/text.h"

namespace signalbox::otlp {
namespace {

constexpr Millis kFurthestFuture = seconds(5);
/// Whether an older one was counted already is not known any more.
constexpr Millis kOldestPoint = hours(1);
constexpr size_t kMaxShown = 100;
constexpr size_t kMaxMessage = 1000;
constexpr size_t kMaxServiceName = 64;  ///< leaves room for an instance's UUID

struct ProviderName {
  std::string_view name;
  std::string_view ours;
};

/// gen_ai.provider.name, and what gen_ai.system was before it.
constexpr std::array kProviderNames = {
    ProviderName{"anthropic", "claude"},  ProviderName{"gcp.gemini", "gemini"},
    ProviderName{"gcp.gen_ai", "gemini"}, ProviderName{"gcp.vertex_ai", "gemini"},
    ProviderName{"google", "gemini"},     ProviderName{"vertex_ai", "gemini"},
    ProviderName{"vertexai", "gemini"},   ProviderName{"google_genai", "gemini"},
};

/// Operations without a call to a model of their own.
constexpr std::array<std::string_view, 3> kOwnOperations = {"execute_tool", "invoke_agent", "invoke_workflow"};

std::string shown(std::string_view text) { return fmt::format("\"{}\"", clean_text(text, kMaxShown)); }

WallTime wall_of(uint64_t ns) { return WallTime(Millis(static_cast<int64_t>(ns / 1'000'000))); }

/// Each part with its length, so that ("ab", "c") is not ("a", "bc").
void append_part(std::string& to, std::string_view part) { to += fmt::format("{}:{}", part.size(), part); }

uint64_t hash_of(uint64_t seed, Attributes attributes) {
  std::ranges::sort(attributes, {}, &Attribute::key);
  std::string text = fmt::format("{}:", seed);
  for (const Attribute& one : attributes) {
    append_part(text, one.key);
    append_part(text, one.value);
  }
  return std::hash<std::string>{}(text);
}

Result<Target> target_of(const Point& point, const Reading& reading) {
  auto name = attribute(point.attributes, "gen_ai.provider.name");
  if (!name) name = attribute(point.attributes, "gen_ai.system");
  if (!name) return Error{"neither gen_ai.provider.name nor gen_ai.system is set"};
  Target target{provider_of(*name), attribute(point.attributes, "gen_ai.request.model").value_or("")};
  if (!is_provider_name(target.provider) || !reading.is_configured(target.provider)) {
    return Error{fmt::format("no provider {} is configured, for {}", shown(target.provider), shown(*name))};
  }
  if (!target.model.empty() && !is_model_name(target.model)) {
    return Error{fmt::format("gen_ai.request.model {} is not the name of a model", shown(target.model))};
  }
  return target;
}

Result<Outcome> outcome_of(const Point& point) {
  const auto error_type = attribute(point.attributes, "error.type");
  if (!error_type) return Outcome::ok;
  const auto outcome = outcome_of_error_type(*error_type);
  if (!outcome) return Error{fmt::format("nobody knows the error.type {}", shown(*error_type))};
  return *outcome;
}

std::optional<std::string> trouble_with_times(const Point& point, WallTime now) {
  if (point.time_ns == 0) return "timeUnixNano is not set";
  if (point.start_ns > point.time_ns) return "startTimeUnixNano is later than timeUnixNano";
  const WallTime time = wall_of(point.time_ns);
  if (time - now > kFurthestFuture) return "timeUnixNano is more than 5 s in the future: the clocks differ";
  if (now - time > kOldestPoint) return "timeUnixNano is over an hour ago";
  return std::nullopt;
}

/// The batches of one request while they are made.
class Maker {
 public:
  Maker(const Export& exported, const Reading& reading, SeriesMemory& memory)
      : exported_(exported), reading_(reading), memory_(memory) {
    for (const Attributes& resource : exported.resources) {
      reporters_.push_back(reading.reporter ? *reading.reporter : reporter_of(resource));
      resource_hashes_.push_back(hash_of(0, resource));
    }
    for (const Scope& scope : exported.scopes) {
      scope_hashes_.push_back(
          hash_of(resource_hashes_.at(scope.resource), {{"name", scope.name}, {"version", scope.version}}));
    }
  }

  std::variant<Batches, ExportProblem> make() {
    const size_t reporters = std::set<std::string>(reporters_.begin(), reporters_.end()).size();
    if (reporters > kMaxReporters) {
      return ExportProblem{"",
                           fmt::format("data points of {} services or instances; at most {} may come at once",
                                       reporters, kMaxReporters),
                           true};
    }
    if (exported_.not_histograms > 0) {
      made_.rejected.add(fmt::format("{} is no histogram", kDurationMetric), exported_.not_histograms);
    }
    for (const Point& point : exported_.points) take(point);
    return std::move(made_);
  }

 private:
  void take(const Point& point) {
    const std::string operation = attribute(point.attributes, "gen_ai.operation.name").value_or("");
    if (point.no_value || std::ranges::count(kOwnOperations, operation) > 0) return;
    const Result<Target> target = target_of(point, reading_);
    if (!target) return reject(target.error().message);
    const Result<Outcome> outcome = outcome_of(point);
    if (!outcome) return reject(outcome.error().message);
    if (auto trouble = trouble_with_times(point, reading_.at.wall)) return reject(*std::move(trouble));
    if (point.temporality == Temporality::unspecified) {
      return reject("aggregationTemporality is neither 1 (delta) nor 2 (cumulative)");
    }
    const bool is_delta = point.temporality == Temporality::delta;
    const auto increment = is_delta ? Increment{point.count, delta_start(point)} : since_last(point);
    if (!increment) return reject("more cumulative series than are remembered; delta temporality needs no memory");
    add(point, *target, *outcome, *increment);
  }

  void reject(std::string why) { made_.rejected.add(std::move(why)); }

  const std::string& reporter(const Point& point) const {
    return reporters_.at(exported_.scopes.at(point.scope).resource);
  }

  static WallTime delta_start(const Point& point) {
    const WallTime time = wall_of(point.time_ns);
    return point.start_ns == 0 ? time - seconds(1) : wall_of(point.start_ns);
  }

  std::optional<Increment> since_last(const Point& point) {
    const SeriesId id{reporter(point), hash_of(scope_hashes_.at(point.scope) + point.start_ns, point.attributes)};
    const CumulativePoint now{wall_of(point.start_ns), wall_of(point.time_ns), point.count};
    const auto increment = memory_.take(id, now, reading_.at.mono);
    if (increment) batch(point).counted.push_back({id, now.time});
    return increment;
  }

  /// The one of the point's reporter.
  Batch& batch(const Point& point) {
    const std::string& name = reporter(point);
    const auto found = std::ranges::find(made_.batches, name, [](const Batch& one) { return one.batch.reporter; });
    if (found != made_.batches.end()) return *found;
    ReportBatch made{.reporter = name, .batch_id = reading_.batch_id, .at = reading_.at};
    made_.batches.push_back({std::move(made), {}});
    return made_.batches.back();
  }

  /// A batch without a report is a heartbeat.
  void add(const Point& point, const Target& target, Outcome outcome, const Increment& increment) {
    Batch& into = batch(point);
    if (increment.count == 0) return;
    const WallTime to = wall_of(point.time_ns);
    const Millis span = to - increment.from;
    auto& reports = into.batch.reports;
    auto report = std::ranges::find_if(
        reports, [&](const Report& one) { return one.target == target && one.to == to && one.span == span; });
    const auto index = static_cast<size_t>(outcome);
    const int64_t so_far = report == reports.end() ? 0 : report->counts.at(index);
    if (increment.count > static_cast<uint64_t>(kMaxCount - so_far)) {
      return reject(fmt::format("an outcome's count over {}", kMaxCount));
    }
    if (report == reports.end()) report = reports.insert(report, {.target = target, .to = to, .span = span});
    report->counts.at(index) += static_cast<int64_t>(increment.count);
  }

  const Export& exported_;
  const Reading& reading_;
  SeriesMemory& memory_;
  std::vector<std::string> reporters_;  ///< by resource
  std::vector<uint64_t> resource_hashes_;
  std::vector<uint64_t> scope_hashes_;
  Batches made_;
};

/// What may stand in a reporter's name.
std::string label_of(std::string_view text, size_t longest) {
  std::string label(text.substr(0, longest));
  std::ranges::replace_if(
      label, [](char c) { return c < ' ' || c > '~'; }, '_');
  return label;
}

}  // namespace

int64_t Rejections::points() const {
  int64_t points = 0;
  for (const auto& [why, count] : why_) points += count;
  return points;
}

std::string Rejections::message() const {
  std::vector<std::pair<std::string, int64_t>> reasons(why_.begin(), why_.end());
  std::ranges::stable_sort(reasons, std::ranges::greater{}, &std::pair<std::string, int64_t>::second);
  std::string message;
  for (const auto& [why, count] : reasons) {
    const std::string next = fmt::format("{}{} not counted: {}", message.empty() ? "" : "; ", count, why);
    if (message.size() + next.size() > kMaxMessage) break;
    message += next;
  }
  return message;
}

std::variant<Batches, ExportProblem> batches_of(const Export& exported, const Reading& reading,
                                                SeriesMemory& memory) {
  return Maker(exported, reading, memory).make();
}

std::string provider_of(std::string_view provider_name) {
  std::string name(provider_name);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  const auto* known = std::ranges::find(kProviderNames, std::string_view(name), &ProviderName::name);
  if (known != kProviderNames.end()) return std::string(known->ours);
  std::ranges::replace(name, '.', '_');
  return name;
}

std::string reporter_of(const Attributes& resource) {
  const auto service = attribute(resource, "service.name");
  const auto instance = attribute(resource, "service.instance.id");
  if (!instance) return label_of(service.value_or("opentelemetry"), kMaxReporterName);
  if (!service) return label_of(*instance, kMaxReporterName);
  return label_of(label_of(*service, kMaxServiceName) + "/" + *instance, kMaxReporterName);
}

}  // namespace signalbox::otlp
