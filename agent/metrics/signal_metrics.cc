#include "agent/metrics/metrics.h"

namespace signalbox {
namespace {

constexpr std::array kAllStates = {State::unknown, State::healthy, State::degraded, State::unhealthy,
                                   State::recovering};
constexpr std::array kAllLevels = {OfficialLevel::unknown,     OfficialLevel::none,  OfficialLevel::minor,
                                   OfficialLevel::maintenance, OfficialLevel::major, OfficialLevel::critical};

/// A provider's own series has an empty model, which to Prometheus is the same as none.
MetricLabels labels_of(const Target& target) { return {{"provider", target.provider}, {"model", target.model}}; }

MetricLabels labels_of(const SourceFigures& source) {
  return {{"provider", source.provider}, {"source", source.name}};
}

MetricLabels with(MetricLabels labels, const char* name, std::string_view value) {
  labels.push_back({name, std::string(value)});
  return labels;
}

void add_targets(Exposition& out, const Figures& figures, const EngineCounts& counts) {
  out.gauge("signalbox_target_state", "1 for the state that routers are told of this target, 0 for the others.",
            [&](Samples& samples) {
              for (const TargetFigures& one : figures.targets) {
                for (const State state : kAllStates) {
                  samples.add(with(labels_of(one.target), "state", to_string(state)), one.state == state ? 1 : 0);
                }
              }
            });
  out.gauge("signalbox_target_primary_weight_ratio",
            "Share of the sessions that should use this target, of those whose primary it is.",
            [&](Samples& samples) {
              for (const TargetFigures& one : figures.targets)
                samples.add(labels_of(one.target), one.primary_weight / 100.0);
            });
  out.gauge("signalbox_target_since_timestamp_seconds", "When the target's present state began.",
            [&](Samples& samples) {
              for (const TargetFigures& one : figures.targets) samples.add(labels_of(one.target), one.since);
            });
  out.counter("signalbox_reported_outcomes_total",
              "Outcomes that clients reported and that are stored; a provider's own are those of reports without a "
              "model.",
              [&](Samples& samples) {
                for (const auto& [target, outcomes] : counts.reported) {
                  for (size_t i = 0; i < outcomes.size(); ++i)
                    samples.add(with(labels_of(target), "outcome", kOutcomeNames.at(i)), outcomes.at(i));
                }
              });
}

void add_decisions(Exposition& out, const Figures& figures, const EngineCounts& counts) {
  out.counter("signalbox_transitions_total",
              "Changes of state of a provider and its models, by the new state and by what caused it.",
              [&](Samples& samples) {
                for (const auto& [provider, transitions] : counts.transitions) {
                  for (const State to : kAllStates) {
                    const auto& by_cause = transitions.at(static_cast<size_t>(to));
                    for (size_t i = 0; i < by_cause.size(); ++i) {
                      samples.add({{"provider", provider},
                                   {"to", std::string(to_string(to))},
                                   {"cause", std::string(kCauseNames.at(i))}},
                                  by_cause.at(i));
                    }
                  }
                }
              });
  out.gauge("signalbox_override_set_timestamp_seconds", "When a person set the override that is in force.",
            [&](Samples& samples) {
              for (const OverrideFigures& one : figures.overrides)
                samples.add(with(labels_of(one.target), "state", to_string(one.state)), one.set_at);
            });
  out.gauge("signalbox_override_expires_timestamp_seconds", "When the override that is in force ends by itself.",
            [&](Samples& samples) {
              for (const OverrideFigures& one : figures.overrides)
                samples.add(with(labels_of(one.target), "state", to_string(one.state)), one.expires_at);
            });
  out.gauge("signalbox_observer_suspect",
            "1 while all fails at once and it may be the network of this host: nobody is called unhealthy for it.",
            [&](Samples& samples) { samples.add({}, figures.observer_suspect ? 1 : 0); });
}

void add_sources(Exposition& out, const Figures& figures, const EngineCounts& counts) {
  out.gauge("signalbox_source_up", "Whether the last poll of the status source could be read.",
            [&](Samples& samples) {
              for (const SourceFigures& one : figures.sources) samples.add(labels_of(one), one.up ? 1 : 0);
            });
  out.gauge("signalbox_source_fresh", "Whether the source's last good reading is young enough to count.",
            [&](Samples& samples) {
              for (const SourceFigures& one : figures.sources) samples.add(labels_of(one), one.fresh ? 1 : 0);
            });
  out.gauge("signalbox_source_level", "1 for the level that the source shows for its provider, 0 for the others.",
            [&](Samples& samples) {
              for (const SourceFigures& one : figures.sources) {
                for (const OfficialLevel level : kAllLevels)
                  samples.add(with(labels_of(one), "level", to_string(level)), one.level == level ? 1 : 0);
              }
            });
  out.gauge("signalbox_source_last_success_timestamp_seconds", "When the source was last read well.",
            [&](Samples& samples) {
              for (const SourceFigures& one : figures.sources) {
                if (one.good_at) samples.add(labels_of(one), *one.good_at);
              }
            });
  out.histogram("signalbox_source_fetch_duration_seconds", "How long a poll of the source took, good or bad.",
                [&](Samples& samples) {
                  for (const auto& [name, source] : counts.sources)
                    samples.add({{"provider", name.first}, {"source", name.second}}, source.fetches);
                });
  out.counter("signalbox_source_fetch_failures_total", "Polls that brought no reading.", [&](Samples& samples) {
    for (const auto& [name, source] : counts.sources)
      samples.add({{"provider", name.first}, {"source", name.second}}, source.failures);
  });
}

void add_reporters(Exposition& out, const Figures& figures) {
  out.gauge("signalbox_reporters_active", "Reporters that sent a batch within the last minute.",
            [&](Samples& samples) { samples.add({}, figures.active_reporters); });
  out.gauge("signalbox_reporter_last_seen_timestamp_seconds",
            "When the reporter's last batch came; for an hour after it.", [&](Samples& samples) {
              for (const ReporterFigures& one : figures.reporters)
                samples.add({{"reporter", one.name}}, one.seen_at);
            });
  out.gauge("signalbox_reporter_set_aside",
            "Whether the reporter stands alone with the failures that it sees, so that they do not count.",
            [&](Samples& samples) {
              for (const ReporterFigures& one : figures.reporters)
                samples.add({{"reporter", one.name}}, one.set_aside ? 1 : 0);
            });
}

}  // namespace

void add_signal_metrics(Exposition& out, const Snapshot& snapshot, const EngineCounts& counts) {
  add_targets(out, snapshot.figures, counts);
  add_decisions(out, snapshot.figures, counts);
  add_sources(out, snapshot.figures, counts);
  add_reporters(out, snapshot.figures);
}

}  // namespace signalbox
