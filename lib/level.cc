#include "lib/level.h"

#include <array>

namespace signalbox {
namespace {

constexpr std::array<std::string_view, 6> kOfficial = {"unknown",     "none",  "minor",
                                                       "maintenance", "major", "critical"};
constexpr std::array<std::string_view, 4> kPassive = {"insufficient", "normal", "elevated", "failing"};
constexpr std::array<std::string_view, 5> kState = {"unknown", "healthy", "degraded", "unhealthy", "recovering"};

}  // namespace

std::string_view to_string(OfficialLevel level) { return kOfficial.at(static_cast<size_t>(level)); }
std::string_view to_string(PassiveLevel level) { return kPassive.at(static_cast<size_t>(level)); }
std::string_view to_string(State state) { return kState.at(static_cast<size_t>(state)); }

std::optional<State> parse_state(std::string_view word) {
  for (size_t i = 0; i < kState.size(); ++i) {
    if (kState.at(i) == word) return static_cast<State>(i);
  }
  return std::nullopt;
}

}  // namespace signalbox
