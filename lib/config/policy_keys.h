#pragma once
/// The keys of `[policy]`, each with its member of `Policy` and its limits (inclusive). What is read, printed and
/// held against the documentation goes by these tables.
#include <array>
#include <string>
#include <vector>

#include "lib/config/config.h"

namespace signalbox {

struct PolicyDuration {
  const char* key;  ///< ends in the unit
  Millis Policy::*member;
  Millis low;
  Millis high;
};

struct PolicyInteger {
  const char* key;
  int Policy::*member;
  int low;
  int high;
};

/// What is longer than a day is a mistake of units, except the ages of incidents: pages leave them open for weeks.
inline constexpr Millis kLongest = hours(24);
inline constexpr Millis kOldest = hours(24 * 30);

inline constexpr std::array kPolicyDurations = {
    PolicyDuration{"retry_budget_ms", &Policy::retry_budget, Millis(0), minutes(2)},
    PolicyDuration{"recovering_retry_budget_ms", &Policy::recovering_retry_budget, Millis(0), minutes(2)},
    PolicyDuration{"hold_s", &Policy::hold, seconds(1), hours(1)},
    PolicyDuration{"hold_max_s", &Policy::hold_max, seconds(1), kLongest},
    PolicyDuration{"relapse_window_s", &Policy::relapse_window, seconds(0), kLongest},
    PolicyDuration{"blind_s", &Policy::blind, seconds(1), kLongest},
    PolicyDuration{"ramp_step_s", &Policy::ramp_step, seconds(1), hours(1)},
    PolicyDuration{"incident_max_age_s", &Policy::incident_max_age, minutes(1), kOldest},
    PolicyDuration{"old_red_s", &Policy::old_red, minutes(1), kOldest},
};

/// Below two intervals one lost poll would make a source unknown. A canary of over half is none. Every answer holds
/// all models, and each is rendered once a second; reporters are told apart by small numbers (reporter_panel.h).
inline constexpr std::array kPolicyIntegers = {
    PolicyInteger{"stale_intervals", &Policy::stale_intervals, 2, 100},
    PolicyInteger{"canary_max_weight", &Policy::canary_max_weight, 1, 50},
    PolicyInteger{"max_models", &Policy::max_models, 1, 1024},
    PolicyInteger{"max_reporters", &Policy::max_reporters, 1, 127},
};

/// `canary_per_s`: from one request in a quarter of an hour to what no recovery needs.
inline constexpr double kMinCanaryPerS = 0.001;
inline constexpr double kMaxCanaryPerS = 100;

/// Whether the cell has a weight of its own. Healthy and unknown ones have not: they are 100 (fusion.h).
bool has_weight(OfficialLevel official, PassiveLevel passive);

/// "hold_s = 30 (default 60)" for each key that is not at its default.
std::vector<std::string> policy_changes(const Policy& policy);

}  // namespace signalbox
