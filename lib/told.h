#pragma once
/// What routers are told of a target: its health, unless a person has said otherwise.
#include <optional>
#include <string>

#include "lib/config/config.h"
#include "lib/fusion.h"
#include "lib/health.h"
#include "lib/override.h"

namespace signalbox {

struct Told {
  State state = State::unknown;
  Instant since;
  Advice advice;
  std::string split_seed;
  bool operator==(const Told&) const = default;
};

/// `override` is the one in force for the target: its own, or else its provider's.
Told tell(const Health& health, const std::optional<Override>& override, const Policy& policy);

/// What an override that takes force leaves in the health below it: the day on which the weight left 100.
Health enter_override(Health health, const Override& override, Instant now);

/// What is left when an override ends: one that had lowered the weight of a target which is well is climbed back
/// from, like from an outage. `cell` is what the evidence asks for.
Health leave_override(Health health, const Override& override, const Cell& cell, const Policy& policy, Instant now);

}  // namespace signalbox
