#include "tests/bench/detectors/loop.h"

#include <algorithm>

#include "tests/bench/detectors/rows.h"

namespace signalbox::bench {

Trace run_loop(const RuleFactory& make, const World& world, uint64_t seed) {
  constexpr int64_t kPollEvery_s = 30;
  Chance chance(seed);
  const uint64_t rule_seed = chance.next();
  Traffic traffic(world.load, world.failures, chance.fork());
  const auto rule = make({.load = world.load, .phases = traffic.phases(), .closed_loop = true, .seed = rule_seed});
  Trace trace;
  bool ended = false;
  for (int64_t at = 0; at < world.lasts_s; ++at) {
    if (at % kPollEvery_s == 0) rule->page(static_cast<double>(at), world.page(at));
    ended = ended || world.traffic_ends(*rule);
    Second second = traffic.next();
    if (ended) std::ranges::fill(second.reporters, Tally{});
    Moment moment;
    for (const Tally& reporter : second.reporters) {
      moment.offered.ok += reporter.ok;
      moment.offered.bad += reporter.bad;
    }
    moment.served = rule->serve(second);
    moment.weight = rule->weight();
    trace.moments.push_back(moment);
  }
  trace.changes = rule->changes();
  return trace;
}

int64_t Trace::seconds_at(double weight, int64_t from, int64_t to) const {
  return std::ranges::count_if(moments.begin() + from, moments.begin() + to,
                               [&](const Moment& moment) { return moment.weight >= weight; });
}

int64_t Trace::times_unhealthy(double from, double to) const {
  return std::ranges::count_if(changes, [&](const Change& change) {
    return change.at >= from && change.at < to && change.to == State::unhealthy;
  });
}

double Trace::unhealthy_at(double from, double to) const {
  for (const Change& change : changes) {
    if (change.at >= from && change.at < to && change.to == State::unhealthy) return change.at;
  }
  return kNever;
}

double Trace::steady_at(double weight, int64_t from) const {
  constexpr int64_t kSteady_s = 60;
  int64_t since = 0;
  for (auto at = from; at < std::ssize(moments); ++at) {
    since = moments[static_cast<size_t>(at)].weight >= weight ? since + 1 : 0;
    if (since == kSteady_s) return static_cast<double>(at + 1 - kSteady_s);
  }
  return kNever;
}

int64_t Trace::most_changes(double within_s, double from) const {
  int64_t most = 0;
  for (const Change& first : changes) {
    if (first.at < from) continue;
    most = std::max<int64_t>(most, std::ranges::count_if(changes, [&](const Change& change) {
                               return change.at >= first.at && change.at < first.at + within_s;
                             }));
  }
  return most;
}

}  // namespace signalbox::bench
