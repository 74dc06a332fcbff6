#include "lib/health.h"

#include <algorithm>
#include <cmath>

#include "lib/rfc3339.h"

namespace signalbox {
namespace {

bool lasted(const std::optional<Instant>& since, Millis duration, Instant now) {
  return since && now.mono - since->mono >= duration;
}

void keep_since(std::optional<Instant>& since, bool holds, Instant now) {
  if (!holds) since.reset();
  if (holds && !since) since = now;
}

/// The canary is a rate, not a share: a provider with little traffic needs a larger share for its recovery to be
/// seen. At 2 requests/s, 0.2/s are 10 %; at 0.5/s they would be 40 %, and the cap of 25 % holds.
int canary_weight(int table_weight, double requests_per_s, const Policy& policy) {
  const double share = requests_per_s > 0 ? std::ceil(100 * policy.canary_per_s / requests_per_s) : 100;
  const auto capped = static_cast<int>(std::min<double>(policy.canary_max_weight, share));
  return std::max(table_weight, capped);
}

/// One target, one moment: the steps of the table share these.
class Stepper {
 public:
  Stepper(Health health, const Evidence& evidence, const Policy& policy, Instant now)
      : health_(std::move(health)),
        evidence_(evidence),
        policy_(policy),
        now_(now),
        cell_(fuse(evidence.official.level, evidence.passive.level, policy.weights)) {}

  HealthStep run() {
    look();
    if (cell_.state == State::unhealthy) {
      stay_unhealthy();
    } else {
      switch (health_.state) {
        case State::unknown:
        case State::healthy: enter(cell_.state, cell_.weight); break;
        case State::degraded: from_degraded(); break;
        case State::unhealthy: from_unhealthy(); break;
        case State::recovering: climb(); break;
      }
    }
    return {health_, wake_at()};
  }

 private:
  /// What our own requests showed last, and whether anything speaks at all.
  void look() {
    const PassiveLevel passive = evidence_.passive.level;
    if (passive == PassiveLevel::failing) health_.seen_failing = true;
    if (passive == PassiveLevel::normal) health_.seen_failing = false;
    const bool silent = passive == PassiveLevel::insufficient;
    const bool page_does_not_help = evidence_.official.level == OfficialLevel::unknown || health_.seen_failing;
    keep_since(health_.blind_since, silent && page_does_not_help, now_);
  }

  bool blind() const { return health_.blind_since.has_value(); }
  bool good() const { return !blind() || lasted(health_.blind_since, policy_.blind, now_); }

  void stay_unhealthy() {
    if (health_.state != State::unhealthy) {
      health_.rate_before = evidence_.passive.requests_per_s;
      enter(State::unhealthy, cell_.weight);
    }
    health_.better_since.reset();
    const bool canary = evidence_.passive.level >= PassiveLevel::elevated;
    set_weight(canary ? canary_weight(cell_.weight, health_.rate_before, policy_) : cell_.weight);
  }

  void from_unhealthy() {
    keep_since(health_.better_since, good(), now_);
    if (!lasted(health_.better_since, health_.unhealthy.hold, now_)) return;
    enter(State::recovering, std::min(policy_.ramp.front(), cell_.weight));
    health_.step_since = now_;
    climb();
  }

  /// Up the ramp, a step for each 20 s that have passed, until the cell is reached.
  void climb() {
    if (cell_.weight <= health_.weight) return enter(cell_.state, cell_.weight);
    while (now_.mono - health_.step_since.mono >= policy_.ramp_step) {
      health_.step_since = health_.step_since + policy_.ramp_step;
      const auto next = std::ranges::upper_bound(policy_.ramp, health_.weight);
      const int weight = next == policy_.ramp.end() ? cell_.weight : *next;
      if (weight >= cell_.weight) return enter(cell_.state, cell_.weight);
      set_weight(weight);
    }
  }

  void from_degraded() {
    const bool lower = cell_.state == State::degraded && cell_.weight < health_.weight;
    const bool same = cell_.state == State::degraded && cell_.weight == health_.weight;
    keep_since(health_.better_since, !lower && !same, now_);
    if (lower) return set_weight(cell_.weight);
    const bool careful = blind() && health_.weight < 100;
    const Millis needed = careful ? std::max(policy_.blind, health_.degraded.hold) : health_.degraded.hold;
    if (lasted(health_.better_since, needed, now_)) enter(cell_.state, cell_.weight);
  }

  void enter(State state, int weight) {
    set_weight(weight);
    if (state == health_.state) return health_.better_since.reset();
    if (Relapse* left = relapse_of(health_.state)) left->left_at = now_;
    if (Relapse* entered = relapse_of(state)) {
      const bool again = entered->left_at && now_.mono - entered->left_at->mono <= policy_.relapse_window;
      entered->hold = again ? std::min(2 * entered->hold, policy_.hold_max) : policy_.hold;
    }
    health_.state = state;
    health_.since = now_;
    health_.better_since.reset();
  }

  Relapse* relapse_of(State state) {
    if (state == State::unhealthy) return &health_.unhealthy;
    if (state == State::degraded) return &health_.degraded;
    return nullptr;
  }

  void set_weight(int weight) {
    if (health_.weight == 100 && weight < 100) health_.split_seed = utc_date(now_.wall);
    health_.weight = weight;
  }

  std::optional<MonoTime> wake_at() const {
    std::optional<MonoTime> next;
    const auto at = [&](const std::optional<Instant>& since, Millis after) {
      if (!since) return;
      const MonoTime when = since->mono + after;
      if (when > now_.mono && (!next || when < *next)) next = when;
    };
    at(health_.blind_since, policy_.blind);
    if (health_.state == State::unhealthy) at(health_.better_since, health_.unhealthy.hold);
    if (health_.state == State::degraded) {
      at(health_.better_since, health_.degraded.hold);
      at(health_.better_since, policy_.blind);
    }
    if (health_.state == State::recovering) at(health_.step_since, policy_.ramp_step);
    return next;
  }

  Health health_;
  const Evidence& evidence_;
  const Policy& policy_;
  Instant now_;
  Cell cell_;
};

}  // namespace

HealthStep step(Health health, const Evidence& evidence, const Policy& policy, Instant now) {
  return Stepper(std::move(health), evidence, policy, now).run();
}

Health resume(Health stored, Instant now) {
  const bool moved_traffic = stored.state == State::unhealthy || stored.state == State::recovering ||
                             (stored.state == State::degraded && stored.weight < 100);
  if (moved_traffic) return stored;
  stored.state = State::unknown;
  stored.weight = 100;
  stored.since = now;
  stored.better_since.reset();
  stored.blind_since.reset();
  return stored;
}

Advice advise(const Health& health, const Policy& policy) {
  const bool whole = health.weight == 100;
  switch (health.state) {
    case State::unhealthy: return {"fallback", health.weight, Millis(0)};
    case State::recovering: return {"shift", health.weight, policy.recovering_retry_budget};
    case State::unknown:
    case State::healthy:
    case State::degraded: break;
  }
  return {whole ? "primary" : "shift", health.weight, policy.retry_budget};
}

Millis hold_left(const Health& health, const Policy& policy, Instant now) {
  if (health.state != State::unhealthy) return Millis(0);
  Millis left = health.unhealthy.hold;
  if (health.better_since) {
    left -= now.mono - health.better_since->mono;
  } else if (health.blind_since) {
    left += std::max(Millis(0), policy.blind - (now.mono - health.blind_since->mono));
  }
  return std::max(Millis(0), left);
}

}  // namespace signalbox
