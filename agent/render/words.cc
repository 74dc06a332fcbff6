#include "agent/render/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

using std::chrono::days;
using std::chrono::floor;

/// 0 is best.
int badness(int code) {
  constexpr std::array<int, 4> kBadness = {0, 2, 3, 1};
  return kBadness.at(static_cast<size_t>(code));
}

std::string two_units(int64_t large, std::string_view large_unit, int64_t small, std::string_view small_unit) {
  if (small == 0) return fmt::format("{} {}", large, large_unit);
  return fmt::format("{} {} {} {}", large, large_unit, small, small_unit);
}

}  // namespace

std::string format_span(Millis span) {
  const auto total = std::chrono::duration_cast<seconds>(span.count() < 0 ? -span : span).count();
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  if (total < kMinute) return fmt::format("{} s", total);
  if (total < kHour) return fmt::format("{} min", total / kMinute);
  if (total < kDay) return two_units(total / kHour, "h", total % kHour / kMinute, "min");
  return two_units(total / kDay, "d", total % kDay / kHour, "h");
}

std::string format_moment(WallTime at, WallTime now) {
  constexpr size_t kDate = std::string_view("2026-11-23").size();
  constexpr size_t kMinutes = std::string_view("10:12").size();
  constexpr size_t kSeconds = std::string_view("10:12:03").size();
  const std::string text = format_rfc3339(at);
  if (floor<days>(at) == floor<days>(now)) return text.substr(kDate + 1, kSeconds) + "Z";
  return text.substr(0, kDate) + " " + text.substr(kDate + 1, kMinutes) + "Z";
}

std::string format_since(const std::optional<WallTime>& at, WallTime now) {
  if (!at) return "-";
  return fmt::format("{} ({}{})", format_moment(*at, now), *at > now ? "in " : "", format_span(now - *at));
}

std::string format_ago(const std::optional<WallTime>& at, WallTime now) {
  if (!at) return "never";
  return *at > now ? "in " + format_span(*at - now) : format_span(now - *at) + " ago";
}

std::string format_ratio(double ratio) {
  const double percent = std::clamp(ratio, 0.0, 1.0) * 100;
  const bool fine = percent > 0 && percent < 9.95;
  return fine ? fmt::format("{:.1f} %", percent) : fmt::format("{:.0f} %", percent);
}

std::string count_of(int64_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

std::string enumerate(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

Style state_style(State state) {
  switch (state) {
    case State::unknown: return Style::cyan;
    case State::healthy: return Style::green;
    case State::degraded: return Style::yellow;
    case State::unhealthy: return Style::red;
    case State::recovering: return Style::yellow;
  }
  return Style::plain;
}

std::string or_unknown(const std::string& word) { return word.empty() ? "unknown" : word; }

std::string state_mark(State state) {
  constexpr std::array<std::string_view, 5> kMarks = {"?", "\u2713", "!", "\u2717", "~"};
  return std::string(kMarks.at(static_cast<size_t>(state)));
}

TableCell state_cell(State state) {
  return {fmt::format("{} {}", state_mark(state), to_string(state)), state_style(state)};
}

std::string advice_words(const TargetView& target) {
  const std::string action = target.action.empty() ? "?" : target.action;
  if (target.retry_budget <= Millis(0)) return action + ", 1 attempt";
  const double budget = std::chrono::duration<double>(target.retry_budget).count();
  return fmt::format("{}, retry {:.3g} s", action, budget);
}

std::string override_words(const OverrideView& override_, WallTime now) {
  std::string text = "overridden by " + (override_.by.empty() ? "somebody" : override_.by);
  if (override_.expires_at) text += " until " + format_since(override_.expires_at, now);
  return override_.reason.empty() ? text : text + ": " + override_.reason;
}

int exit_code(State state) {
  switch (state) {
    case State::healthy: return kExitOk;
    case State::degraded:
    case State::recovering: return kExitWarning;
    case State::unhealthy: return kExitCritical;
    case State::unknown: return kExitUnknown;
  }
  return kExitUnknown;
}

int exit_code(const std::vector<TargetView>& targets) {
  if (targets.empty()) return kExitUnknown;
  int worst = kExitOk;
  for (const TargetView& target : targets) {
    const int code = exit_code(target.state);
    if (badness(code) > badness(worst)) worst = code;
  }
  return worst;
}

void sort_worst_first(std::vector<TargetView>& targets) {
  const auto key = [](const TargetView& target) {
    return std::tuple(-badness(exit_code(target.state)), target.weight, target.target);
  };
  std::ranges::stable_sort(targets, {}, key);
}

}  // namespace signalbox
