#include "lib/route.h"

#include <algorithm>

namespace signalbox {
namespace {

/// From this share on the primary has those who do not say which session they are.
constexpr int kMostOfThem = 50;

bool is_usable(const RouteCandidate& candidate) { return candidate.state != State::unhealthy; }

/// In panic the evidence counts for nothing, but a person's word does.
bool is_given_up(const RouteCandidate& candidate) { return !is_usable(candidate) && candidate.overridden; }

template <class Predicate>
size_t first(std::span<const RouteCandidate> candidates, size_t from, Predicate predicate) {
  const auto found =
      std::find_if(candidates.begin() + static_cast<std::ptrdiff_t>(from), candidates.end(), predicate);
  return static_cast<size_t>(found - candidates.begin());
}

/// Nobody is usable: the first target that no person gave up, else the primary.
RouteSplit split_in_panic(std::span<const RouteCandidate> candidates) {
  const size_t chosen = first(candidates, 0, [](const RouteCandidate& one) { return !is_given_up(one); });
  if (chosen == 0 || chosen == candidates.size()) return {.panic = true};
  return {.primary_share = 0, .other = chosen, .panic = true};
}

}  // namespace

RouteSplit split_route(std::span<const RouteCandidate> candidates) {
  const RouteCandidate& primary = candidates.front();
  const size_t fallback = first(candidates, 1, is_usable);
  if (fallback == candidates.size()) return is_usable(primary) ? RouteSplit{} : split_in_panic(candidates);
  if (primary.weight >= 100) return {};
  return {.primary_share = std::max(0, primary.weight), .other = fallback};
}

size_t choose(const RouteSplit& split, int number) { return number < split.primary_share ? 0 : split.other; }

size_t choose_for_all(const RouteSplit& split) { return split.primary_share >= kMostOfThem ? 0 : split.other; }

size_t shed_from(std::span<const RouteCandidate> candidates, size_t chosen) {
  for (size_t index = 1; index < candidates.size(); ++index) {
    if (index != chosen && is_usable(candidates[index])) return index;
  }
  return is_usable(candidates.front()) ? 0 : chosen;
}

}  // namespace signalbox
