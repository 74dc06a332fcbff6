#include "agent/api_parameters.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

template <class Number>
std::optional<Number> parse_number(const std::string& text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> parameter(const ApiRequest& request, const std::string& name) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return std::nullopt;
  return found->second;
}

Result<int64_t> integer_parameter(const ApiRequest& request, const std::string& name, int64_t fallback, int64_t low,
                                  int64_t high) {
  const auto text = parameter(request, name);
  if (!text) return fallback;
  const auto value = parse_number<int64_t>(*text);
  if (value && *value >= low && *value <= high) return *value;
  return Error{fmt::format("{} must be a whole number from {} to {}", name, low, high)};
}

Result<std::optional<WallTime>> time_parameter(const ApiRequest& request, const std::string& name) {
  const auto text = parameter(request, name);
  if (!text) return std::optional<WallTime>();
  const auto at = parse_rfc3339(*text);
  if (at) return at;
  return Error{fmt::format("{} must be a time as in RFC 3339, like 2026-11-23T10:00:00Z", name)};
}

std::optional<Error> check_wait(const ApiRequest& request) {
  if (const auto wait = parameter(request, "wait_s")) {
    const auto value = parse_number<double>(*wait);
    if (!value || !std::isfinite(*value) || *value < 0) {
      return Error{"wait_s must be a number of seconds, 0 to 30; more counts as 30"};
    }
  }
  if (const auto generation = parameter(request, "generation")) {
    if (!parse_number<uint64_t>(*generation)) return Error{"generation must be a whole number of 0 or more"};
  }
  return std::nullopt;
}

}  // namespace signalbox
