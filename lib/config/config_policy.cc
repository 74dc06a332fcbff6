#include <fmt/format.h>

#include "lib/config/config_sections.h"
#include "lib/config/policy_keys.h"

namespace signalbox {
namespace {

void read_weight_row(const toml::table& table, OfficialLevel official, std::array<int, 4>& weights,
                     ConfigProblems& problems) {
  ConfigReader columns(table, fmt::format("[policy.weights.{}]", to_string(official)), problems);
  for (size_t column = 0; column < weights.size(); ++column) {
    const auto passive = static_cast<PassiveLevel>(column);
    const std::string key(to_string(passive));
    if (has_weight(official, passive)) {
      columns.integer(key, weights.at(column), 1, 100);
    } else if (columns.has(key)) {
      columns.error(key, fmt::format("{}: this cell moves no traffic, its weight is always 100", key));
    }
  }
  columns.finish();
}

/// `[policy.weights.major]` with one number a passive level: only the cells that move traffic have one.
void read_weights(const toml::table& table, WeightTable& weights, ConfigProblems& problems) {
  ConfigReader rows(table, "[policy.weights]", problems);
  for (size_t row = 0; row < weights.size(); ++row) {
    const auto official = static_cast<OfficialLevel>(row);
    const toml::table* numbers = rows.table(std::string(to_string(official)));
    if (numbers != nullptr) read_weight_row(*numbers, official, weights.at(row), problems);
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
  for (const auto& [key, member, low, high] : kPolicyDurations) reader.duration(key, policy.*member, low, high);
  for (const auto& [key, member, low, high] : kPolicyIntegers) reader.integer(key, policy.*member, low, high);
  reader.number("canary_per_s", policy.canary_per_s, kMinCanaryPerS, kMaxCanaryPerS);
  if (reader.has("ramp")) read_ramp(reader, table, policy);
  if (const auto* weights = reader.table("weights")) read_weights(*weights, policy.weights, problems);
  if (policy.hold > policy.hold_max) reader.error("hold_s", "hold_s is longer than hold_max_s");
  warn_of_budget(reader, policy);
  reader.finish();
}

}  // namespace signalbox
