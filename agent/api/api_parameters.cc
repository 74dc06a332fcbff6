#include "agent/api/api_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

template <class Number>
std::optional<Number> parse_integer(const std::string& text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end) return std::nullopt;
  return value;
}

/// Seconds as `12`, `0.5`, `.5` or `12.`, capped at kMaxWait. No sign, exponent or `inf`: from_chars alone takes
/// them.
std::optional<Millis> parse_wait(const std::string& text) {
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  const auto points = std::ranges::count(text, '.');
  if (digits == 0 || points > 1 || static_cast<size_t>(digits + points) != text.size()) return std::nullopt;
  double value = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto most = std::chrono::duration<double>(kMaxWait);
  // Out of range is more digits than a double can hold, before or behind the point: very long, or nothing at all.
  if (error != std::errc()) return text.find_first_not_of("0.") < text.find('.') ? kMaxWait : Millis(0);
  return std::chrono::round<Millis>(std::min(std::chrono::duration<double>(value), most));
}

}  // namespace

std::optional<std::string> Parameters::text(const std::string& name) {
  const auto found = request_.query.lower_bound(name);
  if (found == request_.query.end() || found->first != name) return std::nullopt;
  return found->second;
}

int64_t Parameters::integer(const std::string& name, int64_t fallback, int64_t low, int64_t high) {
  const auto given = text(name);
  if (!given) return fallback;
  const auto value = parse_integer<int64_t>(*given);
  if (value && *value >= low && *value <= high) return *value;
  refuse(name, fmt::format("a whole number from {} to {}", low, high));
  return fallback;
}

std::optional<WallTime> Parameters::time(const std::string& name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto at = parse_rfc3339(*given);
  if (!at) refuse(name, "a time as in RFC 3339, like 2026-11-23T10:00:00Z");
  return at;
}

std::optional<Target> Parameters::target(const std::string& name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  auto target = parse_target(*given);
  if (!target) refuse(name, "a provider or provider/model, like claude/claude-opus-4-6");
  return target;
}

std::string Parameters::provider(const std::string& name) {
  const auto given = text(name);
  if (given && !is_provider_name(*given)) refuse(name, "a provider's name: 1-64 of a-z 0-9 _ -");
  return given.value_or("");
}

bool Parameters::flag(const std::string& name, const std::string& only) {
  const auto given = text(name);
  if (given && *given != only) refuse(name, only);
  return given.has_value();
}

std::optional<Wait> Parameters::wait() {
  std::optional<Millis> at_most;
  if (const auto given = text("wait_s")) {
    at_most = parse_wait(*given);
    if (!at_most) refuse("wait_s", "a number of seconds of 0 or more; over 30 counts as 30");
  }
  std::optional<uint64_t> generation;
  if (const auto given = text("generation")) {
    generation = parse_integer<uint64_t>(*given);
    if (!generation) refuse("generation", "the generation of an earlier answer, a whole number of 0 or more");
  }
  if (!at_most || !generation) return std::nullopt;
  return Wait{*generation, *at_most};
}

void Parameters::refuse(const std::string& name, const std::string& what_it_must_be) {
  if (!refusal_) refusal_ = bad_parameter(name, fmt::format("{} must be {}", name, what_it_must_be));
}

}  // namespace signalbox
