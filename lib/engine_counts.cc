#include "lib/engine_counts.h"

#include <algorithm>

namespace signalbox {

void count_fetch(EngineCounts& counts, const Observation& observation) {
  FetchCounts& source = counts.sources[{observation.provider, observation.source}];
  source.fetches.add(observation.latency);
  if (!observation.reading) ++source.failures;
}

std::map<Target, OutcomeCounts> outcomes_of(const std::vector<Record>& records) {
  std::map<Target, OutcomeCounts> sums;
  for (const Record& record : records) {
    const auto* batch = std::get_if<BatchRecord>(&record);
    if (batch == nullptr) continue;
    for (const CountRow& row : batch->rows) {
      OutcomeCounts& sum = sums[row.target];
      std::ranges::transform(sum, row.counts, sum.begin(), std::plus<>());
    }
  }
  return sums;
}

void count_outcomes(EngineCounts& counts, const std::map<Target, OutcomeCounts>& outcomes) {
  for (const auto& [target, more] : outcomes) {
    OutcomeCounts& sum = counts.reported[target];
    std::ranges::transform(sum, more, sum.begin(), std::plus<>());
  }
}

void count_transitions(EngineCounts& counts, const Core& core, const std::vector<Record>& effects) {
  for (const Record& record : effects) {
    const auto* change = std::get_if<TransitionRecord>(&record);
    if (change == nullptr) continue;
    TransitionCounts& provider = counts.transitions[change->target.provider];
    const Cause cause = cause_of(*change, core, effects);
    ++provider.at(static_cast<size_t>(change->to)).at(static_cast<size_t>(cause));
  }
}

void keep_known(EngineCounts& counts, const Core& core) {
  std::erase_if(counts.reported, [&](const auto& entry) { return !core.targets.contains(entry.first); });
  for (const auto& [target, state] : core.targets) counts.reported.try_emplace(target);

  const auto is_configured = [&](const auto& entry) {
    const ProviderConfig* provider = find_provider(*core.config, entry.first.first);
    return provider != nullptr &&
           std::ranges::count(provider->sources, entry.first.second, &SourceConfig::name) > 0;
  };
  std::erase_if(counts.sources, [&](const auto& entry) { return !is_configured(entry); });
  std::erase_if(counts.transitions,
                [&](const auto& entry) { return find_provider(*core.config, entry.first) == nullptr; });
  for (const ProviderConfig& provider : core.config->providers) {
    counts.transitions.try_emplace(provider.name);
    for (const SourceConfig& source : provider.sources) counts.sources.try_emplace({provider.name, source.name});
  }
}

}  // namespace signalbox
