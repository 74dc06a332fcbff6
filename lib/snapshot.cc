#include "lib/snapshot.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/answer.h"
#include "lib/core.h"
#include "lib/rfc3339.h"
#include "lib/route_answer.h"

namespace signalbox {
namespace {

OrderedJson target_json(const Core& core, const Target& target, const TargetState& state, const Told& told,
                        const Snapshot& frame) {
  const Policy& policy = core.config->policy;
  const ProviderConfig& provider = *find_provider(*core.config, target.provider);
  const Evidence evidence = evidence_of(core, target, state, frame.as_of);
  return {{"target", to_string(target)},
          {"provider", target.provider},
          {"model", target.is_provider() ? OrderedJson() : OrderedJson(target.model)},
          {"inherited", false},
          {"state", to_string(told.state)},
          {"since", format_rfc3339(told.since.wall)},
          {"as_of", format_rfc3339(frame.as_of.wall)},
          {"expires_at", format_rfc3339(frame.expires_at)},
          {"generation", frame.generation},
          {"advice", advice_json(told.advice)},
          {"why", why_of(core, target, state, frame.as_of)},
          {"evidence",
           evidence_json(provider, sources_of(core, target.provider), target, evidence, policy, frame.as_of)},
          {"override", override_json(override_of(core, target))}};
}

OrderedJson observer_json(const Observer& observer) {
  if (!observer.is_suspect()) return {{"suspect", false}, {"why", nullptr}};
  return {{"suspect", true}, {"why", why_suspect(observer)}};
}

std::string reporters_body(const Core& core, Instant now) {
  const ReporterRoster& roster = core.passive.reporters();
  double all = 0;
  for (const Reporter& reporter : roster.all()) all += ReporterRoster::requests_per_s(reporter, now);
  OrderedJson rows = OrderedJson::array();
  for (const Reporter& reporter : roster.all()) {
    const double rate = ReporterRoster::requests_per_s(reporter, now);
    rows.push_back({{"name", reporter.name},
                    {"last_seen_at", format_rfc3339(reporter.seen_at.wall)},
                    {"skew_ms", reporter.skew ? OrderedJson(reporter.skew->count()) : OrderedJson()},
                    {"requests_per_s", to_hundredths(rate)},
                    {"share", to_hundredths(all > 0 ? rate / all : 0)},
                    {"set_aside", core.passive.is_set_aside(reporter.id)}});
  }
  return dump_json(OrderedJson{{"reporters", std::move(rows)}});
}

std::string overrides_body(const Core& core) {
  OrderedJson rows = OrderedJson::array();
  for (const auto& [target, state] : core.targets) {
    if (!state.override) continue;
    OrderedJson row{{"target", to_string(target)}};
    row.update(override_json(state.override));
    rows.push_back(std::move(row));
  }
  return dump_json(OrderedJson{{"overrides", std::move(rows)}});
}

OrderedJson source_row(const ProviderConfig& provider, const SourceConfig& source, const SourceState& state,
                       const Policy& policy, Instant now) {
  const bool fresh = is_fresh(state, source, policy, now);
  const OfficialLevel level =
      fresh ? reading_level(*state.reading, "", provider, policy, now.wall) : OfficialLevel::unknown;
  const std::string configured = !source.urls.empty()        ? source.urls.front()
                                 : !source.documents.empty() ? source.documents.begin()->second
                                                             : "";
  OrderedJson missing = OrderedJson::array();
  if (state.reading) missing = state.reading->missing_components;
  const bool partial = !missing.empty();
  return {{"provider", provider.name},
          {"name", source.name},
          {"kind", to_string(source.kind)},
          {"url", state.url.empty() ? configured : state.url},
          {"level", to_string(level)},
          {"fresh", fresh},
          {"interval_s", std::chrono::duration<double>(source.interval).count()},
          {"last_good_at", state.reading ? time_json(state.good_at.wall) : OrderedJson()},
          {"last_try_at", state.tried_at ? time_json(state.tried_at->wall) : OrderedJson()},
          {"last_error", state.error.empty() ? OrderedJson() : OrderedJson(state.error)},
          {"latency_ms", state.tried_at ? OrderedJson(state.latency.count()) : OrderedJson()},
          {"page_id", source.page_id.empty() ? OrderedJson() : OrderedJson(source.page_id)},
          {"missing_components", std::move(missing)},
          {"partial", partial}};
}

std::string sources_body(const Core& core, Instant now) {
  OrderedJson rows = OrderedJson::array();
  for (const ProviderConfig& provider : core.config->providers) {
    const SourceStates& states = sources_of(core, provider.name);
    for (const SourceConfig& source : provider.sources) {
      const auto found = states.find(source.name);
      const SourceState state = found == states.end() ? SourceState{} : found->second;
      rows.push_back(source_row(provider, source, state, core.config->policy, now));
    }
  }
  return dump_json(OrderedJson{{"sources", std::move(rows)}});
}

/// How long an unhealthy target stays so at least: its hold, or what is left of a person's word.
Millis at_least(const Core& core, const Target& target, const TargetState& state, Instant now) {
  const std::optional<Override>& override = override_of(core, target);
  if (!override) return hold_left(state.health, core.config->policy, now);
  return std::max(Millis(0), override->expires_at.mono - now.mono);
}

OrderedJson check(bool pass, const std::string& output, Instant now) {
  OrderedJson one{{"status", pass ? "pass" : "warn"}, {"time", format_rfc3339(now.wall)}};
  if (!output.empty()) one["output"] = output;
  return OrderedJson::array({one});
}

size_t blind_sources(const Core& core, Instant now, size_t& all) {
  size_t blind = 0;
  for (const ProviderConfig& provider : core.config->providers) {
    const SourceStates& states = sources_of(core, provider.name);
    for (const SourceConfig& source : provider.sources) {
      ++all;
      const auto found = states.find(source.name);
      if (found == states.end() || !is_fresh(found->second, source, core.config->policy, now)) ++blind;
    }
  }
  return blind;
}

/// application/health+json (draft-inadarei-api-health-check-06). The agent is ready as soon as it can answer: a
/// failing disk or a blind source is a warning, because the signal goes on.
std::string readyz_body(const Core& core, const AgentStatus& status, Instant now) {
  size_t all = 0;
  const size_t blind = blind_sources(core, now, all);
  const std::string store_output =
      !status.persistence_ok ? "not stored: " + status.persistence_detail
      : !status.set_aside.empty()
          ? "the database was corrupt; what could be read of it was kept, the old one is " + status.set_aside
          : "";
  const std::string source_output = blind == 0 ? "" : fmt::format("{} of {} sources are not fresh", blind, all);
  const bool pass =
      blind == 0 && store_output.empty() && status.config_error.empty() && status.notify_trouble.empty();
  OrderedJson checks{{"store:persistence", check(store_output.empty(), store_output, now)},
                     {"sources:freshness", check(blind == 0, source_output, now)},
                     {"config:reload", check(status.config_error.empty(), status.config_error, now)}};
  if (!core.config->notify.empty())
    checks["notify:delivery"] = check(status.notify_trouble.empty(), status.notify_trouble, now);
  return dump_json(OrderedJson{{"status", pass ? "pass" : "warn"},
                               {"version", status.version},
                               {"serviceId", "signalbox"},
                               {"checks", std::move(checks)}});
}

}  // namespace

SnapshotPtr render(const Core& core, const AgentStatus& status, Instant now) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->as_of = now;
  snapshot->expires_at = now.wall + core.config->server.answer_ttl;
  snapshot->generation = core.generation;
  snapshot->etag = fmt::format("W/\"{}-{}\"", status.instance, core.generation);
  snapshot->persistence = status.persistence_ok ? "ok" : "failing";

  OrderedJson targets = OrderedJson::array();
  for (const ProviderConfig& provider : core.config->providers) {
    if (provider.count_throttled) snapshot->counts_throttled.insert(provider.name);
    for (auto it = core.targets.lower_bound({provider.name, ""});
         it != core.targets.end() && it->first.provider == provider.name; ++it) {
      const auto& [target, state] = *it;
      const Told told = told_of(core, target, state);
      OrderedJson body = target_json(core, target, state, told, *snapshot);
      snapshot->targets[to_string(target)] = {told.state, told.advice.primary_weight, state.changed,
                                              at_least(core, target, state, now), dump_json(body)};
      targets.push_back(std::move(body));
    }
  }
  OrderedJson observer = observer_json(core.observer);
  snapshot->observer = dump_json(observer);
  OrderedJson set_aside = status.set_aside.empty() ? OrderedJson() : OrderedJson(status.set_aside);
  snapshot->health = dump_json(OrderedJson{{"as_of", format_rfc3339(now.wall)},
                                           {"expires_at", format_rfc3339(snapshot->expires_at)},
                                           {"generation", core.generation},
                                           {"observer", std::move(observer)},
                                           {"persistence", snapshot->persistence},
                                           {"database_set_aside", std::move(set_aside)},
                                           {"targets", std::move(targets)}});
  snapshot->routes = render_routes(core, *snapshot);
  snapshot->sources = sources_body(core, now);
  snapshot->reporters = reporters_body(core, now);
  snapshot->overrides = overrides_body(core);
  snapshot->readyz = readyz_body(core, status, now);
  snapshot->figures = figures_of(core, status, now);
  return snapshot;
}

}  // namespace signalbox
