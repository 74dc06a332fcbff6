#pragma once
/// The health state machine of one target (signal.md, "States and advice"): what evidence asks for, made calm by
/// holds and ramps. Worse is believed at once; better has to last.
///
/// Worked example, hold 60 s, ramp step 20 s: a page turns red at 0 s: unhealthy 10. It is green again at 300 s:
/// recovering 25 at 360 s, 50 at 380 s, 75 at 400 s, healthy 100 at 420 s. Red again at 500 s, within ten minutes
/// of having left: unhealthy with a hold of 120 s.
///
/// Units: weights in percent. Times are measured in mono time; the wall time beside it is what is stored.
#include <optional>
#include <string>
#include <string_view>

#include "lib/config/config.h"
#include "lib/evidence.h"
#include "lib/fusion.h"
#include "lib/time.h"

namespace signalbox {

/// Memory of one bad state (unhealthy, or degraded): who comes back soon has to stay longer.
struct Relapse {
  Millis hold{0};                  ///< in force while inside; 0 before the first time
  std::optional<Instant> left_at;  ///< when it was last left
  bool operator==(const Relapse&) const = default;
};

struct Health {
  State state = State::unknown;
  int weight = 100;
  Instant since;                        ///< of `state`
  std::optional<Instant> better_since;  ///< unhealthy, degraded: evidence asks for better without a break
  std::optional<Instant> blind_since;   ///< evidence is blind without a break
  Instant step_since;                   ///< recovering: of the ramp's step
  bool seen_failing = false;            ///< our own requests failed, and `normal` has not come since
  double rate_before = 0;               ///< requests/s when it became unhealthy, for the canary
  Relapse unhealthy;
  Relapse degraded;
  std::string split_seed;  ///< UTC date on which the weight last left 100; empty: never
  bool operator==(const Health&) const = default;
};

struct Advice {
  std::string_view action;  ///< "primary", "shift" or "fallback"
  int primary_weight = 100;
  Millis retry_budget{0};
  bool operator==(const Advice&) const = default;
};

struct HealthStep {
  Health health;
  std::optional<MonoTime> wake_at;  ///< the next moment at which time alone changes something
};

/// One step: `evidence` as it is at `now`. Calling it again with the same arguments changes nothing more.
HealthStep step(Health health, const Evidence& evidence, const Policy& policy, Instant now);

/// What a restart resumes: an outage goes on with its times; what moved no traffic starts unknown.
Health resume(Health stored, Instant now);

Advice advise(const Health& health, const Policy& policy);

/// How long an unhealthy target stays so at least; 0 for every other state.
Millis hold_left(const Health& health, const Policy& policy, Instant now);

}  // namespace signalbox
