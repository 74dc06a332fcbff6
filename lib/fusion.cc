#include "lib/fusion.h"

#include <array>

namespace signalbox {
namespace {

constexpr State kUnknown = State::unknown;
constexpr State kHealthy = State::healthy;
constexpr State kDegraded = State::degraded;
constexpr State kUnhealthy = State::unhealthy;

/// Green never vetoes our own failures (last column), red may preempt and is softened by our own success
/// (major and critical), nothing known is unknown.
constexpr std::array<std::array<State, 4>, 6> kStates = {{
    //  insufficient  normal      elevated     failing
    {kUnknown, kHealthy, kDegraded, kUnhealthy},      // unknown
    {kHealthy, kHealthy, kDegraded, kUnhealthy},      // none
    {kDegraded, kHealthy, kDegraded, kUnhealthy},     // minor
    {kDegraded, kHealthy, kDegraded, kUnhealthy},     // maintenance
    {kUnhealthy, kDegraded, kUnhealthy, kUnhealthy},  // major
    {kUnhealthy, kDegraded, kUnhealthy, kUnhealthy},  // critical
}};

}  // namespace

Cell fuse(OfficialLevel official, PassiveLevel passive, const WeightTable& weights) {
  const auto row = static_cast<size_t>(official);
  const auto column = static_cast<size_t>(passive);
  const State state = kStates.at(row).at(column);
  const bool moves_traffic = state == kDegraded || state == kUnhealthy;
  return {state, moves_traffic ? weights.at(row).at(column) : 100};
}

}  // namespace signalbox
