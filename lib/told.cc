#include "lib/told.h"

#include <algorithm>

#include "lib/rfc3339.h"

namespace signalbox {

Told tell(const Health& health, const std::optional<Override>& override, const Policy& policy) {
  if (!override) return {health.state, health.since, advise(health, policy), health.split_seed};
  Health overridden = health;
  overridden.state = override->state;
  overridden.weight = override->primary_weight;
  return {override->state, override->set_at, advise(overridden, policy), health.split_seed};
}

Health enter_override(Health health, const Override& override, Instant now) {
  if (health.weight == 100 && override.primary_weight < 100) health.split_seed = utc_date(now.wall);
  return health;
}

Health leave_override(Health health, const Override& override, const Cell& cell, const Policy& policy,
                      Instant now) {
  const bool well = cell.state == State::healthy || cell.state == State::degraded;
  if (!well || override.primary_weight >= std::min(health.weight, cell.weight)) return health;
  int weight = policy.ramp.front();
  for (const int step : policy.ramp) {
    if (step <= override.primary_weight) weight = step;
  }
  health.state = State::recovering;
  health.weight = std::min(weight, cell.weight);
  health.since = now;
  health.step_since = now;
  health.better_since.reset();
  return health;
}

}  // namespace signalbox
