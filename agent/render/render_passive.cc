#include "agent/render/render_passive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "agent/render/words.h"

namespace signalbox {
namespace {

constexpr size_t kIndent = 2;

/// What each test asks (passive/detector.h). One that we do not know yet is shown by its name alone.
struct TestWords {
  std::string_view name;
  std::string_view question;
};
constexpr std::array<TestWords, 6> kTests = {{
    {"moderate", "do clearly more than half of them fail?"},
    {"severe", "do nearly all fail?"},
    {"outside_spike", "would that be so without any five seconds of it?"},
    {"without_any_reporter", "would that be so without any one reporter?"},
    {"elevated", "do clearly more fail than usual?"},
    {"normal", "have enough of them succeeded?"},
}};

std::string question_of(std::string_view name) {
  const auto found = std::ranges::find(kTests, name, &TestWords::name);
  return found == kTests.end() ? std::string() : std::string(found->question);
}

/// "outside_spike" as people write it.
std::string spaced(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string window_words(const PassiveView& passive) {
  return passive.window_s.value_or(0) > 0 ? fmt::format(" in {:.0f} s", *passive.window_s) : std::string();
}

std::string tests_text(const PassiveView& passive, const View& view) {
  if (passive.thresholds.empty()) return {};
  Table table{{{"  TEST"}, {"NUMBER", true}, {"NEEDED", true}, {""}, {"IT ASKS"}}, {}};
  for (const ThresholdView& test : passive.thresholds) {
    const bool reached = test.needed > 0 && test.value >= test.needed;
    const Style style = reached ? Style::bold : Style::plain;
    table.rows.push_back({{{"  " + spaced(test.name), style},
                           {fmt::format("{:.2f}", test.value), style},
                           {fmt::format("{:.2f}", test.needed)},
                           {reached ? "reached" : "", style},
                           {question_of(test.name), Style::dim}},
                          {}});
  }
  return lay_out(table, view);
}

}  // namespace

std::string passive_words(const PassiveView& passive) {
  if (passive.requests == 0) return or_unknown(passive.level) + ": no outcomes reported" + window_words(passive);
  return fmt::format("{}: {} of {} failed ({}){}, {}", or_unknown(passive.level), passive.failures,
                     count_of(passive.requests, "request", "requests"), format_ratio(passive.failure_ratio),
                     window_words(passive), count_of(passive.reporters, "reporter", "reporters"));
}

std::string outcome_words(const PassiveView& passive) {
  auto outcomes = passive.outcomes;
  std::ranges::stable_sort(outcomes, std::greater{}, [](const auto& outcome) { return outcome.second; });
  std::string text;
  for (const auto& [name, count] : outcomes) {
    if (count != 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

std::string passive_details(const PassiveView& passive, const View& view) {
  std::string text;
  if (const std::string outcomes = outcome_words(passive); !outcomes.empty()) {
    text += paragraph({outcomes}, kIndent, view);
  }
  if (passive.requests_per_s.value_or(0) > 0) {
    text +=
        paragraph({fmt::format("{:.3g} requests/s in the last minute", *passive.requests_per_s)}, kIndent, view);
  }
  if (!passive.note.empty()) text += paragraph({passive.note}, kIndent, view);
  if (!passive.set_aside.empty()) {
    text += paragraph({"set aside, alone with what they say: " + enumerate(passive.set_aside), Style::yellow},
                      kIndent, view);
  }
  return text + tests_text(passive, view);
}

}  // namespace signalbox
