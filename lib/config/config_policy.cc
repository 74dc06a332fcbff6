#include <fmt/format.h>

#include "lib/config/config_sections.h"

namespace signalbox {
namespace {

/// `[policy.weights.major]` with one number a passive level. Only the cells that move traffic have a number:
/// healthy and unknown ones are 100 by design (fusion.h).
void read_weights(const toml::table& table, WeightTable& weights, ConfigProblems& problems) {
  ConfigReader rows(table, "[policy.weights]", problems);
  for (size_t row = 0; row < weights.size(); ++row) {
    const std::string official(to_string(static_cast<OfficialLevel>(row)));
    const toml::table* numbers = rows.table(official);
    if (numbers == nullptr) continue;
    ConfigReader columns(*numbers, fmt::format("[policy.weights.{}]", official), problems);
    for (size_t column = 0; column < weights.at(row).size(); ++column) {
      const std::string passive(to_string(static_cast<PassiveLevel>(column)));
      int& weight = weights.at(row).at(column);
      columns.integer(passive, weight, 1, 100);
    }
    columns.finish();
  }
  rows.finish();
}

void read_ramp(ConfigReader& reader, const toml::table& table, Policy& policy) {
  int step = 0;
  const toml::array* ramp = table["ramp"].as_array();
  if (ramp == nullptr || ramp->size() != policy.ramp.size()) {
    return reader.error("ramp", "ramp must be three whole numbers, like [25, 50, 75]");
  }
  for (const toml::node& node : *ramp) {
    const auto weight = node.value_exact<int64_t>();
    const int before = step == 0 ? 0 : policy.ramp.at(static_cast<size_t>(step - 1));
    if (!weight || *weight <= before || *weight >= 100) {
      return reader.error("ramp", "ramp must be three whole numbers that rise, between 1 and 99");
    }
    policy.ramp.at(static_cast<size_t>(step++)) = static_cast<int>(*weight);
  }
}

void warn_of_budget(ConfigReader& reader, const Policy& policy) {
  if (policy.retry_budget < seconds(4)) {
    reader.warning("retry_budget_ms", "retry_budget_ms: under 4000 it absorbs no microspike");
  }
  if (policy.retry_budget > seconds(12)) {
    reader.warning("retry_budget_ms", "retry_budget_ms: over 12000 the user has left");
  }
}

}  // namespace

void read_policy(ConfigReader reader, const toml::table& table, Policy& policy, ConfigProblems& problems) {
  const Millis longest = hours(24);
  reader.duration("retry_budget_ms", policy.retry_budget, Millis(0), minutes(2));
  reader.duration("recovering_retry_budget_ms", policy.recovering_retry_budget, Millis(0), minutes(2));
  reader.duration("hold_s", policy.hold, seconds(1), hours(1));
  reader.duration("hold_max_s", policy.hold_max, seconds(1), longest);
  reader.duration("relapse_window_s", policy.relapse_window, seconds(0), longest);
  reader.duration("blind_s", policy.blind, seconds(1), longest);
  reader.duration("ramp_step_s", policy.ramp_step, seconds(1), hours(1));
  reader.integer("stale_intervals", policy.stale_intervals, 2, 100);
  reader.duration("incident_max_age_s", policy.incident_max_age, minutes(1), hours(24 * 30));
  reader.duration("old_red_s", policy.old_red, minutes(1), hours(24 * 30));
  reader.number("canary_per_s", policy.canary_per_s, 0.001, 100);
  reader.integer("canary_max_weight", policy.canary_max_weight, 1, 50);
  if (reader.has("ramp")) read_ramp(reader, table, policy);
  if (const auto* weights = reader.table("weights")) read_weights(*weights, policy.weights, problems);
  if (policy.hold > policy.hold_max) reader.error("hold_s", "hold_s is longer than hold_max_s");
  warn_of_budget(reader, policy);
  reader.finish();
}

}  // namespace signalbox
