#include "lib/config/policy_keys.h"

#include <fmt/format.h>

#include "lib/config/config_reader.h"
#include "lib/fusion.h"

namespace signalbox {

bool has_weight(OfficialLevel official, PassiveLevel passive) {
  const State state = fuse(official, passive, Policy{}.weights).state;
  return state != State::healthy && state != State::unknown;
}

std::vector<std::string> policy_changes(const Policy& policy) {
  const Policy usual;
  std::vector<std::string> changes;
  const auto compare = [&](const std::string& key, const auto& value, const auto& before) {
    if (value != before) changes.push_back(fmt::format("{} = {} (default {})", key, value, before));
  };
  const auto in_unit = [](const char* key, Millis value) {
    return static_cast<double>(value.count()) / unit_ms(key);
  };
  for (const auto& [key, member, low, high] : kPolicyDurations) {
    compare(key, in_unit(key, policy.*member), in_unit(key, usual.*member));
  }
  for (const auto& [key, member, low, high] : kPolicyIntegers) compare(key, policy.*member, usual.*member);
  compare("canary_per_s", policy.canary_per_s, usual.canary_per_s);
  compare("ramp", fmt::format("[{}]", fmt::join(policy.ramp, ", ")),
          fmt::format("[{}]", fmt::join(usual.ramp, ", ")));
  for (size_t row = 0; row < usual.weights.size(); ++row) {
    for (size_t column = 0; column < usual.weights.at(row).size(); ++column) {
      const auto key = fmt::format("weights.{}.{}", to_string(static_cast<OfficialLevel>(row)),
                                   to_string(static_cast<PassiveLevel>(column)));
      compare(key, policy.weights.at(row).at(column), usual.weights.at(row).at(column));
    }
  }
  return changes;
}

}  // namespace signalbox
