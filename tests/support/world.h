#pragma once
/// A core that is fed by hand, with a clock that a test moves.
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "lib/core.h"
#include "tests/support/builders.h"

namespace signalbox::testing {

inline OutcomeCounts counts(std::initializer_list<std::pair<Outcome, int64_t>> some) {
  OutcomeCounts made{};
  for (const auto& [outcome, count] : some) made.at(static_cast<size_t>(outcome)) = count;
  return made;
}

template <class Kind>
std::vector<Kind> pick(const std::vector<Record>& records) {
  std::vector<Kind> picked;
  for (const Record& record : records) {
    if (const auto* one = std::get_if<Kind>(&record)) picked.push_back(*one);
  }
  return picked;
}

/// A core that is fed by hand and remembers all of its effects.
struct World {
  ManualClock clock;
  Core core;
  Update last;
  std::vector<TransitionRecord> transitions;
  int batches = 0;

  explicit World(std::vector<ProviderConfig> providers) {
    core = start_core(config(std::move(providers)), {}, clock.now);
    send({});
  }
  void send(const std::vector<Event>& events) {
    last = update(core, events, clock.now);
    core = last.core;
    for (auto& transition : pick<TransitionRecord>(last.effects)) transitions.push_back(transition);
  }
  void poll(const Result<PageReading>& reading, const std::string& source_name = "page") {
    send({observed(reading, clock.now, "claude", source_name)});
  }
  /// Time passes as the engine would let it: a tick at each moment at which something is due.
  void pass(Millis duration) {
    const MonoTime end = clock.now.mono + duration;
    while (last.wake_at && *last.wake_at <= end) {
      clock.advance(*last.wake_at - clock.now.mono);
      send({});
    }
    clock.advance(end - clock.now.mono);
  }
  /// One batch with one report.
  void report(const std::string& target, const OutcomeCounts& counts, const std::string& reporter = "router") {
    ReportBatch batch{.reporter = reporter,
                      .batch_id = std::to_string(++batches),
                      .at = clock.now,
                      .reports = {{.target = *parse_target(target),
                                   .to = clock.now.wall,
                                   .span = std::chrono::seconds(1),
                                   .counts = counts}}};
    send({std::move(batch)});
  }
  /// So many seconds in which each of three reporters meets the same.
  void clients(const std::string& target, int length, const OutcomeCounts& counts) {
    for (int second = 0; second < length; ++second) {
      for (const char* reporter : {"east", "west", "north"}) report(target, counts, reporter);
      pass(std::chrono::seconds(1));
    }
  }
  const TargetState& at(const std::string& target) const { return core.targets.at(*parse_target(target)); }
  std::string why(const std::string& target = "claude") const {
    return why_of(core, *parse_target(target), at(target), clock.now);
  }
  std::string level(const std::string& target = "claude") const {
    return std::string(to_string(at(target).evidence.passive.level));
  }
  std::string state(const std::string& target = "claude") const {
    return std::string(to_string(at(target).health.state)) + " " + std::to_string(at(target).health.weight);
  }
};

}  // namespace signalbox::testing
