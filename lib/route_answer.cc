#include "lib/route_answer.h"

#include <fmt/format.h>

#include "lib/answer.h"
#include "lib/rfc3339.h"

namespace signalbox {
namespace {

/// A target of a route with what routers are told of it.
struct Stop {
  Target target;
  Told told;
  std::string why;
  bool overridden = false;
};

/// A model that nobody knows has its provider's health.
Stop stop_of(const Core& core, const std::string& name, Instant now) {
  const Target target = parse_target(name).value_or(Target{name, ""});
  auto found = core.targets.find(target);
  if (found == core.targets.end()) found = core.targets.find({target.provider, ""});
  if (found == core.targets.end()) {
    return {target, {.advice = advise({}, core.config->policy)}, "nothing is known of it", false};
  }
  const auto& [known, state] = *found;
  return {target, told_of(core, known, state), why_of(core, known, state, now),
          override_of(core, known).has_value()};
}

struct Route {
  const RouteConfig& config;
  std::vector<Stop> stops;  ///< the primary, then the fallbacks
  RouteSplit split;
};

Route look_at(const Core& core, const RouteConfig& config, Instant now) {
  Route route{config, {stop_of(core, config.primary, now)}, {}};
  for (const std::string& fallback : config.fallbacks) route.stops.push_back(stop_of(core, fallback, now));
  std::vector<RouteCandidate> candidates;
  for (const Stop& stop : route.stops) {
    candidates.push_back({stop.told.state, stop.told.advice.primary_weight, stop.overridden});
  }
  route.split = split_route(candidates);
  return route;
}

/// The primary's state explains every choice.
std::string why_of(const Route& route, size_t chosen) {
  const Stop& primary = route.stops.front();
  const std::string name = to_string(primary.target);
  if (route.split.panic) {
    return fmt::format("every target of the route is unhealthy, {} is used all the same; {}: {}",
                       to_string(route.stops.at(chosen).target), name, primary.why);
  }
  const bool whole = route.split.primary_share == 100;
  const int weight = primary.told.advice.primary_weight;
  if (whole && weight == 100) return primary.why;
  if (whole) return fmt::format("every fallback is unhealthy, so {} has all sessions: {}", name, primary.why);
  const std::string share = fmt::format("{} is {} and has {} % of the sessions", name,
                                        to_string(primary.told.state), route.split.primary_share);
  if (chosen == 0) return fmt::format("{}, this one among them: {}", share, primary.why);
  return fmt::format("{}, {} has the others: {}", share, to_string(route.stops.at(chosen).target), primary.why);
}

OrderedJson choices_json(const Route& route) {
  OrderedJson choices = OrderedJson::array();
  const int share = route.split.primary_share;
  const auto add = [&](size_t index, int percent) {
    if (percent == 0) return;
    choices.push_back({{"target", to_string(route.stops.at(index).target)}, {"share", percent}});
  };
  add(0, share);
  add(route.split.other, 100 - share);
  return choices;
}

std::string render(const Route& route, size_t chosen, bool sticky, const Snapshot& frame) {
  const Stop& primary = route.stops.front();
  const Stop& stop = route.stops.at(chosen);
  const bool degraded = chosen != 0;
  const std::string& notice = route.config.notice;
  return dump_json(
      OrderedJson{{"route", route.config.name},
                  {"target", to_string(stop.target)},
                  {"provider", stop.target.provider},
                  {"model", stop.target.is_provider() ? OrderedJson() : OrderedJson(stop.target.model)},
                  {"degraded", degraded},
                  {"notice", degraded && !notice.empty() ? OrderedJson(notice) : OrderedJson()},
                  {"panic", route.split.panic},
                  {"sticky", sticky},
                  {"split_seed", primary.told.split_seed},
                  {"primary_weight", primary.told.advice.primary_weight},
                  {"choices", choices_json(route)},
                  {"advice", advice_json(stop.told.advice)},
                  {"why", why_of(route, chosen)},
                  {"as_of", format_rfc3339(frame.as_of.wall)},
                  {"expires_at", format_rfc3339(frame.expires_at)},
                  {"generation", frame.generation}});
}

}  // namespace

std::map<std::string, RouteAnswer, std::less<>> render_routes(const Core& core, const Snapshot& frame) {
  std::map<std::string, RouteAnswer, std::less<>> answers;
  for (const RouteConfig& config : core.config->routes) {
    const Route route = look_at(core, config, frame.as_of);
    answers[config.name] = {.split = route.split,
                            .split_seed = route.stops.front().told.split_seed,
                            .for_primary = render(route, 0, true, frame),
                            .for_other = render(route, route.split.other, true, frame),
                            .for_all = render(route, choose_for_all(route.split), false, frame)};
  }
  return answers;
}

}  // namespace signalbox
