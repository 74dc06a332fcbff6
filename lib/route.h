#pragma once
/// Which target of a route a session uses: the primary, or the fallback that stands in for it (signal.md,
/// "Routes").
///
/// A route's split is the same for every session until something changes; a session's number, 0 to 99, then says on
/// which side it is. The numbers below the primary's share are its own: as the share falls, sessions only ever
/// leave it, and as it rises, they come back in the opposite order. Where the number comes from is not known here
/// (agent/api/session_number.h).
///
/// Worked example: primary unhealthy at weight 5, fallbacks unhealthy, healthy. Numbers 0-4 have the primary, 5-99
/// the second fallback.
#include <cstddef>
#include <span>

#include "lib/level.h"

namespace signalbox {

/// A target of a route, as routers are told of it now.
struct RouteCandidate {
  State state = State::unknown;
  int weight = 100;
  bool overridden = false;  ///< a person said so
  bool operator==(const RouteCandidate&) const = default;
};

struct RouteSplit {
  int primary_share = 100;  ///< of a hundred sessions
  size_t other = 0;         ///< index of who has the rest; 0 where nobody else is used
  bool panic = false;       ///< every target is unhealthy, and one is used all the same
  bool operator==(const RouteSplit&) const = default;
};

/// `candidates` begins with the primary, and then has the fallbacks in their order. At least the primary.
RouteSplit split_route(std::span<const RouteCandidate> candidates);

/// Index of the candidate for a session's number, 0 to 99.
size_t choose(const RouteSplit& split, int number);

/// Index of the candidate for whoever does not say which session it is: all of them, so that nobody is a canary.
size_t choose_for_all(const RouteSplit& split);

/// Index of who has a request on which `chosen` spent its retry budget: the first other target that is not
/// unhealthy, fallbacks before the primary; `chosen` itself where there is none.
size_t shed_from(std::span<const RouteCandidate> candidates, size_t chosen);

}  // namespace signalbox
