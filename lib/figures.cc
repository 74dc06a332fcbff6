#include "lib/figures.h"

#include "lib/core.h"
#include "lib/snapshot.h"

namespace signalbox {
namespace {

SourceFigures source_figures(const Core& core, const ProviderConfig& provider, const SourceConfig& source,
                             Instant now) {
  SourceFigures figures{.provider = provider.name, .name = source.name, .good_at = {}};
  const SourceStates& states = sources_of(core, provider.name);
  const auto found = states.find(source.name);
  if (found == states.end()) return figures;
  const SourceState& state = found->second;
  const Policy& policy = core.config->policy;
  figures.up = state.tried_at && state.error.empty();
  figures.fresh = is_fresh(state, source, policy, now);
  if (figures.fresh) figures.level = reading_level(*state.reading, "", provider, policy, now.wall);
  if (state.reading) figures.good_at = state.good_at.wall;
  return figures;
}

void add_reporters(Figures& figures, const Passive& passive, Instant now) {
  for (const Reporter& reporter : passive.reporters().all()) {
    const Millis silent = now.mono - reporter.seen_at.mono;
    if (silent <= kReporterActive) ++figures.active_reporters;
    if (silent > kReporterShown) continue;
    figures.reporters.push_back({reporter.name, reporter.seen_at.wall, passive.is_set_aside(reporter.id)});
  }
}

}  // namespace

Figures figures_of(const Core& core, const AgentStatus& status, Instant now) {
  Figures figures{.observer_suspect = core.observer.is_suspect(),
                  .persistence_ok = status.persistence_ok,
                  .config_ok = status.config_error.empty()};
  for (const auto& [target, state] : core.targets) {
    const Told told = told_of(core, target, state);
    figures.targets.push_back({target, told.state, told.advice.primary_weight, told.since.wall});
    if (!state.override) continue;
    figures.overrides.push_back(
        {target, state.override->state, state.override->set_at.wall, state.override->expires_at.wall});
  }
  for (const ProviderConfig& provider : core.config->providers) {
    for (const SourceConfig& source : provider.sources)
      figures.sources.push_back(source_figures(core, provider, source, now));
  }
  add_reporters(figures, core.passive, now);
  return figures;
}

}  // namespace signalbox
