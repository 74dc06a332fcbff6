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
  std::vector<RouteCandidate> candidates;
  RouteSplit split;
};

Route look_at(const Core& core, const RouteConfig& config, Instant now) {
  Route route{config, {stop_of(core, config.primary, now)}, {}, {}};
  for (const std::string& fallback : config.fallbacks) route.stops.push_back(stop_of(core, fallback, now));
  for (const Stop& stop : route.stops) {
    route.candidates.push_back({stop.told.state, stop.told.advice.primary_weight, stop.overridden});
  }
  route.split = split_route(route.candidates);
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

OrderedJson model_json(const Target& target) {
  return target.is_provider() ? OrderedJson() : OrderedJson(target.model);
}

/// A fallback's users are told; the primary's have nothing to be told.
OrderedJson notice_json(const Route& route, size_t chosen) {
  const std::string& notice = route.config.notice;
  return chosen == 0 || notice.empty() ? OrderedJson() : OrderedJson(notice);
}

std::vector<RouteShare> shares_of(const Route& route) {
  std::vector<RouteShare> shares;
  for (const Stop& stop : route.stops) shares.push_back({to_string(stop.target), 0});
  shares.at(0).percent += route.split.primary_share;
  shares.at(route.split.other).percent += 100 - route.split.primary_share;
  return shares;
}

OrderedJson choices_json(const Route& route) {
  OrderedJson choices = OrderedJson::array();
  for (const RouteShare& share : shares_of(route)) {
    if (share.percent > 0) choices.push_back({{"target", share.target}, {"share", share.percent}});
  }
  return choices;
}

/// Who has the requests on which the chosen target's retry budget was spent, and what their users are told.
OrderedJson shed_json(const Route& route, size_t chosen) {
  const size_t next = shed_from(route.candidates, chosen);
  if (next == chosen) return nullptr;
  const Stop& stop = route.stops.at(next);
  return {{"target", to_string(stop.target)},
          {"provider", stop.target.provider},
          {"model", model_json(stop.target)},
          {"degraded", next != 0},
          {"notice", notice_json(route, next)}};
}

std::string render(const Route& route, size_t chosen, bool sticky, const Snapshot& frame) {
  const Stop& primary = route.stops.front();
  const Stop& stop = route.stops.at(chosen);
  return dump_json(OrderedJson{{"route", route.config.name},
                               {"target", to_string(stop.target)},
                               {"provider", stop.target.provider},
                               {"model", model_json(stop.target)},
                               {"degraded", chosen != 0},
                               {"notice", notice_json(route, chosen)},
                               {"panic", route.split.panic},
                               {"sticky", sticky},
                               {"split_seed", primary.told.split_seed},
                               {"primary_weight", primary.told.advice.primary_weight},
                               {"choices", choices_json(route)},
                               {"advice", advice_json(stop.told.advice)},
                               {"shed", shed_json(route, chosen)},
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
                            .shares = shares_of(route),
                            .split_seed = route.stops.front().told.split_seed,
                            .for_primary = render(route, 0, true, frame),
                            .for_other = render(route, route.split.other, true, frame),
                            .for_all = render(route, choose_for_all(route.split), false, frame)};
  }
  return answers;
}

}  // namespace signalbox
