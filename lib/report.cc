#include "lib/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "lib/rfc3339.h"
#include "lib/text.h"

namespace signalbox {
namespace {

/// A batch that is sent again later than this is not known any more, and would count twice.
constexpr Millis kOldestBatch = hours(1);
constexpr Millis kFurthestFuture = seconds(5);
constexpr Millis kUsualSpan = seconds(1);
constexpr size_t kMaxShownKey = 100;

/// A member's name within a JSON pointer (RFC 6901).
std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : clean_text(key, kMaxShownKey)) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

std::string shown(std::string_view key) { return fmt::format("\"{}\"", clean_text(key, kMaxShownKey)); }

/// Reads a batch and keeps the first problem; every step does nothing once there is one.
class BatchReader {
 public:
  explicit BatchReader(Instant at) { batch_.at = at; }

  std::variant<ReportBatch, ReportProblem> read(const Json& body) {
    read_batch(body);
    if (problem_) return *problem_;
    return std::move(batch_);
  }

 private:
  void fail(std::string pointer, std::string detail, bool too_large = false) {
    if (!problem_) problem_ = {std::move(pointer), std::move(detail), too_large};
  }

  /// An object without other members than `known`.
  bool is_object(const Json& value, const std::string& pointer, std::initializer_list<std::string_view> known) {
    if (!value.is_object()) {
      fail(pointer, "must be an object");
      return false;
    }
    for (const auto& [key, member] : value.items()) {
      if (std::ranges::count(known, key) > 0) continue;
      fail(pointer + "/" + escaped(key),
           fmt::format("unknown member {}; there are {}", shown(key), fmt::join(known, ", ")));
    }
    return !problem_;
  }

  std::string label(const Json& object, const std::string& key, size_t longest) {
    std::string text = string_field(object, key);
    if (!is_label(text, longest)) {
      fail("/" + key, fmt::format("must be a string of 1 to {} printable ASCII characters", longest));
    }
    return text;
  }

  std::optional<WallTime> time(const Json& object, const std::string& key, const std::string& pointer) {
    const Json& value = field(object, key);
    if (value.is_null()) return std::nullopt;
    const std::optional<WallTime> at = time_field(object, key);
    if (!at) fail(pointer + "/" + key, "must be an RFC 3339 time, like 2026-11-23T10:00:01.020Z");
    return at;
  }

  void read_batch(const Json& body) {
    if (!is_object(body, "", {"reporter", "batch_id", "sent_at", "reports"})) return;
    batch_.reporter = label(body, "reporter", kMaxReporterName);
    batch_.batch_id = label(body, "batch_id", kMaxBatchId);
    if (const auto sent_at = time(body, "sent_at", "")) {
      batch_.skew = *sent_at - batch_.at.wall;
      if (*batch_.skew < -kOldestBatch) {
        fail("/sent_at", "is over an hour ago: whether this batch was counted already is not known any more");
      }
    }
    const Json& reports = field(body, "reports");
    if (!reports.is_array()) return fail("/reports", "must be an array; an empty one is a heartbeat");
    if (reports.size() > kMaxReports) {
      return fail("/reports",
                  fmt::format("has {} reports; at most {} may be sent at once", reports.size(), kMaxReports), true);
    }
    batch_.reports.reserve(reports.size());
    for (size_t i = 0; i < reports.size() && !problem_; ++i) read_report(reports[i], fmt::format("/reports/{}", i));
  }

  void read_report(const Json& value, const std::string& pointer) {
    if (!is_object(value, pointer, {"provider", "model", "from", "to", "outcomes", "status", "errors"})) return;
    Report report;
    report.target.provider = string_field(value, "provider");
    if (!is_provider_name(report.target.provider)) {
      fail(pointer + "/provider", "must be the name of a provider: 1 to 64 of a-z 0-9 _ -");
    }
    if (const Json& model = field(value, "model"); !model.is_null()) {
      report.target.model = string_field(value, "model");
      if (!is_model_name(report.target.model)) {
        fail(pointer + "/model", "must be the name of a model: 1 to 128 of A-Z a-z 0-9 . _ : @ / -");
      }
    }
    read_times(value, pointer, report);
    read_counts(value, pointer, report.counts);
    batch_.reports.push_back(std::move(report));
  }

  void read_times(const Json& value, const std::string& pointer, Report& report) {
    const Millis skew = batch_.skew.value_or(Millis(0));
    const auto to = time(value, "to", pointer);
    report.to = to ? *to - skew : batch_.at.wall;
    if (report.to - batch_.at.wall > kFurthestFuture) {
      fail(pointer + "/to", "is more than 5 s in the future; sent_at takes the skew of a clock out");
    }
    const auto from = time(value, "from", pointer);
    report.span = from ? report.to - (*from - skew) : kUsualSpan;
    if (report.span < Millis(0)) fail(pointer + "/from", "is later than the end of the report");
  }

  void read_counts(const Json& value, const std::string& pointer, OutcomeCounts& counts) {
    int given = 0;
    for (const char* key : {"outcomes", "status", "errors"}) {
      const Json& members = field(value, key);
      if (members.is_null()) continue;
      ++given;
      const std::string here = pointer + "/" + key;
      if (!members.is_object()) return fail(here, "must be an object of counts");
      for (const auto& [name, count] : members.items()) {
        const std::string there = here + "/" + escaped(name);
        if (!count.is_number_integer() || count < 0 || count > kMaxCount) {
          return fail(there, fmt::format("must be a whole number from 0 to {}", kMaxCount));
        }
        add(key, name, there, count.get<int64_t>(), counts);
      }
    }
    if (given == 0) fail(pointer, "has no counts: outcomes, status or errors");
  }

  void add(std::string_view kind, const std::string& name, const std::string& pointer, int64_t count,
           OutcomeCounts& counts) {
    std::optional<Outcome> outcome;
    if (kind == "outcomes") {
      outcome = parse_outcome(name);
      if (!outcome) fail(pointer, fmt::format("unknown outcome; there are {}", fmt::join(kOutcomeNames, ", ")));
    } else if (kind == "status") {
      outcome = status_outcome(name);
      if (!outcome) fail(pointer, "must be an HTTP status, 100 to 599");
    } else {
      outcome = classify_error(name);
      if (!outcome) batch_.ignored.push_back({pointer, fmt::format("nobody knows the error {}", shown(name))});
    }
    if (!outcome) return;
    // Whatever keys it came under: 500 statuses are eight outcomes.
    int64_t& sum = counts.at(static_cast<size_t>(*outcome));
    sum += count;
    if (sum > kMaxCount) {
      fail(pointer, fmt::format("takes the report's {} above {}", to_string(*outcome), kMaxCount));
    }
  }

  static std::optional<Outcome> status_outcome(std::string_view name) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (name.size() != 3 || !std::ranges::all_of(name, is_digit)) return std::nullopt;
    const int status = 100 * (name[0] - '0') + 10 * (name[1] - '0') + (name[2] - '0');
    if (status < 100 || status > 599) return std::nullopt;
    return classify_status(status);
  }

  ReportBatch batch_;
  std::optional<ReportProblem> problem_;
};

}  // namespace

std::variant<ReportBatch, ReportProblem> report_batch_from_json(const Json& body, Instant at) {
  return BatchReader(at).read(body);
}

std::variant<ReportBatch, ReportProblem> parse_report_batch(std::string_view body, Instant at) {
  const Result<Json> json = parse_json(body);
  if (!json) return ReportProblem{"", json.error().message};
  return report_batch_from_json(*json, at);
}

uint64_t batch_key(std::string_view reporter, std::string_view batch_id) {
  // FNV-1a (Fowler, Noll, Vo), then the finalizer of splitmix64 so that every bit counts.
  constexpr uint64_t kBasis = 14695981039346656037U;
  constexpr uint64_t kPrime = 1099511628211U;
  uint64_t key = kBasis;
  const auto mix = [&](std::string_view text) {
    for (const char c : text) key = (key ^ static_cast<unsigned char>(c)) * kPrime;
    key *= kPrime;  // an end, so that ("ab", "c") is not ("a", "bc")
    key ^= text.size();
  };
  mix(reporter);
  mix(batch_id);
  key = (key ^ (key >> 30U)) * 0xbf58476d1ce4e5b9U;
  key = (key ^ (key >> 27U)) * 0x94d049bb133111ebU;
  return key ^ (key >> 31U);
}

}  // namespace signalbox
