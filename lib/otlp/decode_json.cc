#include "lib/otlp/decode_json.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>

#include "lib/json.h"

namespace signalbox::otlp {
namespace {

/// DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK.
constexpr uint64_t kNoRecordedValue = 1;

std::optional<uint64_t> unsigned_of(const Json& value) {
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Of an AnyValue; whatever has no text of its own is told apart as it was written.
std::string text_of(const Json& any) {
  const Json& text = field(any, "stringValue");
  if (text.is_string()) return text.get<std::string>();
  for (const char* kind : {"intValue", "boolValue", "doubleValue", "bytesValue", "arrayValue", "kvlistValue"}) {
    const Json& value = field(any, kind);
    if (value.is_null()) continue;
    return value.is_string() ? value.get<std::string>() : dump_json(value);
  }
  return {};
}

/// Keeps the first problem; every step does nothing once there is one.
class Reader {
 public:
  Decoded read(const Json& body) {
    if (!body.is_object()) fail("", "must be an object");
    each(body, "resourceMetrics", "", [&](const Json& one, const std::string& at) { read_resource(one, at); });
    if (problem_) return *problem_;
    return std::move(builder_.made());
  }

 private:
  using ForEach = std::function<void(const Json&, const std::string& pointer)>;

  void fail(std::string where, std::string detail) {
    if (!problem_) problem_ = {std::move(where), std::move(detail)};
  }

  /// Calls `take` for every object of the list that is `object`'s member `key`.
  void each(const Json& object, const std::string& key, const std::string& pointer, const ForEach& take) {
    const Json& list = field(object, key);
    if (list.is_null() || problem_) return;
    const std::string here = pointer + "/" + key;
    if (!list.is_array()) return fail(here, "must be an array");
    for (size_t i = 0; i < list.size() && !problem_; ++i) {
      const std::string there = fmt::format("{}/{}", here, i);
      if (!list[i].is_object()) return fail(there, "must be an object");
      take(list[i], there);
    }
  }

  std::string text(const Json& object, const std::string& key, const std::string& pointer) {
    const Json& value = field(object, key);
    if (!value.is_null() && !value.is_string()) fail(pointer + "/" + key, "must be a string");
    return string_field(object, key);
  }

  uint64_t number(const Json& object, const std::string& key, const std::string& pointer) {
    const Json& value = field(object, key);
    if (value.is_null()) return 0;
    const auto read = unsigned_of(value);
    if (!read) fail(pointer + "/" + key, "must be a whole number that is not negative, or one as text");
    return read.value_or(0);
  }

  Attributes attributes(const Json& object, const std::string& pointer) {
    Attributes read;
    each(object, "attributes", pointer, [&](const Json& one, const std::string& at) {
      if (read.size() == kMaxAttributes) problem_ = too_many_attributes(pointer + "/attributes");
      read.push_back({text(one, "key", at), text_of(field(one, "value"))});
    });
    return read;
  }

  const Json& object(const Json& parent, const std::string& key, const std::string& pointer) {
    const Json& value = field(parent, key);
    if (!value.is_null() && !value.is_object()) fail(pointer + "/" + key, "must be an object");
    return value;
  }

  void read_resource(const Json& one, const std::string& pointer) {
    builder_.begin_resource(attributes(object(one, "resource", pointer), pointer + "/resource"));
    each(one, "scopeMetrics", pointer, [&](const Json& scope, const std::string& at) { read_scope(scope, at); });
  }

  void read_scope(const Json& one, const std::string& pointer) {
    const Json& scope = object(one, "scope", pointer);
    builder_.begin_scope(text(scope, "name", pointer + "/scope"), text(scope, "version", pointer + "/scope"));
    each(one, "metrics", pointer, [&](const Json& metric, const std::string& at) { read_metric(metric, at); });
  }

  void read_metric(const Json& metric, const std::string& pointer) {
    if (text(metric, "name", pointer) != kDurationMetric) return;
    for (const char* kind : {"histogram", "exponentialHistogram"}) {
      const Json& histogram = object(metric, kind, pointer);
      const std::string here = pointer + "/" + kind;
      const Temporality temporality = read_temporality(histogram, here);
      each(histogram, "dataPoints", here,
           [&](const Json& point, const std::string& at) { read_point(point, temporality, at); });
    }
    for (const char* kind : {"gauge", "sum", "summary"}) {
      builder_.add_other(static_cast<int64_t>(field(field(metric, kind), "dataPoints").size()));
    }
  }

  Temporality read_temporality(const Json& histogram, const std::string& pointer) {
    const uint64_t value = number(histogram, "aggregationTemporality", pointer);
    if (value == 1) return Temporality::delta;
    return value == 2 ? Temporality::cumulative : Temporality::unspecified;
  }

  void read_point(const Json& one, Temporality temporality, const std::string& pointer) {
    if (builder_.is_full()) {
      problem_ = too_many_points();
      return;
    }
    builder_.add({.temporality = temporality,
                  .attributes = attributes(one, pointer),
                  .start_ns = number(one, "startTimeUnixNano", pointer),
                  .time_ns = number(one, "timeUnixNano", pointer),
                  .count = number(one, "count", pointer),
                  .no_value = (number(one, "flags", pointer) & kNoRecordedValue) != 0});
  }

  ExportBuilder builder_;
  std::optional<ExportProblem> problem_;
};

}  // namespace

Decoded decode_json(std::string_view body) {
  const Result<Json> json = parse_json(body);
  if (!json) return ExportProblem{"", json.error().message};
  return Reader().read(*json);
}

}  // namespace signalbox::otlp
